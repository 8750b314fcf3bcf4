"""Decides which accounts may belong to a network: leads for a person, from a few confirmed ones."""
