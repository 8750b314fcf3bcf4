"""A new signing key: introduced by the old one, in every log, in one transaction."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tutela.access import keys as access_keys
from tutela.access.keys import KeySet, KeysUnusable, SigningKey
from tutela.access.rotation import KnownKey, known_keys
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain import canonical
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.ledger import leaf
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, Fact

#: By default from its introduction to its first signature: every process has seen it by then.
LEAD: timedelta = timedelta(seconds=60)
SECRET_BYTES = 32
FACT_TYPE = "key.introduced"
#: Facts that are the house's own, and no service's.
HOUSE = "main"

_sql = queries.load("tutela.ledger")
_access = queries.load("tutela.access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """What the old key signs of the new one; `old_valid_to` is its own end."""

    key_id: str
    public_key: bytes
    valid_from: datetime
    introduced_by: str
    introduced_at: datetime
    old_valid_to: datetime

    def statement(self) -> dict[str, object]:
        """The fields under the signature, in their RFC 8785 form."""
        return {
            "v": 1,
            "purpose": FACT_TYPE,
            "key_id": self.key_id,
            "public_key": base64.b64encode(self.public_key).decode(),
            "valid_from": canonical.timestamp(self.valid_from),
            "introduced_by": self.introduced_by,
            "introduced_at": canonical.timestamp(self.introduced_at),
            "old_valid_to": canonical.timestamp(self.old_valid_to),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation stands on, when the new key begins, and how long both hold together."""

    pool: Pool
    keys: KeySet
    key_folder: Path
    overlap: timedelta
    lead: timedelta = LEAD
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]

    async def plan(self) -> tuple[KnownKey, datetime, datetime]:
        """The key that ends, when the next begins and when the old one ends; changes nothing.

        Errors: `KeysUnusable` where a rotation is under way, or its key is not here.
        """
        now = self.clock()
        async with every_tenant_transaction(self.pool) as connection:
            newest = (await known_keys(connection))[-1]
        if not newest.is_valid(now):
            raise KeysUnusable(f"A rotation to {newest.key_id} is under way; it begins soon.")
        if newest.key_id != self.keys.key_id:
            raise KeysUnusable(f"The key folder {self.key_folder} has not {newest.key_id}.")
        begins = now + self.lead
        return newest, begins, begins + self.overlap

    async def rotate(self) -> Introduction:
        """The introduction, once it is durable; a crash before leaves a key that signs nothing.

        First the key's file, then one transaction: the new key, the end of the old one, and a leaf
        in every log. Errors: as `plan`; `KeysUnusable` where another rotation was quicker.
        """
        old, begins, ends = await self.plan()
        new = await self._next_key()
        introduction = Introduction(
            key_id=new.key_id,
            public_key=new.public_key,
            valid_from=begins,
            introduced_by=old.key_id,
            introduced_at=begins - self.lead,
            old_valid_to=ends,
        )
        signature = self.keys.sign(canonical.encode(introduction.statement()))
        async with every_tenant_transaction(self.pool) as connection:
            cursor = await connection.execute(
                _access.end_key, {"key_id": old.key_id, "valid_to": ends}
            )
            if await cursor.fetchone() is None:
                raise KeysUnusable(f"{old.key_id} has a successor already.")
            await connection.execute(
                _access.introduce_key,
                {
                    "key_id": new.key_id,
                    "public_key": new.public_key,
                    "valid_from": begins,
                    "introduced_by": old.key_id,
                    "introduced_at": introduction.introduced_at,
                    "signature": signature,
                },
            )
            await self._write_leaves(connection, introduction=introduction, signature=signature)
        return introduction

    async def _next_key(self) -> SigningKey:
        """A key that a rotation before this one left behind unused, or a new one."""
        async with every_tenant_transaction(self.pool) as connection:
            known = {each.key_id for each in await known_keys(connection)}
        held = access_keys.signing_keys(self.key_folder)
        left = [key for key_id, key in sorted(held.items()) if key_id not in known]
        return (
            left[0]
            if left
            else access_keys.add_signing_key(self.key_folder, secret=self.chance(SECRET_BYTES))
        )

    async def _write_leaves(
        self, connection: Connection, *, introduction: Introduction, signature: bytes
    ) -> None:
        at = introduction.introduced_at
        projection = {
            **introduction.statement(),
            "signature": base64.b64encode(signature).decode(),
        }
        cursor = await connection.execute(_access.tenants)
        for (tenant,) in await cursor.fetchall():
            random = self.chance(UUID7_RANDOM_BYTES)
            fact = Fact(
                type=FACT_TYPE,
                id=uuid7(unix_ms=int(at.timestamp() * 1000), random=random),
                at=at,
                service=HOUSE,
                projection=projection,
            )
            nonce = self.chance(COMMITMENT_NONCE_BYTES)
            commitment = leaf.commitment(canonical.encode(projection), nonce=nonce)
            written = leaf.write(fact, body_commitment=commitment)
            await connection.execute(
                _sql.add_leaf,
                {
                    "fact_id": written.fact_id,
                    "tenant": tenant,
                    "fact_type": written.fact_type,
                    "at": written.at,
                    "content": written.content,
                    "leaf_hash": written.leaf_hash,
                },
            )
