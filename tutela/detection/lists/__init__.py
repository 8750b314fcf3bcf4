"""Decides which entries of which list are looked for now, and shows none of them to anybody."""
