"""Which key signs now, and the change from one to the next with a time in which both hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tutela.access import keys as access_keys
from tutela.access.keys import KeySet, KeysUnusable
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction

_sql = queries.load("tutela.access")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownKey:
    """A signing key as the database knows it; all but the first was introduced by another."""

    key_id: str
    public_key: bytes
    valid_from: datetime
    valid_to: datetime | None
    introduced_by: str | None
    introduced_at: datetime | None
    signature: bytes | None

    def is_valid(self, at: datetime) -> bool:
        """Whether it may sign at an instant; the first key has no time before its own."""
        begun = self.introduced_by is None or self.valid_from <= at
        return begun and (self.valid_to is None or at < self.valid_to)


async def known_keys(connection: Connection) -> list[KnownKey]:
    """Every signing key, the oldest first."""
    cursor = await connection.execute(_sql.keys_of_the_ledger)
    names = [column.name for column in cursor.description or ()]
    return [KnownKey(**dict(zip(names, row, strict=True))) for row in await cursor.fetchall()]


async def refresh(pool: Pool, *, keys: KeySet, key_folder: Path, now: datetime) -> None:
    """The keys turned to what holds now, as the database and the key folder say."""
    async with every_tenant_transaction(pool) as connection:
        known = await known_keys(connection)
    turn(keys, known=known, key_folder=key_folder, now=now)


def turn(keys: KeySet, *, known: Sequence[KnownKey], key_folder: Path, now: datetime) -> None:
    """`keys` signs by the newest key whose time it is; `KeysUnusable` where the folder has none.

    A key in the folder that was never introduced signs nothing.
    """
    wanted = [each.key_id for each in reversed(known) if each.is_valid(now)]
    if [key.key_id for key in keys.signing] == wanted:
        return
    held = access_keys.signing_keys(key_folder)
    signing = tuple(held[key_id] for key_id in wanted if key_id in held)
    if not signing:
        raise KeysUnusable(
            f"The key folder {key_folder} has none of the signing keys whose time it is: "
            f"{', '.join(wanted) or 'none is left'}. Bring the newest from where `tutela keys "
            "rotate` ran."
        )
    keys.signing = signing
