"""Decides what searches, suggestions, tag pages and recommendations may show."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutela.guard.library import Guard

__all__ = ["Guard"]


def __getattr__(name: str) -> object:
    """`Guard`, loaded by the programs that ask for it: the service itself needs nothing of it."""
    if name not in __all__:
        raise AttributeError(name)
    from tutela.guard.library import Guard as found  # noqa: N813, PLC0415 - see above

    return found
