"""The round that asks every witness whose log has grown."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction, tenant_transaction
from tutela.domain.backoff import doubled_seconds
from tutela.ledger import heads, notes, proofs
from tutela.ledger.notes import Verifier
from tutela.publishing import witnesses
from tutela.publishing.asking import Cosigned, Failed, Question, ask

#: Between two questions to a witness that answers, however fast its log grows.
ASK_SECONDS: Final = 30.0
#: The pause after the first failure; each further one is twice as long.
PAUSE_SECONDS: Final = 5.0
PAUSE_SECONDS_MAX: Final = 300.0
#: Witnesses that are asked at a time.
AT_ONCE: Final = 16

_sql = queries.load("tutela.publishing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What a round stands on."""

    pool: Pool
    client: httpx.AsyncClient
    clock: Callable[[], datetime]

    async def ask_all(self) -> int:
        """How many witnesses cosigned; each stands for itself. Errors: `DatabaseUnavailable`."""
        async with every_tenant_transaction(self.pool) as connection:
            due = await connection.execute(_sql.witnesses_due, {"now": self.clock()})
            rows = await due.fetchall()
            keys = [row[0] async for row in await connection.execute(_sql.signing_keys)]
        limit = asyncio.Semaphore(AT_ONCE)
        asked = await asyncio.gather(*(self._ask(row, keys=keys, limit=limit) for row in rows))
        return sum(asked)

    async def _ask(
        self, row: Sequence[Any], *, keys: Sequence[bytes], limit: asyncio.Semaphore
    ) -> bool:
        tenant, name, url, key, last_size, failures, log_id, size, checkpoint = row
        origin = heads.origin(log_id)

        async def prove(old_size: int) -> list[bytes]:
            proof = await proofs.consistency(
                self.pool, log_id=log_id, old_size=old_size, new_size=size
            )
            return [bytes.fromhex(step) for step in proof.path]

        question = Question(
            url=url,
            verifier=notes.read_verifier(key),
            note=notes.read(checkpoint.encode()),
            last_size=last_size,
            log_keys=[Verifier(origin, public_key) for public_key in keys],
            prove=prove,
            clock=self.clock,
        )
        async with limit:
            came = await ask(self.client, question=question)
        await self._write_down(came, tenant=tenant, name=name, size=size, failures=failures)
        return isinstance(came, Cosigned)

    async def _write_down(
        self, came: Cosigned | Failed, *, tenant: str, name: str, size: int, failures: int
    ) -> None:
        now = self.clock()
        async with tenant_transaction(self.pool, tenant=tenant) as connection:
            if isinstance(came, Cosigned):
                await witnesses.keep(
                    connection,
                    tenant=tenant,
                    size=size,
                    cosigned=(came.line, came.at),
                    retry_at=now + timedelta(seconds=ASK_SECONDS),
                )
                return
            pause = doubled_seconds(PAUSE_SECONDS, times=failures, most_seconds=PAUSE_SECONDS_MAX)
            named = {
                "tenant": tenant,
                "witness": name,
                "now": now,
                "retry_at": now + timedelta(seconds=pause),
                "error": came.error,
                "refused": came.refused,
                "fork": came.fork,
            }
            await connection.execute(_sql.note_failure, named)
