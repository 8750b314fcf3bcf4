"""Decides how those who report are counted, and when a person should look at how they do it."""
