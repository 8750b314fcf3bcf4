"""Decides how the house is spoken to over HTTP: which calls exist and which right each needs."""
