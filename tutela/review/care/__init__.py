"""Decides how much of what harms anybody has to see, and when they rest."""
