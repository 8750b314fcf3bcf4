"""Decides which value of the law, or of the house's own targets, holds on a given day; pure."""
