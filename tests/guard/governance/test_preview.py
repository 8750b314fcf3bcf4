"""What a proposal would hit of what people really used."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from tests.fixtures.governing import (
    chance_words,
    governance_room,
    listed,
    person,
    proposed,
    tag,
)
from tests.fixtures.house import Rooms
from tutela.access.persons import NeedsPerson
from tutela.access.tokens import Caller
from tutela.database.pool import Connection
from tutela.detection.terms.term import TermKind
from tutela.domain.vocabulary import Role
from tutela.guard.asking import ItemKind, Verdict
from tutela.guard.governance import preview
from tutela.guard.governance.entries import EntryAsked

FIRST, SECOND, THIRD = chance_words(3, seed=5)


@dataclass(frozen=True)
class Use:
    kind: str
    value: str
    accounts: int
    uses: int


@dataclass(frozen=True)
class Week:
    """A week's uses as a test says they were."""

    used: tuple[Use, ...] = field(default=())
    accounts: int = 100
    uses: int = 1_000

    async def __call__(self, connection: Connection, *, caller: Caller, now: datetime) -> "Week":
        return self


WEEK = Week(
    (
        Use("tag", FIRST, 9, 60),
        Use("tag", f"{FIRST}2026", 5, 10),
        Use("query", f"a {SECOND} b", 4, 20),
        Use("query", THIRD, 3, 10),
    )
)


async def test_a_preview_counts_what_is_hit_and_what_was_hit_before(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    await listed(rooms, tag(SECOND), by=(one, two))
    content = EntryAsked(kind=ItemKind.CONTENT, value="p-1")
    wide = EntryAsked(kind=ItemKind.TEXT, value=SECOND, verdict=Verdict.RESTRICT)
    asked = await proposed(rooms, tag(FIRST), wide, content, by=one)
    found = await preview.preview(
        governance_room(rooms), caller=two, entry_id=UUID(asked.id), uses=WEEK
    )
    assert (found.entries, found.not_looked_for) == (3, 1)
    assert (found.values_hit, found.uses_hit, found.uses_already_hit) == (3, 90, 20)
    assert (found.share_hit, found.accounts_most, found.uses_of_all) == (0.9, 9, 1_000)
    assert [each.entry for each in found.by_entry] == asked.entries[:2]
    assert [(each.accounts, each.already) for each in found.examples] == [
        (9, False),
        (5, False),
        (4, True),
    ]


async def test_what_is_let_through_is_not_hit_and_benign_queries_are_counted(rooms: Rooms) -> None:
    one, two = await person(rooms, name="one"), await person(rooms, name="two")
    allowed = EntryAsked(
        kind=ItemKind.TEXT,
        value=f"a {SECOND} b",
        form=TermKind.ALLOW,
        verdict=Verdict.ALLOW,
    )
    await listed(rooms, allowed, by=(one, two))
    room, asked = governance_room(rooms), (tag(SECOND),)
    found = await preview.preview_of(room, caller=one, entries=asked, uses=WEEK)
    assert found.values_hit == 0
    looked = await preview.looked_for(room, caller=one, entry_id=None, entries=asked)
    benign = [FIRST, "", f"a {SECOND} b", f"c {SECOND}"]
    of_queries = preview.queries_hit(looked, benign=benign)
    assert (of_queries.queries, of_queries.hit, of_queries.lines) == (4, 1, [4])


async def test_a_preview_is_for_a_person(rooms: Rooms) -> None:
    program = await rooms.caller(Role.LEAD)
    with pytest.raises(NeedsPerson):
        await preview.preview_of(
            governance_room(rooms), caller=program, entries=(tag(FIRST),), uses=WEEK
        )
