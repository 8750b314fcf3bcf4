"""Decides how alike an account is to the seeds: a kind of likeness a file, over the port alone."""
