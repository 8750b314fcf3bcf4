"""Decides which terms of a list stand in a text, however they are written."""
