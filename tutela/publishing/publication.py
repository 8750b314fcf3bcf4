"""The round that brings new heads to the targets that the operator configured."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx

from tutela.database import queries
from tutela.database.pool import Pool, every_tenant_transaction, tenant_transaction
from tutela.domain import canonical
from tutela.domain.backoff import doubled_seconds
from tutela.ledger import heads
from tutela.publishing import stamping
from tutela.publishing.appending import append
from tutela.publishing.posting import NotPublished, post
from tutela.publishing.rounds import AT_ONCE, PAUSE_SECONDS, PAUSE_SECONDS_MAX
from tutela.publishing.stamping import Stamp
from tutela.publishing.targets import STAMP_SECONDS, PublishedHead, Target

#: Heads of a log that one round brings to a target.
HEADS_AT_ONCE: Final = 100

_sql = queries.load("tutela.publishing", file="targets.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A log that has heads which a target lacks."""

    tenant: str
    log_id: str
    target: Target
    last_size: int
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """What a round stands on; `targets` are places by what they are."""

    pool: Pool
    client: httpx.AsyncClient
    clock: Callable[[], datetime]
    targets: Mapping[Target, str]
    _limit: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def publish_all(self) -> int:
        """How many heads arrived; each target of each log stands for itself.

        Errors: `DatabaseUnavailable`.
        """
        named = {
            "targets": list(self.targets),
            "places": [_place(each) for each in self.targets.values()],
            "now": self.clock(),
        }
        async with every_tenant_transaction(self.pool) as connection:
            await connection.execute(_sql.forget_targets, named)
            if not self.targets:
                return 0
            rows = await (await connection.execute(_sql.targets_due, named)).fetchall()
        due = [
            _Due(tenant=row[0], log_id=row[1], target=Target(row[2]), last_size=row[3],
                 failures=row[4])
            for row in rows
        ]  # fmt: skip
        return sum(await asyncio.gather(*map(self._publish, due)))

    async def stamp_newest(self, *, tenant: str, log_id: str) -> tuple[PublishedHead, datetime]:
        """The newest head and when it was stamped, now or before.

        Errors: `NotPublished`, also where the log is empty; `DatabaseUnavailable`.
        """
        due = _Due(tenant=tenant, log_id=log_id, target=Target.STAMP, last_size=0, failures=0)
        found = await self._lacking(due)
        if not found:
            raise NotPublished("nothing is in this log yet")
        head, at = found[-1]
        named = {"tenant": tenant, "size": head.size, "head_at": at}
        async with tenant_transaction(self.pool, tenant=tenant) as connection:
            row = await (await connection.execute(_sql.stamp_of, named)).fetchone()
        if row is not None:
            return head, row[0]
        stamp = await self._stamp(due, head=head, at=at)
        return head, stamp.at

    async def _publish(self, due: _Due) -> int:
        arrived, last_size = 0, due.last_size
        async with self._limit:
            found = await self._lacking(due)
            try:
                for batch in _batches(found, target=due.target):
                    await self._bring(due, batch=batch)
                    arrived, last_size = arrived + len(batch), batch[-1][0].size
            except NotPublished as error:
                await self._write_failure(due, size=last_size, error=str(error))
                return arrived
        return arrived

    async def _lacking(self, due: _Due) -> list[tuple[PublishedHead, datetime]]:
        """The newest head alone for what is new, was away, or needs no other; else each."""
        alone = not due.last_size or due.failures or due.target is Target.STAMP
        named = {"tenant": due.tenant, "size": due.last_size, "most": HEADS_AT_ONCE}
        async with tenant_transaction(self.pool, tenant=due.tenant) as connection:
            sql = _sql.newest_head if alone else _sql.heads_after
            rows = await (await connection.execute(sql, named)).fetchall()
        return [(_told(row, log_id=due.log_id), row[2]) for row in rows]

    async def _bring(self, due: _Due, *, batch: Sequence[tuple[PublishedHead, datetime]]) -> None:
        head, at = batch[-1]
        if due.target is Target.STAMP:
            await self._stamp(due, head=head, at=at)
            return
        place = self.targets[due.target]
        lines = b"".join(canonical.encode(each) + b"\n" for each, _ in batch)
        bring: Awaitable[object] = (
            asyncio.to_thread(append, Path(place), lines=lines)
            if due.target is Target.FILE
            else post(self.client, url=place, content=lines, kind="application/json")
        )
        await bring
        async with tenant_transaction(self.pool, tenant=due.tenant) as connection:
            await connection.execute(
                _sql.note_published, self._named(due, size=head.size, retry_at=None)
            )

    async def _stamp(self, due: _Due, *, head: PublishedHead, at: datetime) -> Stamp:
        stamp = await stamping.ask(
            self.client, url=self.targets[Target.STAMP], signed=heads.signed(head)
        )
        kept = {
            "tenant": due.tenant,
            "size": head.size,
            "head_at": at,
            "stamped_at": stamp.at,
            "response": stamp.response,
        }
        retry_at = self.clock() + timedelta(seconds=STAMP_SECONDS)
        async with tenant_transaction(self.pool, tenant=due.tenant) as connection:
            await connection.execute(_sql.keep_stamp, kept)
            await connection.execute(
                _sql.note_published, self._named(due, size=head.size, retry_at=retry_at)
            )
        return stamp

    async def _write_failure(self, due: _Due, *, size: int, error: str) -> None:
        pause = doubled_seconds(PAUSE_SECONDS, times=due.failures, most_seconds=PAUSE_SECONDS_MAX)
        retry_at = self.clock() + timedelta(seconds=pause)
        named = {**self._named(due, size=size, retry_at=retry_at), "error": error}
        async with tenant_transaction(self.pool, tenant=due.tenant) as connection:
            await connection.execute(_sql.note_unpublished, named)

    def _named(self, due: _Due, *, size: int, retry_at: datetime | None) -> dict[str, Any]:
        return {
            "tenant": due.tenant,
            "target": due.target,
            "place": _place(self.targets[due.target]),
            "size": size,
            "at": self.clock(),
            "retry_at": retry_at,
        }


def _batches(
    found: Sequence[tuple[PublishedHead, datetime]], *, target: Target
) -> list[Sequence[tuple[PublishedHead, datetime]]]:
    if target is Target.FILE:
        return [found] if found else []
    return [[each] for each in found]


def _told(row: Sequence[Any], *, log_id: str) -> PublishedHead:
    *parts, checkpoint = row
    head = heads.of_row(parts, log_id=log_id)
    return PublishedHead(
        log_id=head.log_id,
        size=head.size,
        root=head.root,
        at=head.at,
        key_id=head.key_id,
        signature=head.signature,
        checkpoint=checkpoint,
    )


def _place(text: str) -> bytes:
    return sha256(text.encode()).digest()
