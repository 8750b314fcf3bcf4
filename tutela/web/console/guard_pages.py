"""What every screen of the guard shares: its room, its words, its addresses."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tutela.errors import FieldError, TutelaError
from tutela.guard.drift.previewing import LastWeek
from tutela.guard.drift.room import DriftRoom
from tutela.guard.governance.room import GovernanceRoom
from tutela.intake.reading import Unfit
from tutela.web.answer import Answer
from tutela.web.console import guard_words
from tutela.web.console.pages import page
from tutela.web.console.visit import Visit
from tutela.web.paging import uuid_or_none

#: Rows of a list of the guard.
ROWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardScreensRoom:
    """What the guard's screens stand on."""

    governing: GovernanceRoom
    drifting: DriftRoom

    @property
    def uses(self) -> LastWeek:
        """Where the last week's uses are read."""
        return LastWeek(self.governing.keys)


def guard_page(
    visit: Visit,
    *,
    template: str,
    http_status: int = 200,
    **shown: Any,  # noqa: ANN401 - whatever the template shows
) -> Answer:
    """A page of the guard; its template has the guard's words as `words`."""
    return page(visit, template=template, http_status=http_status, words=guard_words, **shown)


def place(visit: Visit, *parts: str) -> str:
    """The address of a screen of the guard."""
    return "/".join((f"/console/{visit.service}/guard", *parts))


def id_in(visit: Visit, *, name: str, unknown: TutelaError) -> UUID:
    """The id in the path; raises what is given where it is none."""
    found = uuid_or_none(visit.path[name])
    if found is None:
        raise unknown
    return found


def id_asked(visit: Visit, *, name: str) -> UUID | None:
    """The id in the query; None where it names none. Raises Unfit where it is no id."""
    text = visit.query.get(name, "")
    found = uuid_or_none(text) if text else None
    if text and found is None:
        raise Unfit(
            "The list can't be shown as it was asked for.",
            errors=[FieldError(f"?{name}", "an id, as the links of this page have them")],
        )
    return found
