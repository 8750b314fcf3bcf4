"""Decides how each channel's own form becomes a notice; every one of them ends at the same door."""
