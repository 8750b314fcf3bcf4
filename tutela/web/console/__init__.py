"""Decides what the staff sees: for now one page that shows how things stand."""
