"""Tiles of the tree, fetched and stored in one query each."""

from collections.abc import Iterable, Mapping

from tutela.database import queries
from tutela.database.pool import Connection

Place = tuple[int, int]

_sql = queries.load("tutela.ledger")


async def fetch(
    connection: Connection, *, tenant: str, places: Iterable[Place]
) -> dict[Place, bytes]:
    """The hashes of the named tiles by (level, tile); a tile that is not there is left out."""
    wanted = list(places)
    if not wanted:
        return {}
    cursor = await connection.execute(
        _sql.tiles,
        {
            "tenant": tenant,
            "levels": [level for level, _ in wanted],
            "tiles": [tile for _, tile in wanted],
        },
    )
    return {(level, tile): hashes async for level, tile, hashes in cursor}


async def store(connection: Connection, *, tenant: str, changed: Mapping[Place, bytes]) -> None:
    """Writes tiles that are new or have grown."""
    await connection.execute(
        _sql.put_tiles,
        {
            "tenant": tenant,
            "levels": [level for level, _ in changed],
            "tiles": [tile for _, tile in changed],
            "hashes": list(changed.values()),
        },
    )
