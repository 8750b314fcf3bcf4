"""Decides which scorer a case is ranked by, and whether its seeds connect at all."""
