"""Decides which items a fault touched, and brings each of them before a reviewer again."""
