"""Where heads are published to beside witnesses, and how each such target stands."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from tutela.database import queries
from tutela.database.pool import EVERY_TENANT, Connection
from tutela.domain import canonical
from tutela.ledger.heads import Head

#: A target whose oldest head that it lacks is older than this is behind.
BEHIND_SECONDS: Final = 120.0
#: Between two stamps of a log.
STAMP_SECONDS: Final = 86_400.0

_sql = queries.load("tutela.publishing", file="targets.sql")


class Target(StrEnum):
    """What heads are published to; it vouches for nothing."""

    #: A file of this machine, a line for each head.
    FILE = "file"
    #: A second party that takes each head over HTTP.
    URL = "url"
    #: An authority that stamps the newest head with its time, once a day (RFC 3161).
    STAMP = "stamp"


class PublicationState(StrEnum):
    """How a target stands."""

    #: It has every head that it should have by now.
    PUBLISHED = "published"
    #: It lacks a head that it should have, and no try failed.
    BEHIND = "behind"
    #: The last try failed; the error says how.
    FAILING = "failing"


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """How one target stands with a log; `behind_by` in leaves."""

    target: Target
    state: PublicationState
    last_size: int
    last_at: str | None
    behind_by: int
    last_error: str | None


class PublishedHead(Head, frozen=True, kw_only=True):
    """A head as a second party gets it: with its checkpoint, null where it is older than those."""

    checkpoint: str | None


async def standings_in(
    connection: Connection, *, tenant: str = EVERY_TENANT, now: datetime
) -> list[Published]:
    """How each target stands that was tried, with the tenant's log or with every log."""
    cursor = await connection.execute(_sql.publication_standings, {"tenant": tenant})
    return [_published(row, now=now) for row in await cursor.fetchall()]


def _published(row: Sequence[Any], *, now: datetime) -> Published:
    target, last_size, last_at, last_error, size, since = row
    limit = BEHIND_SECONDS + (STAMP_SECONDS if target == Target.STAMP else 0)
    state = PublicationState.PUBLISHED
    if last_error is not None:
        state = PublicationState.FAILING
    elif since is not None and (now - since).total_seconds() > limit:
        state = PublicationState.BEHIND
    return Published(
        target=Target(target),
        state=state,
        last_size=last_size,
        last_at=None if last_at is None else canonical.timestamp(last_at),
        behind_by=max(size - last_size, 0),
        last_error=last_error,
    )
