"""Detectors from lists: built once, patched as lists change, and honest about what is old."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from tutela.detection.detectors import Detector, Hashes
from tutela.detection.hashes.commons import Commons
from tutela.detection.hashes.detector import Entry, HashDetector, HashList, Row
from tutela.detection.hashes.detector import Lists as HashLists
from tutela.detection.hashes.index import RADIUS_BITS, HashIndex
from tutela.detection.hashes.kinds import HashKind
from tutela.detection.lists import register
from tutela.detection.lists.entries import Family
from tutela.detection.lists.register import NOT_LOOKED_FOR, ListStanding, ListState, Mark
from tutela.detection.lists.room import ListName, ListRoom
from tutela.detection.lists.snapshots import HashColumn, Snapshot, canaries, current

NAME: Final = "lists"
#: Why something that is on no list may be known all the same: codes of signals.
STALE: Final = "list_stale"
OFF: Final = "list_off"
UNREADABLE: Final = "list_unreadable"
#: By how the list stands; of others it is known, or they hold nothing.
DOUBTS: Final = MappingProxyType({ListState.STALE: STALE, ListState.OFF: OFF})

_log = structlog.get_logger(__name__)


class _Numbers:
    """Which entry a row of an index is, and what it is tagged with; grows with the index."""

    def __init__(self, column: HashColumn) -> None:
        self._entries, self._tags_of, self._tags = column.entries, column.tags_of, column.tags

    def add(self, column: HashColumn) -> None:
        """The rows that the index gets next."""
        tags_of = column.tags_of + np.int32(len(self._tags))
        self._tags = (*self._tags, *column.tags)
        self._tags_of = np.concatenate([self._tags_of, tags_of])
        self._entries = np.concatenate([self._entries, column.entries])

    def rows_of(self, entries: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of these entries; those of other kinds are left out."""
        rows = np.searchsorted(self._entries, entries)
        rows = rows[rows < len(self._entries)]
        return rows[np.isin(self._entries[rows], entries)]

    def entry_of(self, row: int) -> Entry:
        """What a match says of a row."""
        return Entry(str(self._entries[row]), self._tags[self._tags_of[row]])


@dataclass(slots=True, kw_only=True, eq=False)
class _Kept:
    """A list as this process looks for it."""

    snapshot: Snapshot
    canary: Hashes
    commons: Commons
    indexes: dict[HashKind, HashIndex] = field(default_factory=dict)
    numbers: dict[HashKind, _Numbers] = field(default_factory=dict)

    def grow(self, change: Snapshot) -> None:
        """Takes over what changed: what came is found and what went is not, from now on."""
        for kind, column in change.hashes.items():
            self._add(HashKind(kind), column=column)
        for own, numbers in self.numbers.items():
            self.indexes[own].remove(numbers.rows_of(change.gone))

    def listed(self) -> HashList:
        """The list as the detector takes it."""
        return HashList(
            name=self.snapshot.name.name,
            version=self.snapshot.version,
            indexes=dict(self.indexes),
            entry_of=self._entry_of,
            canaries=(self.canary,),
        )

    def _add(self, kind: HashKind, *, column: HashColumn) -> None:
        if kind in self.indexes:
            self.numbers[kind].add(column)
            self.indexes[kind].add(column.values)
        else:
            self.numbers[kind] = _Numbers(column)
            self.indexes[kind] = self.commons.build(column.values, kind=kind)

    def _entry_of(self, row: Row) -> Entry:
        return self.numbers[row.kind].entry_of(row.number)


@dataclass(slots=True)
class _Seat:
    """What looks for one service, and what it was made of."""

    made_of: tuple[object, ...] = ()
    detectors: tuple[Detector, ...] = ()


class ListSource:
    """The detectors of every service from its lists, as of each asking."""

    name = NAME

    def __init__(
        self, room: ListRoom, *, radius: int = RADIUS_BITS, commons: Commons | None = None
    ) -> None:
        """`commons` is where processes of this machine have large indexes in common."""
        self._room, self._commons = room, commons or Commons()
        self._radius = radius
        self._kept: dict[ListName, _Kept] = {}
        self._unreadable: set[ListName] = set()
        self._seats: dict[str, _Seat] = {}

    async def detectors(self) -> Mapping[str, Sequence[Detector]]:
        """The detectors of each `tenant/service`; the same objects where nothing changed.

        A short query where nothing changed; else what changed, and a list anew where it is new or
        something in it expired. Raises DatabaseUnavailable, and keeps what it has.
        """
        found = await register.every_mark(self._room.pool)
        there = {name: mark for name, family, mark in found if family is Family.HASHES}
        for gone in self._kept.keys() - there.keys():
            del self._kept[gone]
        for name in sorted(there, key=lambda each: each not in self._kept):
            await self._refresh(name, mark=there[name])
        for service in {f"{name.tenant}/{name.service}" for name in there}:
            self._seat(service, there=there)
        return {service: seat.detectors for service, seat in self._seats.items() if seat.detectors}

    async def ages(self) -> list[ListStanding]:
        """How every list stands."""
        return await register.standings(self._room.pool, now=self._room.clock())

    async def _refresh(self, name: ListName, *, mark: Mark) -> None:
        now, kept = self._room.clock(), self._kept.get(name)
        if mark.standing(now) in NOT_LOOKED_FOR:
            self._kept.pop(name, None)
            return
        try:
            if kept is None or _has_expired(kept.snapshot, room=self._room):
                self._kept[name] = await self._whole(name)
            elif kept.snapshot.version != mark.version:
                self._kept[name] = await self._patched(kept)
            self._unreadable.discard(name)
        except Exception as error:  # noqa: BLE001 - a list that can't be read stops no other
            _log.warning("list_unreadable", list=name.name, error=type(error).__name__)
            self._unreadable.add(name)

    async def _whole(self, name: ListName) -> _Kept:
        snapshot = await current(self._room, name=name)
        values = canaries(self._room, snapshot=snapshot)
        canary = Hashes(**{kind: value.hex() for kind, value in values.items()})
        kept = _Kept(snapshot=snapshot, canary=canary, commons=self._commons)
        await asyncio.to_thread(kept.grow, snapshot)
        kept.snapshot = _without_entries(snapshot, next_expiry=snapshot.next_expiry)
        return kept

    async def _patched(self, kept: _Kept) -> _Kept:
        before = kept.snapshot
        change = await current(self._room, name=before.name, since=before.version)
        if change.hashes.keys() - {str(kind) for kind in kept.indexes}:
            return await self._whole(before.name)
        await asyncio.to_thread(kept.grow, change)
        ends = [each for each in (before.next_expiry, change.next_expiry) if each is not None]
        after = _without_entries(change, next_expiry=min(ends, default=None))
        return replace(kept, snapshot=after)

    def _seat(self, service: str, *, there: Mapping[ListName, Mark]) -> None:
        now = self._room.clock()
        own = [name for name in there if f"{name.tenant}/{name.service}" == service]
        kept = [self._kept[name] for name in own if name in self._kept]
        unavailable = doubts({name: there[name] for name in own}, unread=self._unreadable, now=now)
        made_of = (*kept, *sorted(unavailable.items()))
        seat = self._seats.setdefault(service, _Seat())
        if seat.made_of == made_of:
            return
        lists = HashLists(lists=tuple(each.listed() for each in kept), unavailable=unavailable)
        nothing = not kept and not unavailable
        seat.made_of = made_of
        seat.detectors = () if nothing else (HashDetector(lists, radius=self._radius),)


def doubts(
    marks: Mapping[ListName, Mark], *, unread: Collection[ListName], now: datetime
) -> dict[str, str]:
    """Why a list can't tell that something is on none, by its name; of those that can't."""
    stands = {name: mark.standing(now) for name, mark in marks.items()}
    doubted = {name.name: DOUBTS[state] for name, state in stands.items() if state in DOUBTS}
    looked_for = {name for name, state in stands.items() if state not in NOT_LOOKED_FOR}
    return doubted | {name.name: UNREADABLE for name in looked_for if name in unread}


def _has_expired(snapshot: Snapshot, *, room: ListRoom) -> bool:
    return snapshot.next_expiry is not None and snapshot.next_expiry <= room.clock()


def _without_entries(snapshot: Snapshot, *, next_expiry: datetime | None) -> Snapshot:
    return replace(snapshot, hashes={}, terms=(), next_expiry=next_expiry)
