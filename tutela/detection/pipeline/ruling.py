"""Rules judge an item beside what detectors said of it: in a thread, within their time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from tutela.detection.pipeline.looking import AT_ONCE, BUDGET_SECONDS
from tutela.detection.pipeline.reasons import Why
from tutela.detection.pipeline.threads import Broke, in_thread
from tutela.detection.rules.book import RuleBook, Standing
from tutela.detection.rules.judging import Alarm, Judged, alarms, judge
from tutela.detection.rules.policies import DETECTOR
from tutela.domain.signals import Result, Signal

_log = structlog.get_logger(__name__)
_NOBODY: Final = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An event, what detectors said of it, and the basis on which rules may look."""

    event: Mapping[str, object]
    signals: tuple[Signal, ...]
    basis: str


@dataclass(slots=True, kw_only=True)
class Ruling:
    """The rules of this process, for every service."""

    book: RuleBook
    budget_seconds: float = BUDGET_SECONDS
    #: Looks that are under way; those that hang count until they end.
    seats: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _told: Standing = _NOBODY

    async def refresh(self) -> None:
        """Takes over the files where they changed; what is wrong with them is logged once."""
        await in_thread(self.book.refresh, done=lambda: None, name="rules-refresh")
        standing = self.book.standing
        if standing is self._told:
            return
        self._told = standing
        for finding in standing.findings:
            _log.warning("rules_refused", file=finding.file, line=finding.line, at=finding.pointer)
        if not standing.findings and standing.policies is not None:
            _log.info("rules_in_force", policies=len(standing.policies.policies))

    async def judge(self, asked: Sequence[Asked]) -> list[Judged]:
        """What the rules say of each, in order; all unknown where they do not answer in time."""
        standing = self.book.standing
        waiting = True
        try:
            async with asyncio.timeout(self.budget_seconds):
                await self.seats.acquire()
                waiting = False
                return await in_thread(
                    lambda: [_judged(each, standing=standing) for each in asked],
                    done=self.seats.release,
                    name="look-rules",
                )
        except TimeoutError:
            why = Why.BUSY if waiting else Why.TIMED_OUT
        except Broke as broken:
            _log.warning("rules_failed", error=str(broken))
            why = Why.FAILED
        unknown = Signal(detector=DETECTOR, result=Result.UNAVAILABLE, why=str(why))
        return [Judged(signal=unknown)] * len(asked)

    async def alarms(self) -> list[tuple[Alarm, str | None]]:
        """What is wrong with the rules now: each policy is asked for its own tests."""
        standing = self.book.standing
        return await in_thread(
            lambda: list(alarms(standing)), done=lambda: None, name="rules-canaries"
        )


def _judged(asked: Asked, *, standing: Standing) -> Judged:
    return judge(standing, event=asked.event, signals=asked.signals, basis=asked.basis)
