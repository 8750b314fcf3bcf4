"""Decides who looks at an item, whether they may, and what follows: signals kept, cases opened."""
