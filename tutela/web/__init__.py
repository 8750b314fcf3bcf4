"""Decides how the house is spoken to over HTTP: which call exists, which right it needs, what an error looks like."""
