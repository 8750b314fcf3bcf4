"""A change of a list: under its lock, with its version, its leaf and its sealed account."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists.entries import Family
from tutela.detection.lists.errors import ListUnfit, UnknownEntry
from tutela.detection.lists.register import Change, unknown
from tutela.detection.lists.room import ListName, ListRoom
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: A large list is taken in one transaction, however long that takes.
NO_LIMIT: Final = None

_sql = queries.load("tutela.detection.lists")
_ledger_sql = queries.load("tutela.ledger")


@dataclass(slots=True, kw_only=True)
class Held:
    """A list under its lock, and what was done to it so far."""

    connection: Connection
    name: ListName
    id: int
    family: Family
    #: The version that this change makes, if it changes anything.
    version: int
    next_entry: int
    at: datetime
    added: int = 0
    withdrawn: int = 0
    refused: int = 0

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries of the room take."""
        return {
            "tenant": self.name.tenant,
            "list_id": self.id,
            "version": self.version,
            "next_entry": self.next_entry,
            "added": self.added,
            "withdrawn": self.withdrawn,
            "refused": self.refused,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who changes a list, and what is told of it; sealed, and never an entry."""

    by: str
    reason: str = ""
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, object]:
        """As it is sealed."""
        return {"by": self.by, "reason": self.reason, **self.details}


@asynccontextmanager
async def held(connection: Connection, *, name: ListName, at: datetime) -> AsyncIterator[Held]:
    """The list under its lock until the transaction ends; raises UnknownList, ListUnfit."""
    cursor = await connection.execute(_sql.lock_list, name.columns)
    row = await cursor.fetchone()
    if row is None:
        raise unknown(name)
    list_id, family, version, next_entry, withdrawn_at = row
    if withdrawn_at is not None:
        raise ListUnfit(f"{name.name} was withdrawn as a whole; begin a new list.")
    yield Held(
        connection=connection,
        name=name,
        id=list_id,
        family=Family(family),
        version=version + 1,
        next_entry=next_entry,
        at=at,
    )


async def write_version(
    held: Held, *, change: Change, account: Account, room: ListRoom, confirms: bool
) -> None:
    """The version, its leaf and its account; `confirms` where the source spoke."""
    projection = {
        "list": held.name.name,
        "version": held.version,
        "added": held.added,
        "withdrawn": held.withdrawn,
        "refused": held.refused,
    }
    happened = Happened(
        type=f"list.{change}",
        service=held.name.service,
        projection=projection,
        said={**projection, **account.said},
    )
    fact = facts.write(happened, at=held.at, keys=room.keys, chance=room.chance)
    wanted = {**held.columns, **fact.columns, "change": change, "confirms": confirms}
    connection = held.connection
    await connection.execute(
        _ledger_sql.add_leaf, {**fact.leaf.columns, "tenant": held.name.tenant, "at": held.at}
    )
    await connection.execute(_sql.move_list, wanted)
    await connection.execute(_sql.add_version, wanted)


async def withdraw_entries(
    room: ListRoom, *, name: ListName, entries: list[int], account: Account
) -> int:
    """How many entries match no more since now; raises UnknownList, UnknownEntry."""
    async with (
        tenant_transaction(room.pool, tenant=name.tenant) as connection,
        held(connection, name=name, at=room.clock()) as found,
    ):
        wrong = [entry for entry in entries if not 0 < entry < found.next_entry]
        if wrong:
            raise UnknownEntry(f"{name.name} has no entry {wrong[0]}.")
        cursor = await connection.execute(
            _sql.withdraw_entries, {**found.columns, "entries": entries}
        )
        found.withdrawn = len(await cursor.fetchall())
        if found.withdrawn:
            await write_version(
                found, change=Change.WITHDRAWN, account=account, room=room, confirms=False
            )
    return found.withdrawn


async def end(room: ListRoom, *, name: ListName, account: Account) -> None:
    """From now on nothing of the list matches; raises UnknownList, ListUnfit."""
    async with (
        tenant_transaction(room.pool, tenant=name.tenant) as connection,
        held(connection, name=name, at=room.clock()) as found,
    ):
        await connection.execute(_sql.end_list, found.columns)
        await write_version(found, change=Change.ENDED, account=account, room=room, confirms=False)


async def set_expiry(
    room: ListRoom, *, name: ListName, expires_at: datetime | None, account: Account
) -> None:
    """The list ends then, or never; raises UnknownList, ListUnfit."""
    async with (
        tenant_transaction(room.pool, tenant=name.tenant) as connection,
        held(connection, name=name, at=room.clock()) as found,
    ):
        await connection.execute(_sql.expire_list, {**found.columns, "expires_at": expires_at})
        await write_version(
            found, change=Change.EXPIRY_SET, account=account, room=room, confirms=False
        )


async def confirm(room: ListRoom, *, name: ListName) -> None:
    """Its owner says that the list is still what it should be; raises UnknownList, ListUnfit."""
    async with (
        tenant_transaction(room.pool, tenant=name.tenant) as connection,
        held(connection, name=name, at=room.clock()) as found,
    ):
        await connection.execute(_sql.confirm_list, found.columns)
