"""Filing each statement of a list exactly once, whatever becomes of single calls.

A call that may have been stored is never repeated blindly: the database is asked for each PUID of
it, and what it doesn't know is sent again. A PUID can be used once, so that a repetition that
comes too early is refused, not stored twice.
"""

import asyncio
from asyncio import FIRST_COMPLETED
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from tutela.compliance.transparency.answers import Stored
from tutela.compliance.transparency.checking import BATCH_LIMIT, puid_of
from tutela.compliance.transparency.outcomes import Outcome, Refused
from tutela.compliance.transparency.settling import Item, Settled, Settling
from tutela.compliance.transparency.terms import Means, Terms

#: So many times what may be under way is kept for a batch that takes long, so that order holds.
_AHEAD: Final = 8

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

    async def outcomes(self, statements: Statements) -> AsyncGenerator[Outcome, None]:
        """What became of each, in order; raises what ended it, after all that is known."""
        under_way: deque[asyncio.Task[Settled]] = deque()
        batches = _batches(statements)
        ended: Exception | None = None
        try:
            while True:
                if ended is None:
                    await self._start(batches, under_way=under_way)
                if not under_way:
                    break
                if not under_way[0].done():
                    await asyncio.wait(_unfinished(under_way), return_when=FIRST_COMPLETED)
                    continue
                settled = under_way.popleft().result()
                ended = ended or settled.ended_by
                for outcome in settled.outcomes:
                    yield outcome
        finally:
            await _stop(under_way)
            await batches.aclose()
        if ended is not None:
            raise ended

    async def _start(
        self,
        batches: AsyncIterator[list[Mapping[str, object]]],
        *,
        under_way: deque[asyncio.Task[Settled]],
    ) -> None:
        """As many as may be under way, but none once one of them has ended the submission."""
        at_once = self.terms.batches_at_once
        while len(_unfinished(under_way)) < at_once and len(under_way) < at_once * _AHEAD:
            if any(task.done() and task.result().ended_by for task in under_way):
                return
            batch = await anext(batches, None)
            if batch is None:
                return
            under_way.append(asyncio.create_task(self._settle(batch)))

    async def _settle(self, batch: list[Mapping[str, object]]) -> Settled:
        settling = Settling(self.calls, terms=self.terms, means=self.means)
        items, outcomes = _prepared(batch)
        return await settling.settle(items, outcomes=outcomes)


def _unfinished(tasks: Iterable[asyncio.Task[Settled]]) -> list[asyncio.Task[Settled]]:
    return [task for task in tasks if not task.done()]


async def _batches(statements: Statements) -> AsyncGenerator[list[Mapping[str, object]], None]:
    batch: list[Mapping[str, object]] = []
    async with aclosing(_each(statements)) as each:
        async for statement in each:
            batch.append(statement)
            if len(batch) == BATCH_LIMIT:
                yield batch
                batch = []
    if batch:
        yield batch


async def _each(statements: Statements) -> AsyncGenerator[Mapping[str, object], None]:
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
