"""How often somebody may guess: by the name that is meant, and by where the guesses come from.

The same holds for names of nobody, so that the pace tells no names; who was meant is kept as a
digest. A guess is spent before it is looked at, so that many at once are no more than one by one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from tutela.access.tokens import NAME_PATTERN
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.errors import TutelaError

KEEP_COUNTS: Final = timedelta(days=90)

_sql = queries.load("tutela.access.login", file="guesses.sql")


class Kind(StrEnum):
    """What a pace holds back."""

    #: Passwords for one name.
    NAME = "name"
    #: Passwords from one address; whole offices share one.
    ADDRESS = "address"
    #: Codes for one name, by somebody who had the password right.
    CODE = "code"


class Outcome(StrEnum):
    """How a step of a login ended; they are counted."""

    #: Every proof was given.
    LOGGED_IN = "logged_in"
    #: Name and password did not go together.
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - no password
    #: The password was right and the code was not.
    WRONG_CODE = "wrong_code"
    #: It was not looked at: too many came before.
    HELD_BACK = "held_back"
    #: Who the provider of identities named may not come in, or it can't be believed.
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """So many at once, and then one every so many seconds."""

    at_once: int
    seconds_each: float


PACES: Final = MappingProxyType(
    {
        Kind.NAME: Pace(at_once=10, seconds_each=60),
        Kind.ADDRESS: Pace(at_once=60, seconds_each=10),
        Kind.CODE: Pace(at_once=5, seconds_each=120),
    }
)


class TooManyGuesses(TutelaError):
    """Too many guesses came before; nothing was looked at."""

    code = "too_many_guesses"
    title = "Too many guesses"
    status = HTTPStatus.TOO_MANY_REQUESTS

    @property
    def wait_seconds(self) -> int:
        """From when on it helps to try again."""
        return int(str(self.evidence["wait_seconds"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessing:
    """Of what a guess is one more, and when."""

    kind: Kind
    digest: bytes
    now: datetime

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries take."""
        pace = PACES[self.kind]
        each = timedelta(seconds=pace.seconds_each)
        return {
            "kind": str(self.kind),
            "digest": self.digest,
            "now": self.now,
            "each": each,
            "all_of_them": pace.at_once * each,
        }


async def spend(connection: Connection, *, guessing: Guessing) -> None:
    """One guess is spent; raises TooManyGuesses with the wait, and nothing is spent then."""
    wanted = guessing.columns
    cursor = await connection.execute(_sql.spend_guess, wanted)
    if await cursor.fetchone() is not None:
        return
    ((spent_to,),) = await (await connection.execute(_sql.guesses_spent_to, wanted)).fetchall()
    pace = PACES[guessing.kind]
    free_at = spent_to - timedelta(seconds=(pace.at_once - 1) * pace.seconds_each)
    seconds = max(1, round((free_at - guessing.now).total_seconds() + 0.5))
    raise TooManyGuesses(
        f"Nothing was looked at. Try again in {_words(seconds)}.",
        evidence={"wait_seconds": seconds},
    )


async def give_back(connection: Connection, *, guessing: Guessing) -> None:
    """It was right: nothing is spent."""
    await connection.execute(_sql.give_guess_back, guessing.columns)


async def forget(connection: Connection, *, guessing: Guessing) -> None:
    """It was right: those before are forgotten too."""
    await connection.execute(_sql.forget_guesses, guessing.columns)


async def count(connection: Connection, *, outcome: Outcome, now: datetime) -> None:
    """One more login that ended so."""
    await connection.execute(_sql.count_login, {"outcome": str(outcome), "now": now})


async def counts_in(connection: Connection) -> dict[Outcome, int]:
    """How many logins ended how in the last 90 days."""
    rows = await (await connection.execute(_sql.count_all)).fetchall()
    found = {Outcome(outcome): int(counted) for outcome, counted in rows}
    return {outcome: found.get(outcome, 0) for outcome in Outcome}


async def note_failure(connection: Connection, *, tenant: str, name: str) -> None:
    """Whoever is meant is told of it when they are in; nobody has a name that can't be one."""
    if NAME_PATTERN.fullmatch(tenant) and NAME_PATTERN.fullmatch(name):
        await connection.execute(_sql.note_failure, {"tenant": tenant, "name": name})


async def note_login(connection: Connection, *, tenant: str, name: str, now: datetime) -> None:
    """The person is in; guesses before count no more."""
    await connection.execute(_sql.note_login, {"tenant": tenant, "name": name, "now": now})


async def forget_old(connection: Connection, *, now: datetime) -> None:
    """What holds nobody back, and counts of more than 90 days ago."""
    await connection.execute(_sql.forget_spent, {"now": now})
    await connection.execute(_sql.forget_counts, {"before": now - KEEP_COUNTS})


def _words(seconds: int) -> str:
    minutes = -(-seconds // 60)
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    return f"{minutes} min"
