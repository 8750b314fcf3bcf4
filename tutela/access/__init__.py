"""Decides who is speaking: tokens, staff, roles, and the keys that seal and sign."""
