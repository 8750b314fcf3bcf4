"""Decides what becomes of each item on a surface, by a snapshot alone: no network, no clock."""

from tutela.guard.deciding.decider import Decider, decider, unknown

__all__ = ["Decider", "decider", "unknown"]
