"""Decides who may look where, what opens without the right, and what a second person must see."""
