"""Why an account stands where it does: what joins it to the seeds, beside what chance would."""
