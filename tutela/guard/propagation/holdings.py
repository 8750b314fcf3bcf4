"""What the guard of a service holds now, read where it is published and listed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.guard.asking import ItemKind
from tutela.guard.deciding import Decider, decider
from tutela.guard.governance.listing import value_of
from tutela.guard.probing import Limits
from tutela.guard.propagation.held import Held, LiveEntry, Published
from tutela.guard.propagation.judging import LAG_SECONDS_MAX
from tutela.guard.publishing import stored
from tutela.guard.publishing.canaries import CANARIES_KEPT, canary_text
from tutela.guard.publishing.keeping import Keeper
from tutela.guard.publishing.listing import Place
from tutela.guard.sealing import open_published
from tutela.guard.snapshot import Snapshot

_SEED_BYTES: Final = 8
_NAME_HEX: Final = 12
#: Versions that are remembered lie so far apart, however fast they are published.
_APART: Final = timedelta(seconds=20)

_sql = queries.load("tutela.guard.propagation", file="propagation.sql")
#: So long the same entries are asked for: more words in a window would look as if the platform's
#: token tried out what is listed.
_LOT_SECONDS: Final = Limits().token_seconds
_NOTHING: Final = datetime.fromtimestamp(0).astimezone()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingsHere:
    """Reads from the database of the house; what was unsealed once is remembered."""

    pool: Pool
    keys: KeySet
    keeper: Keeper
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    #: Accounts and content by the ids of their entries, of each service.
    _named: dict[Place, dict[UUID, LiveEntry]] = field(default_factory=dict)
    #: Versions without their words, the oldest one first: one that every surface must know by
    #: now, and those after it.
    _recent: dict[Place, list[Decider]] = field(default_factory=dict)
    #: What is drawn by in the window of its number.
    _lots: dict[int, str] = field(default_factory=dict)

    async def held(self, service: str, *, sample: int, again: frozenset[str]) -> Held:
        """What the guard of `TENANT/SERVICE` holds, with so many entries by chance and those."""
        await self.keeper.refresh()
        place = Place(*service.split("/", 1))
        kept = self.keeper.of(place)
        judge = _nothing(place) if kept is None else kept.decider
        now = self.clock()
        lot = self._lot(now)
        wanted = {
            **place.columns,
            "now": now,
            "settled": now - timedelta(seconds=LAG_SECONDS_MAX),
            "newest": judge.version,
            "kept": CANARIES_KEPT + 1,
            "sample": sample,
            "again": list(again),
            "seed": lot,
        }
        async with tenant_transaction(self.pool, tenant=place.tenant) as connection:
            versions = await (await connection.execute(_sql.versions, wanted)).fetchall()
            await connection.execute(_sql.forget_versions, wanted)
            words = await (await connection.execute(_sql.words_to_ask, wanted)).fetchall()
            names = await (await connection.execute(_sql.named_entries, wanted)).fetchall()
            published = tuple(Published(*row) for row in versions)
            settled = await self._settle(connection, judge=judge, published=published)
        named = await asyncio.to_thread(self._opened, names, place=place)
        asked = [each for n, each in enumerate(named) if n < sample or each.id in again]
        return Held(
            service=service,
            versions=published,
            modes=judge.snapshot.switches.modes,
            entries=(*(self._entry(row) for row in words), *asked),
            judge=judge,
            settled=settled,
            canary=lambda version: canary_text(self.keys, service=service, version=version),
            name_of=partial(self._name, known={each.value: each.id for each in named}),
            lot=lot,
        )

    def _lot(self, now: datetime) -> str:
        """What entries and spellings are drawn by for a while."""
        window = int(now.timestamp() // _LOT_SECONDS)
        if window not in self._lots:
            self._lots.clear()
            self._lots[window] = self.chance(_SEED_BYTES).hex()
        return self._lots[window]

    async def _settle(
        self, connection: Connection, *, judge: Decider, published: Sequence[Published]
    ) -> Decider | None:
        """The newest version that every surface must know by now, as far as it was seen or kept."""
        place = Place(judge.snapshot.tenant, judge.snapshot.service)
        until = self.clock() - timedelta(seconds=LAG_SECONDS_MAX)
        recent = self._recent.setdefault(place, [])
        if judge.published_at <= until:
            recent[:] = [_names_alone(judge.snapshot, before=judge)]
        elif not recent or judge.published_at - recent[-1].published_at >= _APART:
            recent.append(_names_alone(judge.snapshot, before=judge))
        if recent[0].published_at > until:
            version = next((each.version for each in published if each.at <= until), 0)
            found = await stored.published(connection, place=place, version=version, keys=self.keys)
            if found is not None:
                opened = await asyncio.to_thread(open_published, found)
                recent.insert(0, _names_alone(opened.snapshot, before=judge))
        while len(recent) > 1 and recent[1].published_at <= until:
            del recent[0]
        return recent[0] if recent[0].published_at <= until else None

    def _opened(self, rows: Sequence[tuple[Any, ...]], *, place: Place) -> list[LiveEntry]:
        known = self._named.get(place, {})
        self._named[place] = {row[0]: known.get(row[0]) or self._entry(row) for row in rows}
        return list(self._named[place].values())

    def _entry(self, row: Sequence[Any]) -> LiveEntry:
        entry_id, kind, *sealed = row
        value = value_of(self.keys, entry_id=entry_id, sealed=Sealed(*map(bytes, sealed)))
        return LiveEntry(id=str(entry_id), kind=ItemKind(kind), value=value)

    def _name(self, value: str, *, known: dict[str, str]) -> str:
        """The entry; of what was confirmed by a decision a keyed digest, which tells no id."""
        digest = self.keys.subject_digest(b"guard shown\0" + value.encode(errors="replace"))
        return known.get(value) or f"confirmed {digest.hex()[:_NAME_HEX]}"


def _names_alone(snapshot: Snapshot, *, before: Decider) -> Decider:
    return decider(msgspec.structs.replace(snapshot, texts=()), before=before)


def _nothing(place: Place) -> Decider:
    """Of a service whose guard never published anything."""
    return decider(
        Snapshot(tenant=place.tenant, service=place.service, version=0, published_at=_NOTHING)
    )
