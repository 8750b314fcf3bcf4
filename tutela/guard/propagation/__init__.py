"""Decides whether every surface of the platform holds what the guard says, by asking it."""
