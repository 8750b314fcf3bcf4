"""Filing each statement of a list exactly once, whatever becomes of single calls.

A call that may have been stored is never repeated blindly: the database is asked for each PUID of
it, and what it doesn't know is sent again. A PUID can be used once, so that a repetition that
comes too early is refused, not stored twice.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from tutela.compliance.transparency.answers import Stored
from tutela.compliance.transparency.checking import BATCH_LIMIT, puid_of
from tutela.compliance.transparency.outcomes import Outcome, Refused
from tutela.compliance.transparency.settling import Item, Settled, Settling
from tutela.compliance.transparency.terms import Means, Terms

Statements = Iterable[Mapping[str, object]] | AsyncIterable[Mapping[str, object]]


class Calls(Protocol):
    """The two calls that filing takes."""

    async def create_batch(self, statements: Sequence[msgspec.Raw]) -> list[Stored]: ...

    async def existing_puid(self, puid: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Submission:
    """Files lists through `calls`."""

    calls: Calls
    terms: Terms
    means: Means

    async def outcomes(self, statements: Statements) -> AsyncIterator[Outcome]:
        """What became of each, in order; raises what ended it, after all that is known."""
        under_way: deque[asyncio.Task[Settled]] = deque()
        ended: Exception | None = None
        batches = _batches(statements)
        try:
            while under_way or ended is None:
                if ended is None and len(under_way) < self.terms.batches_at_once:
                    batch = await anext(batches, None)
                    if batch is not None:
                        under_way.append(asyncio.create_task(self._settle(batch)))
                        continue
                if not under_way:
                    return
                settled = await under_way.popleft()
                for outcome in settled.outcomes:
                    yield outcome
                ended = ended or settled.ended_by
        finally:
            await _stop(under_way)
        if ended is not None:
            raise ended

    async def _settle(self, batch: list[Mapping[str, object]]) -> Settled:
        settling = Settling(self.calls, terms=self.terms, means=self.means)
        items, outcomes = _prepared(batch)
        return await settling.settle(items, outcomes=outcomes)


async def _batches(statements: Statements) -> AsyncIterator[list[Mapping[str, object]]]:
    batch: list[Mapping[str, object]] = []
    async for statement in _each(statements):
        batch.append(statement)
        if len(batch) == BATCH_LIMIT:
            yield batch
            batch = []
    if batch:
        yield batch


async def _each(statements: Statements) -> AsyncIterator[Mapping[str, object]]:
    if isinstance(statements, AsyncIterable):
        async for statement in statements:
            yield statement
    else:
        for statement in statements:
            yield statement


def _prepared(batch: Sequence[Mapping[str, object]]) -> tuple[list[Item], dict[int, Outcome]]:
    """What can be sent, and the outcome of what can't: no PUID, the same twice, or no JSON."""
    items: list[Item] = []
    outcomes: dict[int, Outcome] = {}
    seen: set[str] = set()
    for position, statement in enumerate(batch):
        puid, wrong = puid_of(statement)
        field, raw = "puid", b""
        if wrong is None and puid in seen:
            wrong = "The PUID comes twice in this submission."
        if wrong is None:
            field = ""
            try:
                raw = msgspec.json.encode(statement)
            except (TypeError, ValueError):
                wrong = "The statement can't be written as JSON."
        if wrong is not None:
            outcomes[position] = Refused(puid, {field: (wrong,)})
            continue
        seen.add(puid)
        items.append(Item(position, puid, msgspec.Raw(raw)))
    return items, outcomes


async def _stop(tasks: Iterable[asyncio.Task[Settled]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
