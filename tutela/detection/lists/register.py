"""The register of lists: who answers for each, how old it is, and what changed in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from tutela.access.keys import Sealed
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction, tenant_transaction
from tutela.detection.lists.entries import Family, Kind
from tutela.detection.lists.errors import ListUnfit, UnknownList
from tutela.detection.lists.room import Holder, ListName, ListRoom
from tutela.domain import canonical
from tutela.ledger import facts

#: How old a list may be, unless it is told: what is known changes daily, words do not.
LONGEST_AGE: Final = {Family.HASHES: timedelta(days=31), Family.TERMS: timedelta(days=366)}
NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
WORDS_MAX_CODE_POINTS: Final = 1_000

_sql = queries.load("tutela.detection.lists")


class ListState(StrEnum):
    """Whether what a list says can be relied on."""

    #: Its entries are looked for.
    LIVE = "live"
    #: It is older than it may be: what is not on it may be known by now.
    STALE = "stale"
    #: Its time is over; none of its entries matches.
    EXPIRED = "expired"
    #: It was taken back; none of its entries matches.
    WITHDRAWN = "withdrawn"
    #: Somebody switched it off for a time: what is on it is unknown, not clean.
    OFF = "off"


#: What nothing is looked for in.
NOT_LOOKED_FOR: Final = frozenset({ListState.EXPIRED, ListState.WITHDRAWN, ListState.OFF})


class Keeper(StrEnum):
    """Who may change what a list holds."""

    #: Whoever works at the terminal of the house, from files and exchanges.
    OPERATOR = "operator"
    #: Two people, one who asks and another who agrees.
    PEOPLE = "people"


class Change(StrEnum):
    """What a version of a list changed."""

    #: Entries came, and perhaps went.
    IMPORTED = "imported"
    #: Entries match no more.
    WITHDRAWN = "withdrawn"
    #: The whole list matches no more.
    ENDED = "ended"
    #: The day on which the list ends was set, moved or taken away.
    EXPIRY_SET = "expiry_set"
    #: One person switched it off, for a time.
    SWITCHED_OFF = "switched_off"
    #: It was switched on again before its time.
    SWITCHED_ON = "switched_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a list is kept; the words hold no entry."""

    owner: str = ""
    reason: str = ""
    provenance: str = ""
    licence: str = ""
    longest_age: timedelta | None = None
    expires_at: datetime | None = None
    keeper: Keeper = Keeper.OPERATOR

    @property
    def words(self) -> dict[str, str]:
        """What is said in words, by its field."""
        return {
            "owner": self.owner,
            "reason": self.reason,
            "provenance": self.provenance,
            "licence": self.licence,
        }


class ListStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A list as anybody of the staff may see it: everything but its entries."""

    tenant: str
    service: str
    list: str
    family: Family
    standing: ListState
    kept_by: Keeper
    version: int
    #: How many entries there are, by kind, with those that were withdrawn.
    entries: dict[Kind, int]
    withdrawn: int
    owner: str
    reason: str
    provenance: str
    licence: str
    created_at: str
    confirmed_at: str
    age_seconds: int
    longest_age_seconds: int
    expires_at: str | None
    withdrawn_at: str | None
    #: Until when it is switched off.
    off_until: str | None


class VersionTold(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a list."""

    version: int
    change: Change
    at: str
    added: int
    withdrawn: int
    refused: int
    #: Who did it and why, as it was sealed; empty once that was erased.
    said: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What tells whether anything of a list changed, without a look at its entries."""

    version: int
    confirmed_at: datetime
    longest_age: timedelta
    expires_at: datetime | None
    withdrawn_at: datetime | None
    off_until: datetime | None

    @classmethod
    def of_columns(cls, *columns: Any) -> "Mark":  # noqa: ANN401 - a row of the database
        """As the queries give it: version, confirmed, seconds, expiry, withdrawal, off until."""
        version, confirmed_at, longest_age_seconds, expires_at, withdrawn_at, off_until = columns
        return cls(
            version=version,
            confirmed_at=confirmed_at,
            longest_age=timedelta(seconds=longest_age_seconds),
            expires_at=expires_at,
            withdrawn_at=withdrawn_at,
            off_until=off_until,
        )

    def standing(self, now: datetime) -> ListState:
        """How the list stands at an instant."""
        if self.withdrawn_at is not None:
            return ListState.WITHDRAWN
        if self.expires_at is not None and self.expires_at <= now:
            return ListState.EXPIRED
        if self.off_until is not None and self.off_until > now:
            return ListState.OFF
        return ListState.STALE if now - self.confirmed_at > self.longest_age else ListState.LIVE


async def create(
    connection: Connection, *, name: ListName, family: Family, terms: Terms, at: datetime
) -> None:
    """The list, new or as it was; raises ListUnfit where it can't be made."""
    _refuse_unfit(name, terms=terms)
    longest = terms.longest_age or LONGEST_AGE[family]
    there = await connection.execute(_sql.service_is_there, name.columns)
    if not (await there.fetchall())[0][0]:
        raise ListUnfit(f"There is no {name.tenant}/{name.service}; `tutela token create` makes it")
    wanted = {
        **name.columns,
        **terms.words,
        "family": family,
        "longest_age_seconds": int(longest.total_seconds()),
        "expires_at": terms.expires_at,
        "kept_by": terms.keeper,
        "at": at,
    }
    await connection.execute(_sql.add_list, wanted)


async def standings(
    pool: Pool, *, now: datetime, holder: Holder | None = None, name: str | None = None
) -> list[ListStanding]:
    """The lists of a service, or of all, by their names."""
    if holder is None:
        async with every_tenant_transaction(pool) as connection:
            return await standings_in(connection, now=now)
    async with tenant_transaction(pool, tenant=holder.tenant) as connection:
        return await standings_in(connection, now=now, holder=holder, name=name)


async def standings_in(
    connection: Connection,
    *,
    now: datetime,
    holder: Holder | None = None,
    name: str | None = None,
) -> list[ListStanding]:
    """As `standings`, over what a connection may see."""
    of_holder = holder.columns if holder is not None else {"tenant": None, "service": None}
    cursor = await connection.execute(_sql.standings, {**of_holder, "name": name})
    return [_standing(row, now=now) for row in await cursor.fetchall()]


async def standing_of(pool: Pool, *, name: ListName, now: datetime) -> ListStanding:
    """One list; raises UnknownList."""
    found = await standings(pool, now=now, holder=name, name=name.name)
    if not found:
        raise unknown(name)
    return found[0]


async def marks(pool: Pool, *, holder: Holder) -> dict[str, Mark]:
    """Of each list what tells whether anything changed: one short query, a row a list."""
    async with tenant_transaction(pool, tenant=holder.tenant) as connection:
        cursor = await connection.execute(_sql.marks, holder.columns)
        rows = await cursor.fetchall()
    return {name: Mark.of_columns(*columns) for name, *columns in rows}


async def every_mark(pool: Pool) -> list[tuple[ListName, Family, Mark]]:
    """As `marks`, of the lists of every service."""
    async with every_tenant_transaction(pool) as connection:
        rows = await (await connection.execute(_sql.all_marks)).fetchall()
    return [
        (
            ListName(tenant=tenant, service=service, name=name),
            Family(family),
            Mark.of_columns(*columns),
        )
        for tenant, service, name, family, *columns in rows
    ]


async def history(room: ListRoom, *, name: ListName, limit: int = 100) -> list[VersionTold]:
    """The changes of a list, the newest first; raises UnknownList."""
    async with tenant_transaction(room.pool, tenant=name.tenant) as connection:
        found = await (await connection.execute(_sql.standings, name.columns)).fetchone()
        if found is None:
            raise unknown(name)
        cursor = await connection.execute(_sql.history, {"list_id": found[0], "limit": limit})
        rows = await cursor.fetchall()
    return [_version(row, room=room) for row in rows]


def unknown(name: ListName) -> UnknownList:
    """The error for a list that is not there."""
    return UnknownList(f"{name.tenant}/{name.service} has no list {name.name}.")


def _refuse_unfit(name: ListName, *, terms: Terms) -> None:
    if not NAME.fullmatch(name.name):
        raise ListUnfit("A list's name is 1 to 64 letters, digits, . _ - and begins with no sign.")
    for field_name, words in terms.words.items():
        if len(words) > WORDS_MAX_CODE_POINTS or "\0" in words:
            raise ListUnfit(f"The {field_name} is longer than {WORDS_MAX_CODE_POINTS} characters.")


def _standing(row: Sequence[Any], *, now: datetime) -> ListStanding:
    (_, tenant, service, name, family, owner, reason, provenance, licence, *rest) = row
    kept_by, withdrawn, created_at, kinds, *marked = rest
    mark = Mark.of_columns(*marked)
    return ListStanding(
        tenant=tenant,
        service=service,
        list=name,
        family=Family(family),
        standing=mark.standing(now),
        kept_by=Keeper(kept_by),
        version=mark.version,
        entries={Kind(kind): int(count) for kind, count in sorted(kinds.items())},
        withdrawn=withdrawn,
        owner=owner,
        reason=reason,
        provenance=provenance,
        licence=licence,
        created_at=canonical.timestamp(created_at),
        confirmed_at=canonical.timestamp(mark.confirmed_at),
        age_seconds=max(0, int((now - mark.confirmed_at).total_seconds())),
        longest_age_seconds=int(mark.longest_age.total_seconds()),
        expires_at=_told(mark.expires_at),
        withdrawn_at=_told(mark.withdrawn_at),
        off_until=_told(mark.off_until) if mark.standing(now) is ListState.OFF else None,
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else canonical.timestamp(at)


def _version(row: Sequence[Any], *, room: ListRoom) -> VersionTold:
    version, change, at, added, withdrawn, refused, fact_id, key, body = row
    said = (
        {}
        if key is None
        else msgspec.json.decode(
            facts.open_fact(Sealed(bytes(key), bytes(body)), fact_id=fact_id, keys=room.keys)
        )
    )
    return VersionTold(
        version=version,
        change=Change(change),
        at=canonical.timestamp(at),
        added=added,
        withdrawn=withdrawn,
        refused=refused,
        said=said,
    )
