"""Decides how a person of the staff proves who they are, and how often they may guess."""
