"""Decides whether a log may be cosigned: one history of it, and that only forwards."""
