"""Every look at a case is a row, written in the transaction in which the case is read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.review.queue import holder

_NO_TOKEN: Final = UUID(int=0)

_sql = queries.load("tutela.review.views")


class Way(StrEnum):
    """What was done with a case, beside reading its line in a list."""

    #: It was opened: all that is known of it was shown.
    OPENED = "opened"
    #: Its media was asked for.
    REVEALED = "revealed"
    #: Cases were listed or looked for; one row a page, and no case.
    FOUND = "found"
    #: It was opened without the right, for a written reason.
    GLASS_BROKEN = "glass_broken"
    #: The log of views was read; no case.
    LOG_READ = "log_read"
    #: Somebody who may only read was shown something else; no case.
    READ = "read"


class ViewGround(StrEnum):
    """On what ground somebody looked, as the database knows it."""

    #: They had the case under a lease, to decide it.
    LEASE = "lease"
    #: Their role lets them; they were not deciding the case.
    RIGHT = "right"
    #: They wrote down a reason, which a lead reads.
    GLASS = "glass"


class ViewDoor(StrEnum):
    """By what somebody came in."""

    #: A session of the console.
    CONSOLE = "console"
    #: A token.
    TOKEN = "token"  # noqa: S105 - the name of a way in


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A look at a case: whose, at which, what was done, when."""

    caller: Caller
    case_id: UUID
    way: Way
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A look at something that is no case; `what` names it and holds no personal data."""

    caller: Caller
    way: Way
    what: str
    at: datetime


async def note_view(connection: Connection, *, view: View) -> None:
    """The look is written down, with the ground that the database knows for it.

    Nothing is written of a case that is not there; call it in the transaction that reads the case.
    """
    named = {**_who(view.caller), "way": str(view.way), "at": view.at, "case_id": view.case_id}
    grounds = {
        "holder": holder(view.caller),
        "by_lease": str(ViewGround.LEASE),
        "by_right": str(ViewGround.GLASS if view.way is Way.GLASS_BROKEN else ViewGround.RIGHT),
    }
    await connection.execute(_sql.note_view, {**named, **grounds})


async def note_reading(connection: Connection, *, reading: Reading) -> None:
    """The look at something else is written down."""
    named = {**_who(reading.caller), "way": str(reading.way), "at": reading.at}
    told = {"what": reading.what, "why": str(ViewGround.RIGHT)}
    await connection.execute(_sql.note_reading, {**named, **told})


def name_of(caller: Caller) -> str:
    """Under which name the caller's looks are kept: the person's, or a program's token's."""
    return caller.person or caller.name


def _who(caller: Caller) -> dict[str, object]:
    door = ViewDoor.CONSOLE if caller.token_id == _NO_TOKEN else ViewDoor.TOKEN
    return {
        **Whose.of(caller).columns,
        "seen_by": name_of(caller),
        "is_person": caller.person is not None,
        "role": str(caller.role),
        "door": str(door),
    }
