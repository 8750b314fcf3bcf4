"""Decides which open case an item belongs to, and how urgent that case is."""
