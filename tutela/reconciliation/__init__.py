"""Decides whether everything that was accepted is open or answered, and names what is not."""
