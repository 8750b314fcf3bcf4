"""Decides which policies an event matches, each apart: match, no match, or unavailable with why."""
