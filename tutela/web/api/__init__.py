"""Decides what each JSON call takes and answers."""
