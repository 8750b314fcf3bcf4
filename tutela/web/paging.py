"""Which page of a list a call asks for: `limit`, `after`, `state`."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.web.endpoint import Asked

PAGE_SIZE = 50
PAGE_SIZE_MAX = 200
#: What every list takes.
PAGE_QUERIES = frozenset({"limit", "after", "state"})
_UP_TO_THREE_DIGITS = re.compile(r"[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAsked:
    """At most `limit` rows `after` an id, in a `state` or in any."""

    limit: int
    after: UUID | None
    state: str | None


def page_asked(asked: Asked, *, states: Collection[str]) -> PageAsked:
    """The page that a call asks for; `Unfit` names every parameter that can't be read."""
    query = asked.query
    limit, after, state = query.get("limit"), query.get("after"), query.get("state")
    cursor = None if after is None else uuid_or_none(after)
    errors = []
    if limit is not None and not is_page_size(limit):
        errors.append(FieldError("?limit", f"a whole number from 1 to {PAGE_SIZE_MAX}"))
    if after is not None and cursor is None:
        errors.append(FieldError("?after", "what `next` was on the page before"))
    if state is not None and state not in states:
        errors.append(FieldError("?state", " or ".join(states)))
    if errors:
        raise Unfit(detail="The page can't be shown as it was asked for.", errors=errors)
    return PageAsked(limit=PAGE_SIZE if limit is None else int(limit), after=cursor, state=state)


def uuid_or_none(text: str) -> UUID | None:
    """The id that a text is; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def is_page_size(text: str) -> bool:
    """Whether a text is a number of rows that a page may have."""
    return _UP_TO_THREE_DIGITS.fullmatch(text) is not None and int(text) <= PAGE_SIZE_MAX
