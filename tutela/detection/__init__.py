"""Decides what detectors see in an item: match, no match, or that they can't tell; never acts."""
