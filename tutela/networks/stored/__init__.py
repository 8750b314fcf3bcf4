"""Decides what becomes of a search for a network in what the platform told: leads, and no more."""
