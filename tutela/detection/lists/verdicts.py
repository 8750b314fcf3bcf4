"""What reviewers find of matches: kept with the entry, and told to the exchange it came from.

Nothing follows from it by itself: who keeps the list looks at what was refuted, and withdraws it.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from tutela.access.keys import Sealed
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists import chunks
from tutela.detection.lists.changing import Account, held
from tutela.detection.lists.entries import Entry, Kind
from tutela.detection.lists.errors import UnknownEntry
from tutela.detection.lists.register import unknown
from tutela.detection.lists.room import ListName, ListRoom
from tutela.domain import canonical
from tutela.ledger import facts
from tutela.ledger.facts import Happened

_sql = queries.load("tutela.detection.lists")
_ledger_sql = queries.load("tutela.ledger")


class Verdict(StrEnum):
    """What a reviewer found of what an entry matched."""

    #: It is what the list says.
    CONFIRMED = "confirmed"
    #: It is not what the list says.
    REFUTED = "refuted"
    #: It can't be said.
    UNCLEAR = "unclear"


class EntryJudged(msgspec.Struct, frozen=True, kw_only=True):
    """How often reviewers judged an entry which way; `told` to its exchange."""

    entry: int
    confirmed: int
    refuted: int
    unclear: int
    told: int
    last_at: str
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What somebody found of an entry."""

    entry: int
    verdict: Verdict
    account: Account


async def give(room: ListRoom, *, name: ListName, judged: Judged) -> None:
    """The verdict is kept and ledgered; raises UnknownList, UnknownEntry, ListUnfit."""
    async with (
        tenant_transaction(room.pool, tenant=name.tenant) as connection,
        held(connection, name=name, at=room.clock()) as found,
    ):
        if not 0 < judged.entry < found.next_entry:
            raise UnknownEntry(f"{name.name} has no entry {judged.entry}.")
        said = {"list": name.name, "entry": judged.entry, "verdict": judged.verdict}
        happened = Happened(
            type="list.judged",
            service=name.service,
            projection=said,
            said={**said, **judged.account.said},
        )
        fact = facts.write(happened, at=found.at, keys=room.keys, chance=room.chance)
        leaf = {**fact.leaf.columns, "tenant": name.tenant, "at": found.at}
        await connection.execute(_ledger_sql.add_leaf, leaf)
        await connection.execute(_sql.add_verdict, {**found.columns, **said, **fact.columns})


async def verdicts(room: ListRoom, *, name: ListName) -> list[EntryJudged]:
    """The entries that were judged, those that were refuted most often first; UnknownList."""
    async with tenant_transaction(room.pool, tenant=name.tenant) as connection:
        row = await (await connection.execute(_sql.list_by_name, name.columns)).fetchone()
        if row is None:
            raise unknown(name)
        cursor = await connection.execute(_sql.verdicts, {"list_id": row[0]})
        rows = await cursor.fetchall()
    return [
        EntryJudged(
            entry=entry,
            confirmed=confirmed,
            refuted=refuted,
            unclear=unclear,
            told=told,
            last_at=canonical.timestamp(last_at),
            withdrawn=withdrawn,
        )
        for entry, confirmed, refuted, unclear, told, last_at, withdrawn in rows
    ]


async def entry_in(
    connection: Connection, *, room: ListRoom, list_id: int, number: int
) -> Entry | None:
    """An entry in the clear, for what tells it to where it came from; never to be shown."""
    asked = {"list_id": list_id, "entry": number}
    row = await (await connection.execute(_sql.chunk_of_entry, asked)).fetchone()
    if row is None:
        return None
    first_entry, kind, key, body, _ = row
    sealed = Sealed(bytes(key), bytes(body))
    chunk = chunks.unseal(sealed, keys=room.keys, list_id=list_id, first_entry=first_entry)
    return chunks.entry_at(chunk, place=number - first_entry, kind=Kind(kind))
