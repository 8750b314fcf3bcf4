"""What a claim may give somebody now: not what they don't take, and no more without a pause."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.canonical import timestamp
from tutela.review.care.room import BreakTaken, OptedOut
from tutela.review.care.rules import CareRules

#: Over how long what somebody saw of one family is counted, before others come first.
ROTATION_HOURS: Final = 2

_sql = queries.load("tutela.review.care")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stint:
    """Work without a pause, and a pause that its person began; by the database's clock."""

    now: datetime
    begun: datetime | None = None
    last: datetime | None = None
    rest_to: datetime | None = None

    def rests_until(self, rules: CareRules) -> datetime | None:
        """The end of the pause that they take now; None where they are at work.

        A pause is taken once the stint is long enough, and lasts from its last sign of work.
        """
        ends = [end for end in (self.rest_to, self._taken_to(rules)) if end and end > self.now]
        return max(ends, default=None)

    def is_offered_a_pause(self, rules: CareRules) -> bool:
        """Whether they have worked long enough that one would do them good."""
        return self.worked_seconds(rules) >= rules.break_offered_seconds

    def worked_seconds(self, rules: CareRules) -> float:
        """How long they have worked without a pause."""
        if self.begun is None or self.last is None or self._is_over(rules):
            return 0.0
        return (self.now - self.begun).total_seconds()

    def after_a_sign(self, rules: CareRules) -> datetime:
        """When the stint began that a sign of work now belongs to."""
        return self.now if self.begun is None or self._is_over(rules) else self.begun

    def _is_over(self, rules: CareRules) -> bool:
        return self.last is None or self.last + _pause(rules) <= self.now

    def _taken_to(self, rules: CareRules) -> datetime | None:
        if self.begun is None or self.last is None:
            return None
        is_long = (self.last - self.begun).total_seconds() >= rules.break_taken_seconds
        return self.last + _pause(rules) if is_long else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a claim may give: never a family that is avoided, a rested one only after others."""

    avoided: tuple[str, ...] = ()
    rested: tuple[str, ...] = ()
    #: Until when only imminent danger is given.
    rests_until: datetime | None = None

    @property
    def rounds(self) -> list[dict[str, object]]:
        """What is looked for, in turn, as the queries of the queue take it."""
        anything: dict[str, object] = {"avoided": list(self.avoided), "rested": []}
        if not self.rested:
            return [anything]
        return [{**anything, "rested": list(self.rested)}, anything]


async def offer(connection: Connection, *, caller: Caller, rules: CareRules) -> Offer:
    """What the caller may be given now; whatever there is where a program asks."""
    if caller.person is None:
        return Offer()
    named = {"tenant": caller.tenant, "person": caller.person}
    stint = await stint_of(connection, caller=caller)
    cursor = await connection.execute(_sql.wishes_of, named)
    avoided = tuple(family for (family,) in await cursor.fetchall())
    often = {"reveals": rules.rotation_reveals, "hours": ROTATION_HOURS}
    cursor = await connection.execute(_sql.seen_often, {**named, **often})
    rested = tuple(family for (family,) in await cursor.fetchall())
    return Offer(avoided=avoided, rested=rested, rests_until=stint.rests_until(rules))


async def stint_of(connection: Connection, *, caller: Caller) -> Stint:
    """How long the caller has been at work."""
    named = {"tenant": caller.tenant, "person": caller.person}
    cursor = await connection.execute(_sql.stint_of, named)
    ((now, begun, last, rest_to),) = await cursor.fetchall()
    return Stint(now=now, begun=begun, last=last, rest_to=rest_to)


async def work(connection: Connection, *, caller: Caller, rules: CareRules) -> None:
    """A sign of work is written down."""
    if caller.person is None:
        return
    stint = await stint_of(connection, caller=caller)
    named = {"tenant": caller.tenant, "person": caller.person}
    await connection.execute(
        _sql.sign_of_work, {**named, "begun": stint.after_a_sign(rules), "now": stint.now}
    )


def refuse_kind(given: Offer, *, family: str, is_danger: bool) -> None:
    """`OptedOut` for a kind that they don't take; `BreakTaken` during a pause, except danger."""
    if family in given.avoided:
        raise OptedOut(
            "You said that you don't take cases of this kind. Whoever wants one after all says on"
            " their day that they take the kind again.",
            evidence={"family": family},
        )
    if given.rests_until is not None and not is_danger:
        raise break_taken(given.rests_until)


def break_taken(until: datetime) -> BreakTaken:
    """The refusal during a pause, with its end."""
    return BreakTaken(
        f"You have worked long enough without one: your pause ends at {timestamp(until)}."
        " Imminent danger alone is given meanwhile.",
        evidence={"until": timestamp(until)},
    )


def _pause(rules: CareRules) -> timedelta:
    return timedelta(seconds=rules.break_seconds)
