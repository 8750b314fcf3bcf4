"""Decides how the house is started, asked and looked after from a terminal."""
