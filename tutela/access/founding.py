"""The first things of a database: whose it is, and with which keys it was made."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tutela.access import keys as access_keys
from tutela.access.keys import MASTER_FILE, KeySet, KeysUnusable
from tutela.access.rotation import known_keys, turn
from tutela.access.tokens import add_service
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction

#: The tenant and the service of whoever names none.
MAIN = "main"

_sql = queries.load("tutela.access")


async def found(
    pool: Pool, *, key_folder: Path, now: datetime, chance: Callable[[int], bytes]
) -> KeySet:
    """The keys of this database; keys, tenant `main` and its service `main` are made where new.

    Errors: `KeysUnusable` where the folder holds other keys than the database was made with, or
    none although it was made with some; nothing is changed then.
    """
    async with every_tenant_transaction(pool) as connection:
        known = await _known_fingerprint(connection)
        if known is not None and not (key_folder / MASTER_FILE).exists():
            raise _other_keys(
                key_folder, what=f"holds no keys, and this database was made with {known}"
            )
        keys = access_keys.load_or_create(key_folder)
        await connection.execute(_sql.remember_keys, {"master": keys.fingerprint})
        known = await _known_fingerprint(connection)
        if known != keys.fingerprint:
            raise _other_keys(
                key_folder,
                what=f"holds the keys {keys.fingerprint}, and this database was made with {known}",
            )
        await connection.execute(
            _sql.remember_signing_key,
            {"key_id": keys.key_id, "public_key": keys.public_key, "now": now},
        )
        turn(keys, known=await known_keys(connection), key_folder=key_folder, now=now)
        await add_service(connection, tenant=MAIN, service=MAIN, chance=chance)
    return keys


async def _known_fingerprint(connection: Connection) -> str | None:
    row = await (await connection.execute(_sql.known_keys)).fetchone()
    return None if row is None else str(row[0])


def _other_keys(key_folder: Path, *, what: str) -> KeysUnusable:
    return KeysUnusable(
        f"The key folder {key_folder} {what}: nothing that was sealed could be opened. Bring back "
        "the keys from your backup, or name their folder with --keys or TUTELA_KEYS.",
        evidence={"key_folder": str(key_folder)},
    )
