"""Decides what anybody sees who reports something, without an account and without a script."""
