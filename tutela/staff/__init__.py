"""Decides who may log in as what; no role is given alone where there are two to give it."""
