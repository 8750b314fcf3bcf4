"""Decides what searches, suggestions, tag pages and recommendations may show."""

from tutela.guard.library import Guard

__all__ = ["Guard"]
