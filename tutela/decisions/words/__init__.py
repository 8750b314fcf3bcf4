"""Says a decision to the person it affects, in their language and with every way of redress."""

from tutela.decisions.words.catalogs import WordsUnreadable
from tutela.decisions.words.telling import Told, render

__all__ = ["Told", "WordsUnreadable", "render"]
