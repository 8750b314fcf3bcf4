"""The guard's screens: what is listed, by whose word, and what it does."""

from collections.abc import Sequence

from tutela.web.console.guard_entries import entry_screens
from tutela.web.console.guard_pages import GuardScreensRoom
from tutela.web.console.guard_proposing import proposing_screens
from tutela.web.console.screen import Screen


def guard_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """All of them, below `/console/{service}/guard`."""
    return (*proposing_screens(room), *entry_screens(room))
