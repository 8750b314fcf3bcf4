"""How a person's day stands, for themselves alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tutela.access.persons import person_of
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.domain.harm import HarmFamily
from tutela.review.care.appearance import Appearance, of_person
from tutela.review.care.budget import Left, day_of
from tutela.review.care.resting import stint_of
from tutela.review.care.room import CareRoom
from tutela.review.care.rules import ALL, MINUTE_SECONDS

#: Families after whose media people are asked how they are; so they are after imminent danger.
HARD: Final = (HarmFamily.CHILD_SAFETY, HarmFamily.VIOLENCE_AND_THREAT, HarmFamily.SELF_HARM)

_sql = queries.load("tutela.review.care")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDay:
    """A person's day: what it leaves, how long they have worked, what they wish."""

    now: datetime
    #: By family with a bound of its own, and by `*` for all.
    left: dict[str, Left]
    reveals: int
    minutes: int
    #: Reveals and minutes of their own bounds, by family.
    own: dict[str, tuple[int | None, int | None]]
    avoided: frozenset[str]
    appearance: Appearance
    worked_minutes: int
    is_offered_a_pause: bool
    rests_until: datetime | None
    #: Whether they began the pause, and can end it.
    is_own_pause: bool
    is_asked_how_they_are: bool
    contact: str | None


async def own_day(room: CareRoom, *, caller: Caller) -> OwnDay:
    """The caller's day; raises NeedsPerson."""
    person, rules = person_of(caller), room.rules
    named = {"tenant": caller.tenant, "person": person, "hard": [str(each) for each in HARD]}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        day = await day_of(connection, tenant=caller.tenant, person=person, room=room)
        stint = await stint_of(connection, caller=caller)
        cursor = await connection.execute(_sql.wishes_of, named)
        avoided = frozenset(family for (family,) in await cursor.fetchall())
        cursor = await connection.execute(_sql.hard_reveals, {**named, "begun": day.begun})
        ((hard,),) = await cursor.fetchall()
    bounded = {ALL, *rules.by_family, *day.own}
    spent = day.spent.get(ALL)
    rests_until = stint.rests_until(rules)
    return OwnDay(
        now=day.now,
        left={name: day.left(name, rules=rules) for name in sorted(bounded)},
        reveals=0 if spent is None else spent.reveals,
        minutes=0 if spent is None else -(-spent.seconds // MINUTE_SECONDS),
        own=dict(day.own),
        avoided=avoided,
        appearance=await of_person(room, caller=caller),
        worked_minutes=int(stint.worked_seconds(rules) // MINUTE_SECONDS),
        is_offered_a_pause=stint.is_offered_a_pause(rules),
        rests_until=rests_until,
        is_own_pause=rests_until is not None and rests_until == stint.rest_to,
        is_asked_how_they_are=hard >= rules.debrief_reveals,
        contact=rules.contact,
    )
