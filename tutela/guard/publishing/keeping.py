"""The newest snapshot of every service, ready in this process; the last good one stays."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from tutela.access.keys import KeySet
from tutela.database.pool import Pool, tenant_transaction
from tutela.guard import deciding
from tutela.guard.publishing import stored
from tutela.guard.publishing.listing import Place
from tutela.guard.publishing.stored import Newest
from tutela.guard.sealing import open_published
from tutela.guard.snapshot import Snapshot, Switches

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a service's guard answers by here, and how old that was when it was last heard of."""

    decider: deciding.Decider
    content_digest: bytes
    switches: Switches
    age_seconds: float
    #: By the steady clock of this process.
    heard_at_seconds: float

    def is_of(self, newest: Newest) -> bool:
        """Whether it is that version, and what was listed in it then."""
        ours = (self.decider.version, self.content_digest)
        return ours == (newest.version, newest.content_digest)


@dataclass(frozen=True, slots=True)
class Standing:
    """How fresh the answers of a service are in this process."""

    version: int
    age_seconds: float
    degraded: bool


class Keeper:
    """Keeps a decider of every service; `refresh` takes over what the database calls the newest.

    That may be an older one: a house that was restored counts its versions on from there.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        keys: KeySet,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._monotonic = monotonic
        self._kept: dict[Place, Kept] = {}
        self._failed: dict[Place, str] = {}
        #: Set once the database was asked for the first time.
        self.ready = asyncio.Event()

    def of(self, place: Place) -> Kept | None:
        """What the service's guard answers by; None where nothing was ever loaded."""
        return self._kept.get(place)

    def standing(self, place: Place) -> Standing | None:
        """How fresh that is now."""
        kept = self._kept.get(place)
        return None if kept is None else self._standing(kept)

    def standings(self) -> dict[Place, Standing]:
        """How fresh everything is now."""
        return {place: self._standing(kept) for place, kept in self._kept.items()}

    async def refresh(self) -> None:
        """Takes over what is newer; a service whose snapshot can't be read keeps its last one."""
        found = await stored.newest(self._pool)
        for place, newest in found.items():
            try:
                await self._take(place, newest=newest)
                self._failed.pop(place, None)
            except Exception as error:  # noqa: BLE001 - its age tells of it; others go on
                self._tell(place, error=error)
        self.ready.set()

    async def _take(self, place: Place, *, newest: Newest) -> None:
        kept = self._kept.get(place)
        age_seconds = max((self._clock() - newest.confirmed_at).total_seconds(), 0.0)
        heard_at_seconds = self._monotonic()
        if kept is not None and kept.is_of(newest):
            decider, switches = kept.decider, kept.switches
        else:
            snapshot = await self._read(place, version=newest.version)
            if snapshot is None:
                return
            before = None if kept is None else kept.decider
            decider = await asyncio.to_thread(deciding.decider, snapshot, before=before)
            switches = snapshot.switches
            _tell_unsearched(place, decider=decider)
        self._kept[place] = Kept(
            decider=decider,
            content_digest=newest.content_digest,
            switches=switches,
            age_seconds=age_seconds,
            heard_at_seconds=heard_at_seconds,
        )

    async def _read(self, place: Place, *, version: int) -> Snapshot | None:
        async with tenant_transaction(self._pool, tenant=place.tenant) as connection:
            found = await stored.published(
                connection, place=place, version=version, keys=self._keys
            )
        if found is None:
            return None
        return (await asyncio.to_thread(open_published, found)).snapshot

    def _standing(self, kept: Kept) -> Standing:
        age_seconds = kept.age_seconds + self._monotonic() - kept.heard_at_seconds
        return Standing(
            kept.decider.version, age_seconds, age_seconds > kept.switches.age_seconds_max
        )

    def _tell(self, place: Place, *, error: Exception) -> None:
        kind = type(error).__name__
        if self._failed.get(place) != kind:
            _log.warning("guard_unread", service=str(place), error=kind)
        self._failed[place] = kind


def _tell_unsearched(place: Place, *, decider: deciding.Decider) -> None:
    if decider.refused:
        count, version = len(decider.refused), decider.version
        _log.warning("guard_texts_unfit", service=str(place), version=version, count=count)
