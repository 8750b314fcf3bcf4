"""Decides which PostgreSQL holds the facts, and that what it acknowledged is on disk."""
