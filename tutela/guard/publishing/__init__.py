"""Decides what the platform's surfaces hold: published snapshots, and what each of them carries."""
