"""What is left of a person's day: the least of what every bound leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection
from tutela.review.care.room import CareRoom
from tutela.review.care.rules import ALL, MINUTE_SECONDS, Bound, CareRules

#: More than anybody sees in a day.
_UNBOUNDED: Final = 10**9

_sql = queries.load("tutela.review.care")


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What may be revealed today, and for how many seconds all together."""

    reveals: int
    seconds: int

    @property
    def is_nothing(self) -> bool:
        """Whether the day's budget is spent."""
        return self.reveals < 1 or self.seconds < 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A person's day under their lock: the instant by the database's clock, bounds and use."""

    now: datetime
    begun: datetime
    #: By family, with `*` for all.
    spent: Mapping[str, Bound] = field(default_factory=dict)
    own: Mapping[str, tuple[int | None, int | None]] = field(default_factory=dict)
    stint_from: datetime | None = None
    stint_to: datetime | None = None
    rest_from: datetime | None = None
    rest_to: datetime | None = None

    def left(self, family: str, *, rules: CareRules) -> Left:
        """What a family's bound, the day's, and the person's own leave."""
        bounds = [*rules.bounds(family).items(), *self._own(family)]
        spent = [(bound, self.spent.get(name, Bound(0, 0))) for name, bound in bounds]
        return Left(
            reveals=max(0, min(bound.reveals - used.reveals for bound, used in spent)),
            seconds=max(0, min(bound.seconds - used.seconds for bound, used in spent)),
        )

    def _own(self, family: str) -> list[tuple[str, Bound]]:
        return [(name, own_bound(each)) for name, each in self.own.items() if name in (ALL, family)]


async def day_of(connection: Connection, *, tenant: str, person: str, room: CareRoom) -> Day:
    """The person's day, under their lock until the transaction ends."""
    named = {"tenant": tenant, "person": person, "time_zone": room.rules.time_zone}
    cursor = await connection.execute(_sql.lock_person, named)
    now, begun, *times = (await cursor.fetchall())[0]
    cursor = await connection.execute(_sql.spent_since, {**named, "begun": begun})
    spent = {
        family: Bound(count, int(seconds)) for family, count, seconds in await cursor.fetchall()
    }
    cursor = await connection.execute(_sql.own_bounds, {**named, "begun": begun})
    own = {family: (reveals, minutes) for family, reveals, minutes in await cursor.fetchall()}
    stint_from, stint_to, rest_from, rest_to = times
    return Day(
        now=now,
        begun=begun,
        spent=spent,
        own=own,
        stint_from=stint_from,
        stint_to=stint_to,
        rest_from=rest_from,
        rest_to=rest_to,
    )


def own_bound(row: tuple[int | None, int | None]) -> Bound:
    """The bound of reveals and minutes, where none is as good as none."""
    reveals, minutes = (_UNBOUNDED if each is None else each for each in row)
    return Bound(reveals, minutes * MINUTE_SECONDS)
