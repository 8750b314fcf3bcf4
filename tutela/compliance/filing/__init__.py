"""Decides which statements of reasons leave for the Transparency Database, each of them once."""
