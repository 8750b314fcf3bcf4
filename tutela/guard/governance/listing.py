"""What is listed now by the word of two people, as it is published."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.governance.entries import WORDS
from tutela.guard.governance.room import EMERGENCY
from tutela.guard.publishing.listing import Listing, Place
from tutela.guard.snapshot import Mode, Named, Text

_sql = queries.load("tutela.guard.governance", file="entries.sql")
_acts_sql = queries.load("tutela.guard.governance", file="acts.sql")
_switch_sql = queries.load("tutela.guard.governance", file="switches.sql")


@dataclass(frozen=True, slots=True)
class Governed:
    """The source of listings where people propose and approve; real entries alone.

    What was opened once stays open in memory, so that a change costs what it changes.
    """

    keys: KeySet
    _known: dict[Place, dict[UUID, "InForce"]] = field(default_factory=dict, repr=False)

    async def stamp(self, connection: Connection, *, place: Place, now: datetime) -> object:
        """How often anything was changed, and how much has come to its time since."""
        wanted = {**Whose(tenant=place.tenant, service=place.service).columns, "now": now}
        return await (await connection.execute(_acts_sql.stamp, wanted)).fetchone()

    async def live(self, connection: Connection, *, place: Place, now: datetime) -> Listing:
        """What is in force at an instant, in the order of the entries' ids."""
        listed = Whose(tenant=place.tenant, service=place.service)
        wanted = {**listed.columns, "now": now, "back_by": now}
        rows = await (await connection.execute(_sql.in_force, wanted)).fetchall()
        known = self._known.get(place, {})
        new = await asyncio.to_thread(
            _opened, [row for row in rows if row[0] not in known], keys=self.keys
        )
        known |= {each.id: each for each in new}
        self._known[place] = {row[0]: known[row[0]] for row in rows}
        found = list(self._known[place].values())
        return await _listing(connection, listed=listed, found=found, now=now)


@dataclass(frozen=True, slots=True)
class InForce:
    """An entry that has its effect now; never logged."""

    id: UUID
    kind: ItemKind
    entry: Text | Named

    def __repr__(self) -> str:
        return f"<InForce {self.kind} {self.id}>"


async def live(
    connection: Connection, *, keys: KeySet, tenant: str, service: str, now: datetime
) -> Listing:
    """What is listed now for a service, and which of its surfaces are shut."""
    listed = Whose(tenant=tenant, service=service)
    found = await in_force(connection, keys=keys, listed=listed, now=now)
    return await _listing(connection, listed=listed, found=found, now=now)


async def _listing(
    connection: Connection, *, listed: Whose, found: Sequence[InForce], now: datetime
) -> Listing:
    wanted = {**listed.columns, "now": now}
    shut = await (await connection.execute(_switch_sql.shut_surfaces, wanted)).fetchall()
    return Listing(
        texts=tuple(each.entry for each in found if isinstance(each.entry, Text)),
        named=tuple(each.entry for each in found if isinstance(each.entry, Named)),
        modes={Surface(row[0]): Mode.SHUT for row in shut},
    )


async def in_force(
    connection: Connection, *, keys: KeySet, listed: Whose, now: datetime
) -> list[InForce]:
    """The entries that have their effect now, in the order of their ids."""
    wanted = {**listed.columns, "now": now, "back_by": now}
    cursor = await connection.execute(_sql.in_force, wanted)
    return await asyncio.to_thread(_opened, await cursor.fetchall(), keys=keys)


async def in_force_or_suspended(
    connection: Connection, *, keys: KeySet, listed: Whose, now: datetime
) -> list[InForce]:
    """The same, and those that one lead took out and that come back unless another agrees."""
    wanted = {**listed.columns, "now": now, "back_by": now + EMERGENCY}
    cursor = await connection.execute(_sql.in_force, wanted)
    return await asyncio.to_thread(_opened, await cursor.fetchall(), keys=keys)


def _opened(rows: Sequence[tuple[Any, ...]], *, keys: KeySet) -> list[InForce]:
    return [_entry(row, keys=keys) for row in rows]


def _entry(row: tuple[Any, ...], *, keys: KeySet) -> InForce:
    entry_id, named_kind, named_verdict, form, languages, surfaces, network, *sealed = row
    kind, verdict = ItemKind(named_kind), Verdict(named_verdict)
    value = value_of(keys, entry_id=entry_id, sealed=Sealed(*sealed))
    shown_on = tuple(map(Surface, surfaces))
    if kind in WORDS:
        text = Text(
            value=value,
            form=TermKind(form),
            verdict=verdict,
            languages=tuple(languages),
            surfaces=shown_on,
        )
        return InForce(entry_id, kind, text)
    named = Named(kind=kind, id=value, verdict=verdict, network=network, surfaces=shown_on)
    return InForce(entry_id, kind, named)


def value_of(keys: KeySet, *, entry_id: UUID, sealed: Sealed) -> str:
    """The value of an entry; raises SealBroken."""
    return keys.open(sealed, row=entry_id.bytes).decode()
