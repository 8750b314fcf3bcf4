"""The guard's screens: what is listed, by whose word, and what it does."""

from collections.abc import Sequence

from tutela.web.console.guard_entries import entry_screens
from tutela.web.console.guard_leading import leading_screens
from tutela.web.console.guard_objecting import objecting_screens
from tutela.web.console.guard_pages import GuardScreensRoom
from tutela.web.console.guard_proposing import proposing_screens
from tutela.web.console.guard_surfaces import surface_screens
from tutela.web.console.guard_switching import switching_screens
from tutela.web.console.screen import Screen


def guard_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """All of them, below `/console/{service}/guard`."""
    return (
        *entry_screens(room),
        *proposing_screens(room),
        *objecting_screens(room),
        *leading_screens(room),
        *surface_screens(room),
        *switching_screens(room),
    )
