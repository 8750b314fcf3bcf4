"""Entries into a list: in one transaction, in bounded memory, each sealed before it is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists import chunks, register
from tutela.detection.lists.changing import (
    NO_LIMIT,
    Account,
    Held,
    held,
    refuse_of_people,
    write_version,
)
from tutela.detection.lists.chunks import CHUNK_ENTRIES_MAX
from tutela.detection.lists.entries import BadLine, Entry, Family, Kind, Row, family_of
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.register import Change, Keeper, Terms
from tutela.detection.lists.room import ListName, ListRoom, digest, source_digest, variant

_sql = queries.load("tutela.detection.lists")


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the lines: entries that are new, that were known, that were withdrawn."""

    list: str
    version: int
    added: int
    known: int
    #: Entries that were withdrawn before, and that stay so.
    still_withdrawn: int
    withdrawn: int
    refused: int
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which list takes entries, on whose account; `terms` hold where the list is new."""

    name: ListName
    family: Family
    account: Account
    terms: Terms = field(default_factory=Terms)
    change: Change = Change.IMPORTED
    #: Whose word it is: what a source took back, the same source can bring again.
    of_source: bool = False
    #: Whether the rows are all that there is, so that the list is up to date by them.
    is_whole: bool = True
    dry_run: bool = False


async def take(room: ListRoom, *, asked: Asked, rows: Iterable[Row | BadLine]) -> Imported:
    """What became of the rows, all of it or nothing; raises ListUnfit.

    A list that is not there is made. What came before changes nothing, so that a file may be sent
    again; what was withdrawn stays so.
    """
    async with tenant_transaction(
        room.pool, tenant=asked.name.tenant, limit_seconds=NO_LIMIT
    ) as connection:
        told = await take_in(connection, asked=asked, rows=rows, room=room)
        if asked.dry_run:
            await connection.rollback()
    return told


async def take_in(
    connection: Connection, *, asked: Asked, rows: Iterable[Row | BadLine], room: ListRoom
) -> Imported:
    """As `take`, in a transaction of one's own."""
    at = room.clock()
    await register.create(
        connection, name=asked.name, family=asked.family, terms=asked.terms, at=at
    )
    async with held(connection, name=asked.name, at=at) as found:
        return await _taken(found, asked=asked, rows=rows, room=room)


async def begin(room: ListRoom, *, name: ListName, family: Family, terms: Terms) -> None:
    """A list without entries, which its source fills later; raises ListUnfit."""
    async with tenant_transaction(room.pool, tenant=name.tenant) as connection:
        await register.create(connection, name=name, family=family, terms=terms, at=room.clock())


async def take_into(
    found: Held, *, rows: Iterable[Row | BadLine], asked: Asked, room: ListRoom
) -> Imported:
    """As `take`, into a list that is held, in the transaction that holds it.

    Whatever brings entries also says that the list is up to date; taking some back does not.
    """
    batch = _Batch(found, of_source=asked.of_source, room=room)
    for row in rows:
        if isinstance(row, BadLine):
            found.refused += 1
            continue
        await batch.add(row)
    await batch.flush()
    confirms = asked.change is Change.IMPORTED and asked.is_whole
    if found.added or found.withdrawn:
        await write_version(
            found, change=asked.change, account=asked.account, room=room, confirms=confirms
        )
    elif confirms:
        await found.connection.execute(_sql.confirm_list, found.columns)
    return Imported(
        list=found.name.name,
        version=found.version if found.added or found.withdrawn else found.version - 1,
        added=found.added,
        known=batch.known,
        still_withdrawn=batch.still_withdrawn,
        withdrawn=found.withdrawn,
        refused=found.refused,
    )


async def _taken(
    found: Held, *, asked: Asked, rows: Iterable[Row | BadLine], room: ListRoom
) -> Imported:
    if found.family is not asked.family:
        raise ListUnfit(f"{asked.name.name} holds {found.family}; no list holds both.")
    if asked.terms.keeper is Keeper.OPERATOR:
        refuse_of_people(found)
    told = await take_into(found, rows=rows, asked=asked, room=room)
    nothing = told.added + told.known + told.withdrawn + told.still_withdrawn == 0
    if nothing and told.version == 0:
        raise ListUnfit(f"No line is an entry ({told.refused} refused): no list was made.")
    if nothing and told.refused:
        raise ListUnfit(f"No line is an entry ({told.refused} refused): nothing was changed.")
    return msgspec.structs.replace(told, dry_run=asked.dry_run)


@dataclass(slots=True)
class _Pending:
    """Entries of one kind that wait to be sealed together, by digest and variant."""

    entries: dict[tuple[bytes, bytes], Entry] = field(default_factory=dict)


class _Batch:
    """Rows gathered until a chunk is full; keeps their order where it counts."""

    def __init__(self, found: Held, *, of_source: bool, room: ListRoom) -> None:
        self._held = found
        self._of_source = of_source
        self._room = room
        self._pending: dict[Kind, _Pending] = {}
        self._gone: list[tuple[bytes | None, bytes | None, Row]] = []
        self._gone_keys: set[bytes] = set()
        self.known = 0
        self.still_withdrawn = 0

    async def add(self, row: Row) -> None:
        """Takes a row; writes what is full."""
        if row.gone:
            self._add_gone(row)
            if len(self._gone) >= CHUNK_ENTRIES_MAX:
                await self.flush()
            return
        for entry in row.entries:
            await self._add_entry(entry)

    async def flush(self) -> None:
        """Writes all that waits: first what came, then what goes."""
        for kind in tuple(self._pending):
            await self._write(kind)
        await self._withdraw()

    async def _add_entry(self, entry: Entry) -> None:
        if family_of(entry.kind) is not self._held.family:
            raise ListUnfit(f"{self._held.name.name} holds {self._held.family}.")
        keys = self._room.keys
        key = (digest(entry, keys=keys), variant(entry, keys=keys))
        if self._gone_keys:
            source = source_digest(entry.source, keys=keys)
            if key[0] in self._gone_keys or source in self._gone_keys:
                await self.flush()
        pending = self._pending.setdefault(entry.kind, _Pending()).entries
        before = pending.setdefault(key, entry)
        if before is not entry:
            self.known += 1
        if len(pending) >= CHUNK_ENTRIES_MAX:
            await self._write(entry.kind)

    def _add_gone(self, row: Row) -> None:
        keys = self._room.keys
        source = source_digest(row.source, keys=keys)
        digests = [digest(entry, keys=keys) for entry in row.entries]
        self._gone += [(each, source, row) for each in digests] or [(None, source, row)]
        self._gone_keys.update(digests)
        if source is not None:
            self._gone_keys.add(source)

    async def _write(self, kind: Kind) -> None:
        found = self._held
        pending = self._pending.pop(kind).entries
        cursor = await found.connection.execute(
            _sql.known_digests, {"list_id": found.id, "digests": [key[0] for key in pending]}
        )
        for digest_bytes, variant_bytes, is_withdrawn, by_source in await cursor.fetchall():
            if by_source and self._of_source:
                continue
            entry = pending.pop((bytes(digest_bytes), bytes(variant_bytes)), None)
            if entry is None:
                continue
            self.still_withdrawn += is_withdrawn
            self.known += not is_withdrawn
            await self._touch(entry, key=(digest_bytes, variant_bytes))
        if pending:
            await self._seal(pending, kind=kind)

    async def _touch(self, entry: Entry, *, key: tuple[bytes, bytes]) -> None:
        if entry.updated_at is None:
            return
        wanted = {"digests": [key[0]], "variants": [key[1]], "updated": [entry.updated_at]}
        await self._held.connection.execute(
            _sql.touch_digests, {"list_id": self._held.id, **wanted}
        )

    async def _seal(self, pending: dict[tuple[bytes, bytes], Entry], *, kind: Kind) -> None:
        found, keys = self._held, self._room.keys
        entries = list(pending.values())
        sealed = chunks.seal(entries, keys=keys, list_id=found.id, first_entry=found.next_entry)
        row = {
            **found.columns,
            "first_entry": found.next_entry,
            "kind": kind,
            "sealed_key": sealed.key,
            "sealed_body": sealed.body,
            "entries": len(entries),
        }
        await found.connection.execute(_sql.add_chunk, row)
        numbers = list(range(found.next_entry, found.next_entry + len(entries)))
        digests = {
            **found.columns,
            "entries": numbers,
            "updated": [each.updated_at for each in entries],
            "digests": [key[0] for key in pending],
            "variants": [key[1] for key in pending],
            "sources": [source_digest(each.source, keys=keys) for each in entries],
        }
        await found.connection.execute(_sql.add_digests, digests)
        found.next_entry += len(entries)
        found.added += len(entries)

    async def _withdraw(self) -> None:
        gone, self._gone = self._gone, []
        self._gone_keys = set()
        by_value = [each for each in gone if each[0] is not None]
        by_source = [each for each in gone if each[0] is None and each[1] is not None]
        for sql, rows in ((_sql.withdraw_values, by_value), (_sql.withdraw_sources, by_source)):
            if not rows:
                continue
            wanted = {
                **self._held.columns,
                "digests": [each[0] for each in rows],
                "sources": [each[1] for each in rows],
                "updated": [each[2].updated_at for each in rows],
                "by_source": self._of_source,
            }
            cursor = await self._held.connection.execute(sql, wanted)
            self._held.withdrawn += len(await cursor.fetchall())
