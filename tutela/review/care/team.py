"""What a team saw, per incident: no names, no order of people, and nothing of fewer than five."""

from dataclasses import dataclass
from typing import Final

from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.review.care.room import CareRoom
from tutela.review.care.rules import ALL

#: Figures of fewer people tell of each of them.
PEOPLE_MIN: Final = 5
WINDOW_DAYS: Final = 28

_sql = queries.load("tutela.review.care")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What was seen of one family, or of all: an incident is media that nobody had seen before."""

    family: str
    people: int
    reveals: int
    incidents: int
    #: Items about that media: what looking item by item would have shown.
    items: int

    @property
    def reveals_per_incident(self) -> float:
        """How often media was looked at, once or again."""
        return self.reveals / self.incidents if self.incidents else 0.0

    @property
    def spared(self) -> float:
        """The share of views that nobody had, against a look at every item; from 0 to 1."""
        return max(0.0, 1 - self.reveals / self.items) if self.items else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamExposure:
    """What may be told of a team; families of few people are left out."""

    shown: tuple[Exposure, ...]
    #: How many families are left out.
    withheld: int
    #: Families of which cases wait that nobody who is at work takes, and how many cases.
    untaken: tuple[tuple[str, int], ...]


async def team_exposure(room: CareRoom, *, caller: Caller) -> TeamExposure:
    """The last four weeks of the caller's service."""
    named = {**Whose.of(caller).columns, "days": WINDOW_DAYS}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.exposure_of_team, named)
        rows = [_exposure(row) for row in await cursor.fetchall()]
        cursor = await connection.execute(_sql.untaken, named)
        untaken = tuple((family, count) for family, count in await cursor.fetchall())
    shown = tellable(rows)
    withheld = sum(each.family != ALL for each in rows) - sum(each.family != ALL for each in shown)
    return TeamExposure(shown=shown, withheld=withheld, untaken=untaken)


def tellable(rows: list[Exposure]) -> tuple[Exposure, ...]:
    """What tells of nobody: families of enough people, and all together unless one could subtract.

    The sum is left out where the families that are left out would be told by it.
    """
    families = [each for each in rows if each.family != ALL]
    shown = [each for each in families if each.people >= PEOPLE_MIN]
    few = [each for each in families if each.people < PEOPLE_MIN]
    safe = len(few) != 1
    total = [each for each in rows if each.family == ALL and each.people >= PEOPLE_MIN and safe]
    return (*total, *shown)


def _exposure(row: tuple[str, int, int, int, int]) -> Exposure:
    family, people, reveals, incidents, items = row
    return Exposure(family=family, people=people, reveals=reveals, incidents=incidents, items=items)
