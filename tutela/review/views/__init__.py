"""Decides what is written down of a look at a case, who reads it, and what stands out in it."""
