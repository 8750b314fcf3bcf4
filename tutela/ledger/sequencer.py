"""The one sequencer: gives committed facts their place in the log and signs what it has become."""

from collections.abc import Callable
from datetime import datetime

from tutela.access.keys import KeySet
from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction, tenant_transaction
from tutela.errors import TutelaError
from tutela.ledger import heads, tiles, tree

#: Facts that are placed in one transaction.
BATCH_MAX = 20_000
#: How long placing them may take.
LIMIT_SECONDS = 60.0

_sql = queries.load("tutela.ledger")


class Deposed(TutelaError):
    """Another sequencer took the log; this one has written nothing and must stop."""

    code = "sequencer_deposed"
    title = "Another sequencer took the log"


class Sequencer:
    """Sequences the logs of all tenants for as long as no other one takes them."""

    def __init__(self, pool: Pool, *, keys: KeySet, clock: Callable[[], datetime]) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._epochs: dict[str, int] = {}

    async def sequence_all(self) -> int:
        """How many facts of all tenants got a place, until none was left; `Deposed`."""
        async with every_tenant_transaction(self._pool, limit_seconds=LIMIT_SECONDS) as connection:
            cursor = await connection.execute(_sql.tenants_with_unsequenced)
            tenants = [row[0] for row in await cursor.fetchall()]
        placed = 0
        for tenant in tenants:
            while added := await self.sequence(tenant):
                placed += added
        return placed

    async def sequence(self, tenant: str) -> int:
        """How many facts got a place, at most `BATCH_MAX`; all of it in one transaction."""
        epoch = self._epochs.get(tenant)
        if epoch is None:
            epoch = self._epochs[tenant] = await self._take(tenant)
        async with tenant_transaction(
            self._pool, tenant=tenant, limit_seconds=LIMIT_SECONDS
        ) as connection:
            return await self._advance(connection, tenant=tenant, epoch=epoch)

    async def _take(self, tenant: str) -> int:
        async with tenant_transaction(
            self._pool, tenant=tenant, limit_seconds=LIMIT_SECONDS
        ) as connection:
            cursor = await connection.execute(_sql.take_epoch, {"tenant": tenant})
            row = await cursor.fetchone()
        if row is None:
            raise Deposed(detail=f"The tenant {tenant} has no log.")
        taken: int = row[0]
        return taken

    async def _advance(self, connection: Connection, *, tenant: str, epoch: int) -> int:
        cursor = await connection.execute(_sql.lock_log, {"tenant": tenant, "epoch": epoch})
        log = await cursor.fetchone()
        if log is None:
            raise Deposed(detail=f"Another sequencer took the log of {tenant}.")
        log_id, size = log
        cursor = await connection.execute(
            _sql.number_leaves, {"tenant": tenant, "size": size, "most": BATCH_MAX}
        )
        numbered = sorted(await cursor.fetchall())
        if not numbered:
            return 0
        edge = await tiles.fetch(connection, tenant=tenant, places=tree.tiles_for_append(size))
        grown = tree.append(edge, size=size, leaf_hashes=[row[1] for row in numbered])
        await tiles.store(connection, tenant=tenant, changed=grown.changed_tiles)
        await connection.execute(_sql.grow_log, {"tenant": tenant, "size": grown.new_size})
        await self._sign(connection, tenant=tenant, log_id=log_id, grown=grown)
        return len(numbered)

    async def _sign(
        self, connection: Connection, *, tenant: str, log_id: str, grown: tree.Appended
    ) -> None:
        cursor = await connection.execute(_sql.last_head, {"tenant": tenant})
        last = await cursor.fetchone()
        at = self._clock() if last is None else max(self._clock(), last[2])
        signature = heads.sign(
            grown.root, log_id=log_id, size=grown.new_size, at=at, signer=self._keys.sign
        )
        note = heads.checkpoint(
            grown.root,
            log_id=log_id,
            size=grown.new_size,
            signing=self._keys.signing,
        )
        await connection.execute(
            _sql.add_head,
            {
                "tenant": tenant,
                "size": grown.new_size,
                "root": grown.root,
                "at": at,
                "key_id": self._keys.key_id,
                "signature": signature,
                "checkpoint": str(note),
            },
        )
