"""Decides who knows of an investigation, and keeps what its people write and do."""
