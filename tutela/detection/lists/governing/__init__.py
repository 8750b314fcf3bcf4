"""Changes lists of hashes and terms by the word of two people, tried on last week's content."""
