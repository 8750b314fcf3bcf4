"""Decides what becomes of reported items, and tells the platform until it has heard."""
