"""Whether the offline verifier finds what is wrong, and nothing else."""
