"""Decides what searches, suggestions, tag pages and recommendations may show."""
