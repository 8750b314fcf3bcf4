"""What a list looks for now, in the clear and in memory alone: what detectors are built from."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.access.keys import Sealed
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists import chunks
from tutela.detection.lists.changing import NO_LIMIT
from tutela.detection.lists.chunks import Chunk
from tutela.detection.lists.entries import WIDTHS, Family, Kind, TermForm
from tutela.detection.lists.register import ListState, Mark, unknown
from tutela.detection.lists.room import CANARY_ENTRY, ListName, ListRoom, canary_value

#: What a list is taken to hold as long as it holds nothing, so that its canary can be looked for.
_FIRST_KIND: Final = {Family.HASHES: Kind.PDQ, Family.TERMS: Kind.TERMS}

_sql = queries.load("tutela.detection.lists")


@dataclass(frozen=True, slots=True, kw_only=True)
class HashColumn:
    """Hashes of one kind: (rows, bytes of a hash) of uint8; row for row the entry, rising.

    `tags_of[i]` is the place in `tags` of what entry `i` is tagged with.
    """

    values: NDArray[np.uint8]
    entries: NDArray[np.int64]
    tags_of: NDArray[np.int32]
    tags: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEntry:
    """A term with its number, as it was listed."""

    entry: int
    text: str
    form: TermForm
    language: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a list looks for at an instant; never logged, never shown, never written to disk.

    With `since` it holds just what changed after that version: what came, and in `gone` the
    numbers of what matches no more. The canary is entry 0 of each kind.
    """

    name: ListName
    family: Family
    version: int
    since: int
    mark: Mark
    hashes: Mapping[Kind, HashColumn]
    terms: tuple[TermEntry, ...]
    gone: NDArray[np.int64]
    #: When the next of these entries expires; from then on a new snapshot is to be taken.
    next_expiry: datetime | None

    def __repr__(self) -> str:
        return f"<Snapshot {self.name.name} {self.version} since {self.since}>"

    def standing(self, now: datetime) -> ListState:
        """Whether the list can be relied on at an instant."""
        return self.mark.standing(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    list_id: int
    family: Family
    mark: Mark
    since: int

    @property
    def columns(self) -> dict[str, object]:
        return {"list_id": self.list_id, "since": self.since, "version": self.mark.version}


async def current(room: ListRoom, *, name: ListName, since: int = 0) -> Snapshot:
    """What the list looks for now, or what changed in it after a version; raises UnknownList.

    Of a list that was withdrawn or has expired that is nothing.
    """
    now = room.clock()
    async with tenant_transaction(
        room.pool, tenant=name.tenant, limit_seconds=NO_LIMIT
    ) as connection:
        found = await _find(connection, name=name, since=since)
        gone = await _gone(connection, found=found)
        loading = _Loading(await _sizes(connection, found=found), gone=gone, now=now)
        is_looked_for = found.mark.standing(now) in {ListState.LIVE, ListState.STALE}
        if is_looked_for and since == 0:
            for kind in loading.kinds() or (_FIRST_KIND[found.family],):
                loading.add_canary(canary_value(name, kind=kind, keys=room.keys), kind=kind)
        if is_looked_for:
            async for first_entry, count, kind, chunk in _chunks(
                connection, found=found, room=room
            ):
                loading.add(chunk, kind=kind, first_entry=first_entry, count=count)
    return Snapshot(
        name=name,
        family=found.family,
        version=found.mark.version,
        since=since,
        mark=found.mark,
        hashes=loading.columns(),
        terms=tuple(loading.terms),
        gone=gone if since else np.empty(0, np.int64),
        next_expiry=loading.next_expiry(),
    )


async def _find(connection: Connection, *, name: ListName, since: int) -> _Found:
    cursor = await connection.execute(_sql.list_by_name, name.columns)
    row = await cursor.fetchone()
    if row is None:
        raise unknown(name)
    list_id, family, *rest = row
    return _Found(list_id=list_id, family=Family(family), mark=Mark.of_columns(*rest), since=since)


async def _gone(connection: Connection, *, found: _Found) -> NDArray[np.int64]:
    cursor = await connection.execute(_sql.withdrawals, found.columns)
    return np.fromiter((row[0] for row in await cursor.fetchall()), np.int64)


async def _sizes(connection: Connection, *, found: _Found) -> dict[Kind, int]:
    cursor = await connection.execute(_sql.chunk_sizes, found.columns)
    return {Kind(kind): int(count) for kind, count in await cursor.fetchall()}


async def _chunks(
    connection: Connection, *, found: _Found, room: ListRoom
) -> AsyncIterator[tuple[int, int, Kind, Chunk]]:
    async with connection.cursor(name="list_chunks") as cursor:
        cursor.itersize = 16
        await cursor.execute(_sql.chunks, found.columns)
        async for first_entry, count, kind, key, body in cursor:
            chunk = await asyncio.to_thread(
                chunks.unseal,
                Sealed(bytes(key), bytes(body)),
                keys=room.keys,
                list_id=found.list_id,
                first_entry=first_entry,
            )
            yield first_entry, count, Kind(kind), chunk


class _Growing:
    """A column as it is filled, with room for the canary."""

    def __init__(self, kind: Kind, *, size: int) -> None:
        self.values = np.empty((size + 1, WIDTHS[kind]), np.uint8)
        self.entries = np.empty(size + 1, np.int64)
        self.tags_of = np.zeros(size + 1, np.int32)
        self.count = 0

    def add(
        self, values: NDArray[np.uint8], *, entries: NDArray[np.int64], tags_of: NDArray[np.int32]
    ) -> None:
        end = self.count + len(values)
        self.values[self.count : end] = values
        self.entries[self.count : end] = entries
        self.tags_of[self.count : end] = tags_of
        self.count = end


class _Loading:
    """A snapshot as it is gathered chunk by chunk; what is gone or expired stays out."""

    def __init__(
        self, sizes: Mapping[Kind, int], *, gone: NDArray[np.int64], now: datetime
    ) -> None:
        self._growing = {
            kind: _Growing(kind, size=size)
            for kind, size in sizes.items()
            if kind is not Kind.TERMS
        }
        self._sizes = sizes
        self._gone = gone
        self._now = now
        self._tags: dict[tuple[str, ...], int] = {(): 0}
        self._next_expiry: datetime | None = None
        self.terms: list[TermEntry] = []

    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the entries, whether they still match or not."""
        return tuple(self._sizes)

    def add(self, chunk: Chunk, *, kind: Kind, first_entry: int, count: int) -> None:
        numbers = np.arange(first_entry, first_entry + count, dtype=np.int64)
        keep = self._kept(chunk, numbers=numbers)
        if kind is Kind.TERMS:
            self.terms.extend(self._terms(chunk, numbers=numbers, keep=keep))
            return
        values = np.frombuffer(chunk.hashes, np.uint8).reshape(count, WIDTHS[kind])
        tags_of = np.zeros(count, np.int32)
        for place, details in chunk.details.items():
            tags_of[place] = self._tags.setdefault(details.tags, len(self._tags))
        self._growing[kind].add(values[keep], entries=numbers[keep], tags_of=tags_of[keep])

    def add_canary(self, value: bytes, *, kind: Kind) -> None:
        if kind is Kind.TERMS:
            canary = TermEntry(
                entry=CANARY_ENTRY, text=value.decode(), form=TermForm.WORD, language=None, tags=()
            )
            self.terms.append(canary)
            return
        growing = self._growing.setdefault(kind, _Growing(kind, size=0))
        growing.add(
            np.frombuffer(value, np.uint8)[np.newaxis],
            entries=np.array([CANARY_ENTRY], np.int64),
            tags_of=np.zeros(1, np.int32),
        )

    def columns(self) -> dict[Kind, HashColumn]:
        tags = tuple(self._tags)
        return {
            kind: HashColumn(
                values=growing.values[: growing.count],
                entries=growing.entries[: growing.count],
                tags_of=growing.tags_of[: growing.count],
                tags=tags,
            )
            for kind, growing in self._growing.items()
        }

    def next_expiry(self) -> datetime | None:
        return self._next_expiry

    def _kept(self, chunk: Chunk, *, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        keep = ~np.isin(numbers, self._gone, assume_unique=True)
        for place, details in chunk.details.items():
            expires_at = details.expires_at
            if expires_at is None or not keep[place]:
                continue
            if expires_at <= self._now:
                keep[place] = False
            elif self._next_expiry is None or expires_at < self._next_expiry:
                self._next_expiry = expires_at
        return keep

    def _terms(
        self, chunk: Chunk, *, numbers: NDArray[np.int64], keep: NDArray[np.bool_]
    ) -> Iterator[TermEntry]:
        for place in np.flatnonzero(keep).tolist():
            entry = chunks.entry_at(chunk, place=place, kind=Kind.TERMS)
            yield TermEntry(
                entry=int(numbers[place]),
                text=entry.value.decode(),
                form=entry.form,
                language=entry.language,
                tags=entry.tags,
            )


def canaries(room: ListRoom, *, snapshot: Snapshot) -> dict[Kind, Any]:
    """Of each kind the value that only the list's canary matches: a hash's bytes, or a term."""
    kinds = [*snapshot.hashes, *([Kind.TERMS] if snapshot.family is Family.TERMS else [])]
    values = {kind: canary_value(snapshot.name, kind=kind, keys=room.keys) for kind in kinds}
    return {kind: value.decode() if kind is Kind.TERMS else value for kind, value in values.items()}
