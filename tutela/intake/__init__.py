"""Decides whether a notice names a subject; acknowledges it once it is stored, queued, ledgered."""
