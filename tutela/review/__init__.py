"""Decides who looks at which case, and for how long nobody else does."""
