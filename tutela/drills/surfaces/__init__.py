"""Plays a platform whose search, completions, tag pages and recommendations ask the guard."""
