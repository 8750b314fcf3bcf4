"""Decides whether a notice names a subject, and acknowledges it only once it is stored, queued and in the ledger."""
