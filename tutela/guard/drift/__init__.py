"""Finds what rises with those who used what is blocked, and leaves every judgement to a person."""
