"""Published snapshots as they lie in the database, for processes and for programs that load one."""

from dataclasses import dataclass
from datetime import datetime

from tutela.access.keys import KeySet, Sealed
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.guard.publishing.listing import Place
from tutela.guard.sealing import Published

_sql = queries.load("tutela.guard.publishing")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest version of a service."""

    version: int
    #: When it was last known to hold all that is listed.
    confirmed_at: datetime
    #: The same where the same is listed: a house that was restored may use a number again.
    content_digest: bytes


async def newest(pool: Pool) -> dict[Place, Newest]:
    """The newest version of every service that has one."""
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.newest)
        rows = await cursor.fetchall()
    return {Place(tenant, service): Newest(*row) for tenant, service, *row in rows}


async def newest_of(connection: Connection, *, place: Place) -> Newest | None:
    """The newest version of one service; None where nothing was published yet."""
    cursor = await connection.execute(_sql.newest_of, place.columns)
    row = await cursor.fetchone()
    return None if row is None else Newest(*row)


async def published(
    connection: Connection, *, place: Place, version: int, keys: KeySet
) -> Published | None:
    """A version as it was published; None where it is not kept (any more); raises SealBroken."""
    cursor = await connection.execute(_sql.snapshot, {**place.columns, "version": version})
    row = await cursor.fetchone()
    if row is None:
        return None
    row_id, manifest, body, sealed_key, sealed_body = row
    key = keys.open(Sealed(bytes(sealed_key), bytes(sealed_body)), row=row_id.bytes)
    return Published(manifest=bytes(manifest), body=bytes(body), key=key)
