"""Decides which versions of policies two people put in force, and which are switched off."""
