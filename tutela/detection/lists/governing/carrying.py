"""What was asked of a list is done to it: as agreed to by two, or rehearsed and taken back."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from tutela.database import queries
from tutela.database.pool import Connection
from tutela.detection.lists import changing, importing, register
from tutela.detection.lists.changing import Account, Held, held
from tutela.detection.lists.entries import Family, Kind, Row, family_of
from tutela.detection.lists.errors import ListUnfit
from tutela.detection.lists.governing.acts import Acting
from tutela.detection.lists.governing.asked import (
    OF_PEOPLE_ALONE,
    USUAL_DAYS,
    ListChange,
    ListProposal,
)
from tutela.detection.lists.importing import Asked, Imported
from tutela.detection.lists.register import Change, Keeper, ListStanding, ListState, Terms
from tutela.detection.lists.room import ListRoom
from tutela.errors import FieldError

#: What counts only where a list begins.
OF_A_NEW_LIST: Final = ("owner", "provenance", "licence", "days")

_sql = queries.load("tutela.detection.lists")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change comes to; `version` is the list's after it."""

    version: int
    added: int = 0
    known: int = 0
    still_withdrawn: int = 0
    withdrawn: int = 0
    #: The numbers of entries that match no more by it.
    gone: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What is to be done, its lines already read, and on whose account."""

    asked: ListProposal
    rows: tuple[Row, ...]
    account: Account


async def carry_out(by: Acting, *, room: ListRoom, carried: Carried) -> Effect:
    """What came of it, written down; raises UnknownList, UnknownEntry, ListUnfit."""
    change, name = carried.asked.change, by.named(carried.asked.list)
    there = await register.standings_in(by.connection, now=by.now, holder=name, name=name.name)
    for standing in there:
        _refuse_unfit(carried.asked, standing=standing)
    if change is ListChange.ADD:
        return _effect(await _take(by, room=room, carried=carried, change=Change.IMPORTED))
    async with held(by.connection, name=name, at=by.now) as found:
        await _change(found, by=by, room=room, carried=carried)
        gone = await _gone(by.connection, found=found)
    moved = change is not ListChange.CONFIRM and (change is not ListChange.WITHDRAW or gone)
    version = found.version if moved else found.version - 1
    return Effect(version=version, withdrawn=len(gone), gone=gone)


async def rehearse(by: Acting, *, room: ListRoom, carried: Carried) -> Effect:
    """What would come of it, with every refusal that it would meet; nothing of it stays."""
    async with by.connection.transaction(force_rollback=True):
        return await carry_out(by, room=room, carried=carried)


def _refuse_unfit(asked: ListProposal, *, standing: ListStanding) -> None:
    """ListUnfit for what would be done to a list that is there, and come to nothing or too much."""
    if standing.kept_by is Keeper.OPERATOR and asked.change in OF_PEOPLE_ALONE:
        raise ListUnfit(
            f"{asked.list} is kept from files or an exchange by whoever runs this installation:"
            " people take entries of it back, end it, or begin a list of their own."
        )
    if asked.change is not ListChange.ADD:
        return
    if standing.standing is ListState.EXPIRED:
        raise ListUnfit(f"{asked.list} is past its end; ask first that its end be moved.")
    named = [name for name in OF_A_NEW_LIST if getattr(asked, name)]
    if named:
        raise ListUnfit(
            f"{asked.list} is there already, and stays as it is but for its entries.",
            errors=[FieldError(f"/{name}", "only where the list begins") for name in named],
        )


async def _change(found: Held, *, by: Acting, room: ListRoom, carried: Carried) -> None:
    asked, account = carried.asked, carried.account
    match asked.change:
        case ListChange.END:
            await changing.end_in(found, account=account, room=room)
        case ListChange.EXPIRE:
            expires_at = by.now + timedelta(days=asked.days or USUAL_DAYS)
            await changing.expire_in(found, expires_at=expires_at, account=account, room=room)
        case ListChange.CONFIRM:
            await changing.confirm_in(found)
        case _ if asked.numbers:
            await changing.withdraw_in(found, entries=asked.numbers, account=account, room=room)
        case _:
            await _take(by, room=room, carried=carried, change=Change.WITHDRAWN)


async def _take(by: Acting, *, room: ListRoom, carried: Carried, change: Change) -> Imported:
    asked = carried.asked
    expires_at = by.now + timedelta(days=asked.days or USUAL_DAYS)
    terms = Terms(
        owner=asked.owner or carried.account.by,
        reason=asked.reason,
        provenance=asked.provenance,
        licence=asked.licence,
        expires_at=expires_at,
        keeper=Keeper.PEOPLE,
    )
    wanted = Asked(
        name=by.named(asked.list),
        family=_family(asked),
        account=carried.account,
        terms=terms,
        change=change,
    )
    return await importing.take_in(by.connection, asked=wanted, rows=carried.rows, room=room)


def _family(asked: ListProposal) -> Family:
    if asked.kind is None:
        raise ListUnfit("It does not say what its entries are.")
    return family_of(Kind(asked.kind))


async def _gone(connection: Connection, *, found: Held) -> frozenset[int]:
    """The entries that this change took back."""
    wanted = {"list_id": found.id, "since": found.version - 1, "version": found.version}
    cursor = await connection.execute(_sql.withdrawals, wanted)
    return frozenset(entry for (entry,) in await cursor.fetchall())


def _effect(told: Imported) -> Effect:
    return Effect(
        version=told.version,
        added=told.added,
        known=told.known,
        still_withdrawn=told.still_withdrawn,
        withdrawn=told.withdrawn,
    )
