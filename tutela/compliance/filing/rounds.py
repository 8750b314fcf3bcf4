"""Rounds of filing: what is due is claimed, judged, sent and written down, batch after batch."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tutela.compliance.filing import claims
from tutela.compliance.filing.claims import FROM_THE_FIRST, Batch, Registry
from tutela.compliance.filing.parties import NOBODY
from tutela.compliance.filing.preparation import Preparation, Ready, Stopped, prepare
from tutela.compliance.filing.settlement import Outcome, Postponed, Sent, Settled, settle
from tutela.compliance.transparency import BATCH_LIMIT
from tutela.domain.backoff import doubled_seconds
from tutela.errors import TutelaError

#: Statements of one round: a worker that is asked to end does so between two rounds.
ROUND_MAX: Final = 2_000
#: The pause after a round that was broken off, and the longest one after several.
BREAK_SECONDS: Final = 5.0
BREAK_SECONDS_MAX: Final = 300.0

#: Brings statements to the database and gives what became of each; may end with a TutelaError.
Send = Callable[[Sequence[Ready]], AsyncIterator[Sent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What a round did; `broken_off` is what ended it early."""

    settled: Settled
    broken_off: TutelaError | None = None


async def file_due(
    registry: Registry,
    *,
    send: Send,
    limit: int = ROUND_MAX,
    tell: Callable[[Settled], None] = lambda _: None,
) -> Round:
    """What came of at most `limit` statements that are due, the oldest first.

    Each batch is settled before the next is claimed. Where sending breaks off, what it had come to
    is settled and the rest postponed. Raises DatabaseUnavailable.
    """
    done, after = Settled(), FROM_THE_FIRST
    while done.total < limit:
        size = min(BATCH_LIMIT, limit - done.total)
        batch = await claims.claim(registry, after=after, limit=size)
        if not batch.statements:
            break
        outcomes, broken_off = await _outcomes(registry, batch=batch, send=send)
        done += await settle(registry, batch=batch, outcomes=outcomes)
        tell(done)
        if broken_off is not None:
            return Round(settled=done, broken_off=broken_off)
        after = batch.last
    return Round(settled=done)


def judged(registry: Registry, *, batch: Batch) -> tuple[list[Ready], list[Stopped]]:
    """The statements of a batch that may leave, and those that may not."""
    preparation = Preparation(keys=registry.keys, served=registry.served)
    every = [
        prepare(each, known=batch.known.get(each.decision_id, NOBODY), preparation=preparation)
        for each in batch.statements
    ]
    ready = [each for each in every if isinstance(each, Ready)]
    return ready, [each for each in every if isinstance(each, Stopped)]


async def _outcomes(
    registry: Registry, *, batch: Batch, send: Send
) -> tuple[list[Outcome], TutelaError | None]:
    ready, stopped = judged(registry, batch=batch)
    outcomes: list[Outcome] = [*stopped]
    open_ones = {each.puid: each for each in ready}
    broken_off = None
    try:
        async for outcome in send(ready):
            open_ones.pop(outcome.ready.puid)
            outcomes.append(outcome)
    except TutelaError as cause:
        broken_off = cause
    why = "not tried" if broken_off is None else broken_off.code
    rest = [Postponed(ready=each, why=why) for each in open_ones.values()]
    return [*outcomes, *rest], broken_off


class Rounds:
    """Rounds of one worker, with pauses that grow while each is broken off."""

    def __init__(self, registry: Registry, *, send: Send) -> None:
        self._registry = registry
        self._send = send
        self._broken_off = 0
        self._not_before: datetime | None = None

    async def turn(self) -> Settled | None:
        """What round after round came to, or None while the pause after a broken one lasts.

        Raises what broke one off, once everything is settled.
        """
        if self._not_before is not None and self._registry.clock() < self._not_before:
            return None
        settled = Settled()
        while (done := await file_due(self._registry, send=self._send)).broken_off is None:
            self._broken_off, self._not_before = 0, None
            settled += done.settled
            if done.settled.total < ROUND_MAX:
                return settled
        self._broken_off += 1
        self._not_before = self._registry.clock() + timedelta(
            seconds=doubled_seconds(
                BREAK_SECONDS, times=self._broken_off - 1, most_seconds=BREAK_SECONDS_MAX
            )
        )
        raise done.broken_off
