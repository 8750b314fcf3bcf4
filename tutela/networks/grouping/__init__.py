"""Decides what of a ranking belongs together: groups as leads, each with why and with cautions."""
