"""Decides what the nouns of the trade are, and which of their words, states and forms are valid."""
