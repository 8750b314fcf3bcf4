"""Decides about many subjects on one ground, each with its own facts and all that follows."""
