"""A change of a list: under its lock, with its version, its leaf and its sealed account."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.lists.entries import Family
from tutela.detection.lists.errors import ListUnfit, UnknownEntry
from tutela.detection.lists.register import Change, Keeper, unknown
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
    keeper: Keeper
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
    list_id, family, keeper, version, next_entry, withdrawn_at = row
    if withdrawn_at is not None:
        raise ListUnfit(f"{name.name} was withdrawn as a whole; begin a new list.")
    yield Held(
        connection=connection,
        name=name,
        id=list_id,
        family=Family(family),
        keeper=Keeper(keeper),
        version=version + 1,
        next_entry=next_entry,
        at=at,
    )


@asynccontextmanager
async def held_by_operator(room: ListRoom, *, name: ListName) -> AsyncIterator[Held]:
    """As `held`, for the terminal; raises ListUnfit for a list that two people keep."""
    async with (
        tenant_transaction(room.pool, tenant=name.tenant) as connection,
        held(connection, name=name, at=room.clock()) as found,
    ):
        refuse_of_people(found)
        yield found


def refuse_of_people(found: Held) -> None:
    """ListUnfit for a list that is changed by two people together, and not at the terminal."""
    if found.keeper is Keeper.PEOPLE:
        raise ListUnfit(
            f"Two people keep {found.name.name}: `tutela lists propose` asks for a change,"
            " and `tutela lists off` stops it at once."
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
    async with held_by_operator(room, name=name) as found:
        await withdraw_in(found, entries=entries, account=account, room=room)
    return found.withdrawn


async def withdraw_in(
    found: Held, *, entries: Sequence[int], account: Account, room: ListRoom
) -> None:
    """As `withdraw_entries`, of a list that is held."""
    wrong = [entry for entry in entries if not 0 < entry < found.next_entry]
    if wrong:
        raise UnknownEntry(f"{found.name.name} has no entry {wrong[0]}.")
    cursor = await found.connection.execute(
        _sql.withdraw_entries, {**found.columns, "entries": list(entries)}
    )
    found.withdrawn = len(await cursor.fetchall())
    if found.withdrawn:
        await write_version(
            found, change=Change.WITHDRAWN, account=account, room=room, confirms=False
        )


async def end(room: ListRoom, *, name: ListName, account: Account) -> None:
    """From now on nothing of the list matches; raises UnknownList, ListUnfit."""
    async with held_by_operator(room, name=name) as found:
        await end_in(found, account=account, room=room)


async def end_in(found: Held, *, account: Account, room: ListRoom) -> None:
    """As `end`, of a list that is held."""
    await found.connection.execute(_sql.end_list, found.columns)
    await write_version(found, change=Change.ENDED, account=account, room=room, confirms=False)


async def set_expiry(
    room: ListRoom, *, name: ListName, expires_at: datetime | None, account: Account
) -> None:
    """The list ends then, or never; raises UnknownList, ListUnfit."""
    async with held_by_operator(room, name=name) as found:
        await expire_in(found, expires_at=expires_at, account=account, room=room)


async def expire_in(
    found: Held, *, expires_at: datetime | None, account: Account, room: ListRoom
) -> None:
    """As `set_expiry`, of a list that is held."""
    await found.connection.execute(_sql.expire_list, {**found.columns, "expires_at": expires_at})
    await write_version(found, change=Change.EXPIRY_SET, account=account, room=room, confirms=False)


async def switch_in(
    found: Held, *, off_until: datetime | None, account: Account, room: ListRoom
) -> None:
    """The list is off until then, or on; in the transaction that holds it."""
    change = Change.SWITCHED_ON if off_until is None else Change.SWITCHED_OFF
    await found.connection.execute(_sql.switch_list, {**found.columns, "off_until": off_until})
    await write_version(found, change=change, account=account, room=room, confirms=False)


async def confirm(room: ListRoom, *, name: ListName) -> None:
    """Its owner says that the list is still what it should be; raises UnknownList, ListUnfit."""
    async with held_by_operator(room, name=name) as found:
        await confirm_in(found)


async def confirm_in(found: Held) -> None:
    """As `confirm`, of a list that is held."""
    await found.connection.execute(_sql.confirm_list, found.columns)
