"""Decides what of a hotline's exchange goes into a list, and what it takes back."""
