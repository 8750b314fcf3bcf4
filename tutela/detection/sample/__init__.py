"""Keeps some public content sealed for a week, so that what people propose is tried on it."""
