"""How fast something may happen; see `tutela.access.pace`."""

from tutela.access.pace import Pace

__all__ = ["Pace"]
