"""Decides who outside holds the heads of a log, and says who does not."""
