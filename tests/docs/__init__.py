"""Decides whether the documentation is true: its examples run, its tables are the code's."""
