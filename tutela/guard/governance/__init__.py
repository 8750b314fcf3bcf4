"""Decides what the guard lists, and for how long: one person asks, and another one agrees."""
