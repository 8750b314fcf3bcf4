"""What may be fetched from strangers, from which addresses, and up to which size and time."""
