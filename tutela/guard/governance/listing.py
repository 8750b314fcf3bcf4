"""What the guard of a service lists now: what is published, and by which number it is known."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import ItemKind, Surface, Verdict
from tutela.guard.governance.entries import WORDS
from tutela.guard.governance.room import Whose
from tutela.guard.snapshot import Mode, Named, Switches, Text

_sql = queries.load("tutela.guard.governance", file="entries.sql")
_acts_sql = queries.load("tutela.guard.governance", file="acts.sql")
_switch_sql = queries.load("tutela.guard.governance", file="switches.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is listed now. Of the switches only the modes are said; the rest are settings."""

    texts: tuple[Text, ...]
    named: tuple[Named, ...]
    switches: Switches
    #: The entries of `texts` and of `named`, in their order.
    text_ids: tuple[UUID, ...]
    named_ids: tuple[UUID, ...]

    def __repr__(self) -> str:
        return f"<Listing of {len(self.texts)} texts and {len(self.named)} named>"


async def generation(connection: Connection, *, tenant: str, service: str) -> int:
    """The same number, the same listing, but for what comes to its time; 0 where there was none."""
    wanted = {"tenant": tenant, "service": service}
    row = await (await connection.execute(_acts_sql.generation, wanted)).fetchone()
    return 0 if row is None else int(row[0])


async def live(
    connection: Connection, *, keys: KeySet, tenant: str, service: str, now: datetime
) -> Listing:
    """What is in force now: real entries alone, in the order of their ids."""
    listed = Whose(tenant=tenant, service=service)
    return await in_force(connection, keys=keys, listed=listed, now=now)


async def in_force(
    connection: Connection, *, keys: KeySet, listed: Whose, now: datetime
) -> Listing:
    """What is in force now of one list, in the order of their ids."""
    wanted = {**listed.columns, "now": now}
    rows = await (await connection.execute(_sql.in_force, wanted)).fetchall()
    shut = await (await connection.execute(_switch_sql.shut_surfaces, wanted)).fetchall()
    return await asyncio.to_thread(
        _listing, rows, keys=keys, modes={Surface(row[0]): Mode.SHUT for row in shut}
    )


def _listing(
    rows: Sequence[tuple[Any, ...]], *, keys: KeySet, modes: dict[Surface, Mode]
) -> Listing:
    texts = [row for row in rows if ItemKind(row[1]) in WORDS]
    named = [row for row in rows if ItemKind(row[1]) not in WORDS]
    return Listing(
        texts=tuple(_text(row, keys=keys) for row in texts),
        named=tuple(_named(row, keys=keys) for row in named),
        switches=Switches(modes=modes),
        text_ids=tuple(row[0] for row in texts),
        named_ids=tuple(row[0] for row in named),
    )


def value_of(keys: KeySet, *, entry_id: UUID, sealed_key: bytes, sealed_body: bytes) -> str:
    """The value of an entry; raises SealBroken."""
    return keys.open(Sealed(sealed_key, sealed_body), row=entry_id.bytes).decode()


def _text(row: tuple[Any, ...], *, keys: KeySet) -> Text:
    entry_id, _, verdict, form, languages, surfaces, _, sealed_key, sealed_body = row
    return Text(
        value=value_of(keys, entry_id=entry_id, sealed_key=sealed_key, sealed_body=sealed_body),
        form=TermKind(form),
        verdict=Verdict(verdict),
        languages=tuple(languages),
        surfaces=tuple(map(Surface, surfaces)),
    )


def _named(row: tuple[Any, ...], *, keys: KeySet) -> Named:
    entry_id, kind, verdict, _, _, surfaces, network, sealed_key, sealed_body = row
    return Named(
        kind=ItemKind(kind),
        id=value_of(keys, entry_id=entry_id, sealed_key=sealed_key, sealed_body=sealed_body),
        verdict=Verdict(verdict),
        network=network,
        surfaces=tuple(map(Surface, surfaces)),
    )
