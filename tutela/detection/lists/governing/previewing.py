"""What a change of a list would come to: on it, on last week's content, on what it led to."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.detectors import DOOR
from tutela.detection.lists.changing import NO_LIMIT, Account
from tutela.detection.lists.entries import Entry, Kind
from tutela.detection.lists.governing.acts import Acting, ProposalSettled
from tutela.detection.lists.governing.asked import ListChange, ListProposal, check
from tutela.detection.lists.governing.carrying import Carried, Effect, rehearse
from tutela.detection.lists.governing.showing import one_row
from tutela.detection.lists.governing.trying import found_in
from tutela.detection.lists.room import ListRoom
from tutela.detection.sample.trying import (
    Kept,
    Languages,
    OfLanguage,
    last_week,
    mask,
    of_languages,
)
from tutela.domain.canonical import timestamp
from tutela.domain.signals import Match, Result

EXAMPLES_MAX: Final = 20
#: Subjects that entries led to, of which it is told what people decided.
LED_TO_MAX: Final = 20_000
_SHARE_DIGITS: Final = 6

_sql = queries.load("tutela.detection.lists.governing", file="led_to.sql")
_decode: Final = msgspec.json.Decoder(ListProposal).decode


class ListExample(msgspec.Struct, frozen=True, kw_only=True):
    """One event that the entries match; its id is masked."""

    content: str
    at: str
    language: str | None
    #: Whether anything else that is looked for matches it too.
    known: bool


class EntryMatches(msgspec.Struct, frozen=True, kw_only=True):
    """How much of last week one entry matches; the entry is masked, or told by its number."""

    entry: str
    matches: int


class LedTo(msgspec.Struct, frozen=True, kw_only=True):
    """What the entries led to so far, and what people made of it."""

    #: Subjects that they matched, as far as matches are kept.
    subjects: int
    #: Items of these that people decided, and that wait.
    acted: int
    dismissed: int
    waiting: int


class ListPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a change would come to; figures of last week are of what was kept, a sample."""

    list: str
    change: str
    #: The list's version after it, and what comes and goes.
    version: int
    added: int
    known: int
    still_withdrawn: int
    withdrawn: int
    events: int
    from_: str | None = msgspec.field(name="from")
    to: str | None
    #: Events that the entries match; `alone`: that nothing else which is looked for matches.
    matches: int
    alone: int
    #: Events of which it is unknown whether they match.
    unavailable: int
    share: float
    by_language: tuple[OfLanguage, ...]
    busiest: tuple[EntryMatches, ...]
    examples: tuple[ListExample, ...]
    #: Of entries that go; null where none does.
    led_to: LedTo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Basis:
    """All that a preview is told from."""

    asked: ListProposal
    effect: Effect
    entries: tuple[Entry, ...]
    kept: Sequence[Kept]
    led_to: LedTo | None


@dataclass(slots=True)
class _Tally:
    matches: int = 0
    alone: int = 0
    unavailable: int = 0
    languages: Languages = field(default_factory=dict)
    by_entry: Counter[str] = field(default_factory=Counter)
    examples: list[ListExample] = field(default_factory=list)


async def preview(room: ListRoom, *, caller: Caller, proposal_id: UUID) -> ListPreview:
    """What a proposal that waits would come to; raises as `preview_of`.

    Also UnknownProposal, and ProposalSettled.
    """
    refuse_unless(caller.role, right=Right.SEE_LISTS)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        *_, key, body = await one_row(connection, caller=caller, proposal_id=proposal_id)
    if key is None:
        raise ProposalSettled("What was asked is kept no longer than it waits.")
    sealed = Sealed(bytes(key), bytes(body))
    asked = _decode(room.keys.open(sealed, row=proposal_id.bytes))
    return await _preview(room, caller=caller, asked=asked)


async def preview_of(room: ListRoom, *, caller: Caller, asked: ListProposal) -> ListPreview:
    """What a change would come to; nothing is written.

    It tells whether an entry is on a list, so it is for people who may propose. Raises Forbidden,
    NeedsPerson, ListUnfit with each place, UnknownList, UnknownEntry.
    """
    refuse_unless(caller.role, right=Right.PROPOSE_LISTS)
    person_of(caller)
    return await _preview(room, caller=caller, asked=asked)


async def _preview(room: ListRoom, *, caller: Caller, asked: ListProposal) -> ListPreview:
    rows = await asyncio.to_thread(check, asked)
    whose, name = Whose.of(caller), caller.person or caller.name
    carried = Carried(asked=asked, rows=rows, account=Account(by=name))
    async with tenant_transaction(
        room.pool, tenant=caller.tenant, limit_seconds=NO_LIMIT
    ) as connection:
        by = Acting(connection=connection, whose=whose, person=name, now=room.clock())
        effect = await rehearse(by, room=room, carried=carried)
        week = await last_week(connection, whose=whose, now=by.now)
        led_to = await _led_to(connection, whose=whose, asked=asked, effect=effect)
    basis = _Basis(
        asked=asked,
        effect=effect,
        entries=tuple(entry for row in rows for entry in row.entries),
        kept=await week.opened(room.keys),
        led_to=led_to,
    )
    return await asyncio.to_thread(_previewed, basis)


async def _led_to(
    connection: Connection, *, whose: Whose, asked: ListProposal, effect: Effect
) -> LedTo | None:
    """None where nothing goes; of a list that ends, all of it."""
    ends = asked.change is ListChange.END
    if not effect.gone and not ends:
        return None
    entries = None if ends else [str(each) for each in sorted(effect.gone)]
    wanted = {**whose.columns, "list": asked.list, "entries": entries, "door": DOOR}
    wanted["limit"] = LED_TO_MAX
    cursor = await connection.execute(_sql.led_to, wanted)
    ((subjects, acted, dismissed, waiting),) = await cursor.fetchall()
    return LedTo(subjects=subjects, acted=acted, dismissed=dismissed, waiting=waiting)


def _previewed(basis: _Basis) -> ListPreview:
    tally = _Tally()
    for each, names in zip(basis.kept, _hits(basis), strict=True):
        known = any(_is_other(match, basis=basis) for match in _matches(each))
        _hear(tally, kept=each, names=names, known=known)
    kept, effect = basis.kept, basis.effect
    return ListPreview(
        list=basis.asked.list,
        change=str(basis.asked.change),
        version=effect.version,
        added=effect.added,
        known=effect.known,
        still_withdrawn=effect.still_withdrawn,
        withdrawn=effect.withdrawn,
        events=len(kept),
        from_=timestamp(kept[0].at) if kept else None,
        to=timestamp(kept[-1].at) if kept else None,
        matches=tally.matches,
        alone=tally.alone,
        unavailable=tally.unavailable,
        share=round(tally.matches / len(kept), _SHARE_DIGITS) if kept else 0.0,
        by_language=tuple(of_languages(tally.languages)),
        busiest=tuple(
            EntryMatches(entry=name, matches=matches)
            for name, matches in tally.by_entry.most_common(EXAMPLES_MAX)
        ),
        examples=tuple(tally.examples),
        led_to=basis.led_to,
    )


def _hits(basis: _Basis) -> list[list[str] | None]:
    """Of each event the entries that match it: masked ones that come, numbers of those that go.

    None where that is unknown.
    """
    if basis.asked.change is not ListChange.ADD:
        return [_going(kept, basis=basis) for kept in basis.kept]
    return [
        None if found is None else [_masked(basis.entries[place]) for place in sorted(found)]
        for found in found_in(basis.kept, entries=basis.entries)
    ]


def _going(kept: Kept, *, basis: _Basis) -> list[str] | None:
    names = [f"entry {each.entry}" for each in _matches(kept) if _goes(each, basis=basis)]
    unknown = any(each.result is Result.UNAVAILABLE for each in kept.event.signals)
    return None if unknown and not names else names


def _matches(kept: Kept) -> list[Match]:
    return [each for signal in kept.event.signals for each in signal.matches]


def _goes(match: Match, *, basis: _Basis) -> bool:
    """Whether what was matched is of an entry that matches no more by the change."""
    if match.list != basis.asked.list:
        return False
    return basis.asked.change is ListChange.END or int(match.entry) in basis.effect.gone


def _is_other(match: Match, *, basis: _Basis) -> bool:
    return basis.asked.change is ListChange.ADD or not _goes(match, basis=basis)


def _hear(tally: _Tally, *, kept: Kept, names: Sequence[str] | None, known: bool) -> None:
    of_language = tally.languages.setdefault(kept.language, [0, 0])
    of_language[0] += 1
    tally.unavailable += names is None
    if not names:
        return
    of_language[1] += 1
    tally.matches += 1
    tally.alone += not known
    tally.by_entry.update(set(names))
    if len(tally.examples) < EXAMPLES_MAX:
        example = ListExample(
            content=kept.masked_id, at=timestamp(kept.at), language=kept.language, known=known
        )
        tally.examples.append(example)


def _masked(entry: Entry) -> str:
    return mask(entry.value.decode() if entry.kind is Kind.TERMS else entry.value.hex())
