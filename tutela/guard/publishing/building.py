"""From what is listed and decided to published snapshots: a new version where something changed."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec
import structlog

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.errors import DatabaseError
from tutela.database.pool import Connection, Pool, every_tenant_transaction, tenant_transaction
from tutela.guard import sealing
from tutela.guard.asking import Surface
from tutela.guard.publishing.canaries import canaries
from tutela.guard.publishing.confirmed import Confirmed
from tutela.guard.publishing.listing import Listing, NothingListed, Place, Source
from tutela.guard.snapshot import Mode, Named, Snapshot, Switches
from tutela.ledger import facts
from tutela.ledger.facts import Happened

#: Versions that are kept, so that a process that just asked still finds its own.
KEPT: Final = 5
#: How long reading and sealing one service's lists may take.
LIMIT_SECONDS: Final = 120.0
FAIL_CLOSED: Final = (Surface.TYPEAHEAD, Surface.RECOMMENDATION)
AGE_SECONDS_MAX: Final = 300.0

_sql = queries.load("tutela.guard.publishing")
_ledger_sql = queries.load("tutela.ledger")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishingRoom:
    """What publishing stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    monotonic: Callable[[], float] = time.monotonic
    source: Source = field(default_factory=NothingListed)
    #: The surfaces that show nothing where nothing is known.
    fail_closed: tuple[Surface, ...] = FAIL_CLOSED
    #: From this age on answers are `degraded`.
    age_seconds_max: float = AGE_SECONDS_MAX


class Publisher:
    """Publishes what changed; any number of them may, and each version is published once."""

    def __init__(self, room: PublishingRoom) -> None:
        self._room = room
        self._confirmed: dict[Place, Confirmed] = {}
        self._stamps: dict[Place, tuple[int, object]] = {}

    async def turn(self) -> int:
        """How many versions were published; one service that fails stops no other."""
        room = self._room
        async with every_tenant_transaction(room.pool) as connection:
            cursor = await connection.execute(_sql.services)
            services = [(Place(*names), version) for *names, version in await cursor.fetchall()]
        begun, published = room.clock(), 0
        unchanged: list[tuple[Place, int]] = []
        for place, version in services:
            try:
                if await self._is_as_published(place, version=version, now=begun):
                    unchanged.append((place, version))
                else:
                    published += await self._publish(place)
            except DatabaseError:
                raise
            except Exception as error:  # noqa: BLE001 - its age tells of it; others go on
                _log.warning("guard_unpublished", service=str(place), error=type(error).__name__)
        await _confirm(room.pool, places=unchanged, at=begun)
        return published

    async def _is_as_published(self, place: Place, *, version: int, now: datetime) -> bool:
        known = self._stamps.get(place)
        if known is None or known[0] != version:
            return False
        async with tenant_transaction(self._room.pool, tenant=place.tenant) as connection:
            return known[1] == await self._stamp(connection, place=place, now=now)

    async def _stamp(self, connection: Connection, *, place: Place, now: datetime) -> object:
        confirmed = self._confirmed.get(place)
        if confirmed is None:
            confirmed = self._confirmed[place] = Confirmed(
                place, keys=self._room.keys, monotonic=self._room.monotonic
            )
        listed = await self._room.source.stamp(connection, place=place, now=now)
        return listed, await confirmed.stamp(connection)

    async def _publish(self, place: Place) -> int:
        room, at = self._room, self._room.clock()
        async with tenant_transaction(
            room.pool, tenant=place.tenant, limit_seconds=LIMIT_SECONDS
        ) as connection:
            await connection.execute(_sql.begin_publication, {**place.columns, "at": at})
            cursor = await connection.execute(_sql.lock_publication, place.columns)
            ((version, digest),) = await cursor.fetchall()
            stamp = await self._stamp(connection, place=place, now=at)
            snapshot = await self._gather(connection, place=place, version=version + 1, at=at)
            content = content_digest(snapshot)
            is_new = version == 0 or content != bytes(digest)
            version += is_new
            moved = {**place.columns, "version": version, "content_digest": content, "at": at}
            if is_new:
                await _write(connection, snapshot=snapshot, room=room)
            await connection.execute(_sql.move_publication, moved)
        self._stamps[place] = (version, stamp)
        return int(is_new)

    async def _gather(
        self, connection: Connection, *, place: Place, version: int, at: datetime
    ) -> Snapshot:
        room = self._room
        listing = await room.source.live(connection, place=place, now=at)
        decided = await self._confirmed[place].named(connection)
        return Snapshot(
            tenant=place.tenant,
            service=place.service,
            version=version,
            published_at=at,
            texts=listing.texts,
            named=(*listing.named, *decided),
            switches=_switches(listing, room=room),
            canaries=canaries(room.keys, service=str(place), version=version),
        )


def _switches(listing: Listing, *, room: PublishingRoom) -> Switches:
    return Switches(
        modes=dict(sorted(listing.modes.items())),
        fail_closed=room.fail_closed,
        age_seconds_max=room.age_seconds_max,
    )


def content_digest(snapshot: Snapshot) -> bytes:
    """The same where the same is listed in the same order, whatever the version (SHA-256)."""
    listed = (snapshot.texts, snapshot.named, snapshot.switches)
    return hashlib.sha256(msgspec.msgpack.encode(listed)).digest()


async def _write(connection: Connection, *, snapshot: Snapshot, room: PublishingRoom) -> None:
    place = Place(snapshot.tenant, snapshot.service)
    told = {"version": snapshot.version, **_counts(snapshot)}
    happened = Happened(type="guard.published", service=place.service, projection=told, said=told)
    fact = facts.write(happened, at=snapshot.published_at, keys=room.keys, chance=room.chance)
    await connection.execute(
        _ledger_sql.add_leaf, {**fact.leaf.columns, "tenant": place.tenant, "at": fact.at}
    )
    published = await asyncio.to_thread(
        sealing.publish, snapshot, signer=room.keys.signing[0], chance=room.chance
    )
    sealed = room.keys.seal(published.key, row=fact.id.bytes)
    row = {
        **place.columns,
        "version": snapshot.version,
        "id": fact.id,
        "at": fact.at,
        "manifest": published.manifest,
        "body": published.body,
        "sealed_key": sealed.key,
        "sealed_body": sealed.body,
    }
    await connection.execute(_sql.add_snapshot, row)
    await connection.execute(_sql.forget_snapshots, {**row, "kept": KEPT})


def _counts(snapshot: Snapshot) -> dict[str, object]:
    by_kind = Counter(each.kind for each in snapshot.named)
    return {
        "texts": len(snapshot.texts),
        "named": {str(kind): count for kind, count in sorted(by_kind.items())},
        "networks": len(_networks(snapshot.named)),
        "shut": sorted(
            str(surface) for surface, mode in snapshot.switches.modes.items() if mode is Mode.SHUT
        ),
    }


def _networks(named: tuple[Named, ...]) -> set[str]:
    return {each.network for each in named if each.network is not None}


async def _confirm(pool: Pool, *, places: list[tuple[Place, int]], at: datetime) -> None:
    if not places:
        return
    named = {
        "tenants": [place.tenant for place, _ in places],
        "services": [place.service for place, _ in places],
        "versions": [version for _, version in places],
        "at": at,
    }
    async with every_tenant_transaction(pool) as connection:
        await connection.execute(_sql.confirm_publications, named)
