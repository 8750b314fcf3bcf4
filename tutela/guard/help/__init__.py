"""Decides who can be asked for help where results would have been, by country and language."""

from tutela.guard.help.choosing import help_for
from tutela.guard.help.giving import helped, with_help

__all__ = ["help_for", "helped", "with_help"]
