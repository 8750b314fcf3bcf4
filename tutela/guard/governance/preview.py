"""What listing something would hit: in the last week's uses, and in a file of benign queries."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.governance.entries import WORDS, EntryAsked
from tutela.guard.governance.hitting import Hitting, hitting
from tutela.guard.governance.listing import InForce, in_force, value_of
from tutela.guard.governance.room import GovernanceRoom, UnknownGuardEntry, whose
from tutela.guard.snapshot import Text

#: Values that are shown, those of most accounts first, and entries that are counted apart.
EXAMPLES_MAX: Final = 50
_ENTRIES_OF_EXAMPLE: Final = 5
_NO_LIMIT: Final = None

_sql = queries.load("tutela.guard.governance", file="entries.sql")


class Used(Protocol):
    """A tag or query that several accounts used."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def accounts(self) -> int: ...
    @property
    def uses(self) -> int: ...


class Week(Protocol):
    """What was used in a week: what can be read of it, and how much there was of everything."""

    @property
    def used(self) -> Sequence[Used]: ...
    @property
    def accounts(self) -> int: ...
    @property
    def uses(self) -> int: ...


class Uses(Protocol):
    """Where the last week's uses are read."""

    async def __call__(self, connection: Connection, *, caller: Caller, now: datetime) -> Week: ...


class PreviewHit(msgspec.Struct, frozen=True, kw_only=True):
    """A tag or query that would be hit, of at least three accounts."""

    kind: str
    value: str
    accounts: int
    uses: int
    #: By which of the entries: their ids, or their places from 0 where they have none yet.
    entries: list[str]
    #: Whether it is hit by what is in force already.
    already: bool


class EntryHits(msgspec.Struct, frozen=True, kw_only=True):
    """How much one entry would hit."""

    entry: str
    values: int
    uses: int


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What some entries would hit of what was used in the last seven days."""

    entries: int
    #: Accounts, content: they are compared exactly, and uses don't tell of them.
    not_looked_for: int
    #: What could be read: values of at least three accounts.
    values: int
    uses: int
    #: What was used in all, also what fewer accounts used and nobody can read.
    uses_of_all: int
    values_hit: int
    uses_hit: int
    #: Of the uses that could be read.
    share_hit: float
    #: Of what is hit: uses that what is in force hits already.
    uses_already_hit: int
    #: The most accounts that used one value that is hit.
    accounts_most: int
    by_entry: list[EntryHits]
    examples: list[PreviewHit]


class QueriesHit(msgspec.Struct, frozen=True, kw_only=True):
    """What some entries would hit of a file of benign queries."""

    queries: int
    hit: int
    share_hit: float
    #: Lines that would be hit, from 1, the first of them.
    lines: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What is looked for, by the name under which a hit is told, beside what is in force."""

    #: None for what is compared exactly.
    asked: Mapping[str, Text | None]
    in_force: Sequence[InForce]

    def new(self) -> Hitting:
        """What is asked for, where nothing in force lets it through."""
        words = [(name, text) for name, text in self.asked.items() if text is not None]
        allowed = [(name, text) for name, text in self._others() if text.form is TermKind.ALLOW]
        return hitting([*words, *allowed])

    def earlier(self) -> Hitting:
        """What is in force, without what is asked for."""
        return hitting(self._others())

    def _others(self) -> list[tuple[str, Text]]:
        return [
            (str(each.id), each.entry)
            for each in self.in_force
            if isinstance(each.entry, Text)
            and not each.entry.surfaces
            and str(each.id) not in self.asked
        ]


async def preview(room: GovernanceRoom, *, caller: Caller, entry_id: UUID, uses: Uses) -> Preview:
    """What an entry, or the entries of a batch, would hit; for people who propose or judge.

    Raises NeedsPerson, Forbidden, UnknownGuardEntry.
    """
    _refuse_unless_person(caller)
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        asked = await _entries(connection, room=room, listed=whose(caller), entry_id=entry_id)
        return await _preview(connection, room=room, caller=caller, asked=asked, uses=uses)


async def preview_of(
    room: GovernanceRoom, *, caller: Caller, entries: Sequence[EntryAsked], uses: Uses
) -> Preview:
    """The same of what nobody proposed yet. Raises NeedsPerson, Forbidden."""
    _refuse_unless_person(caller)
    asked = {str(place): _text(entry) for place, entry in enumerate(entries)}
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        return await _preview(connection, room=room, caller=caller, asked=asked, uses=uses)


async def looked_for(
    room: GovernanceRoom, *, caller: Caller, entry_id: UUID | None, entries: Sequence[EntryAsked]
) -> Looked:
    """What is looked for: an entry, a batch, or what nobody proposed yet."""
    _refuse_unless_person(caller)
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=_NO_LIMIT
    ) as connection:
        listed = whose(caller)
        asked = {str(place): _text(entry) for place, entry in enumerate(entries)}
        if entry_id is not None:
            asked = await _entries(connection, room=room, listed=listed, entry_id=entry_id)
        there = await in_force(connection, keys=room.keys, listed=listed, now=room.clock())
    return Looked(asked=asked, in_force=there)


def queries_hit(looked: Looked, *, benign: Sequence[str]) -> QueriesHit:
    """What would be hit of queries that should not be, a line each."""
    found = looked.new().names(benign)
    lines = [line for line, names in enumerate(found, start=1) if names]
    return QueriesHit(
        queries=len(benign),
        hit=len(lines),
        share_hit=len(lines) / len(benign) if benign else 0.0,
        lines=lines[:EXAMPLES_MAX],
    )


async def _entries(
    connection: Connection, *, room: GovernanceRoom, listed: Whose, entry_id: UUID
) -> dict[str, Text | None]:
    cursor = await connection.execute(_sql.values, {**listed.columns, "id": entry_id})
    found: dict[str, Text | None] = {}
    for row_id, kind, verdict, form, languages, surfaces, *sealed in await cursor.fetchall():
        value = value_of(room.keys, entry_id=row_id, sealed=Sealed(*sealed))
        is_words = ItemKind(kind) in WORDS
        found[str(row_id)] = (
            Text(
                value=value,
                form=TermKind(form),
                verdict=Verdict(verdict),
                languages=tuple(languages),
                surfaces=tuple(map(Surface, surfaces)),
            )
            if is_words
            else None
        )
    if not found:
        raise UnknownGuardEntry("The guard of this service lists no such entry that you may see.")
    return found


def _text(entry: EntryAsked) -> Text | None:
    form = entry.looked_for
    if form is None:
        return None
    return Text(value=entry.plain, form=form, verdict=entry.verdict, languages=entry.languages)


def _refuse_unless_person(caller: Caller) -> None:
    person_of(caller)
    refuse_unless(caller.role, right=Right.PROPOSE_GUARD)


async def _preview(
    connection: Connection,
    *,
    room: GovernanceRoom,
    caller: Caller,
    asked: Mapping[str, Text | None],
    uses: Uses,
) -> Preview:
    now, listed = room.clock(), whose(caller)
    there = await in_force(connection, keys=room.keys, listed=listed, now=now)
    week = await uses(connection, caller=caller, now=now)
    return await asyncio.to_thread(_told, Looked(asked=asked, in_force=there), week=week)


def _told(looked: Looked, *, week: Week) -> Preview:
    found = looked.new().names([each.value for each in week.used])
    hit = [(used, names) for used, names in zip(week.used, found, strict=True) if names]
    earlier = looked.earlier().names([used.value for used, _ in hit])
    uses, uses_hit = sum(each.uses for each in week.used), sum(used.uses for used, _ in hit)
    return Preview(
        entries=len(looked.asked),
        not_looked_for=sum(text is None for text in looked.asked.values()),
        values=len(week.used),
        uses=uses,
        uses_of_all=week.uses,
        values_hit=len(hit),
        uses_hit=uses_hit,
        share_hit=uses_hit / uses if uses else 0.0,
        uses_already_hit=sum(used.uses for (used, _), was in zip(hit, earlier, strict=True) if was),
        accounts_most=max((used.accounts for used, _ in hit), default=0),
        by_entry=_by_entry(hit),
        examples=_examples(hit, already=[bool(was) for was in earlier]),
    )


def _by_entry(hit: Sequence[tuple[Used, list[str]]]) -> list[EntryHits]:
    values: Counter[str] = Counter()
    uses: dict[str, int] = defaultdict(int)
    for used, names in hit:
        for name in names:
            values[name] += 1
            uses[name] += used.uses
    most = sorted(uses, key=lambda name: (-uses[name], name))[:EXAMPLES_MAX]
    return [EntryHits(entry=name, values=values[name], uses=uses[name]) for name in most]


def _examples(
    hit: Sequence[tuple[Used, list[str]]], *, already: Sequence[bool]
) -> list[PreviewHit]:
    ranked = sorted(
        zip(hit, already, strict=True), key=lambda each: (-each[0][0].accounts, each[0][0].value)
    )
    return [
        PreviewHit(
            kind=str(used.kind),
            value=used.value,
            accounts=used.accounts,
            uses=used.uses,
            entries=names[:_ENTRIES_OF_EXAMPLE],
            already=was,
        )
        for (used, names), was in ranked[:EXAMPLES_MAX]
    ]
