"""Policies asked about events beside the signals of detectors: in a thread, within their time."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter

from tutela.detection.pipeline.reasons import Why
from tutela.detection.pipeline.standings import Standing
from tutela.detection.pipeline.threads import Broke, in_thread
from tutela.detection.rules.book import RuleBook
from tutela.detection.rules.book import Standing as InForce
from tutela.detection.rules.judging import Judged, alarms, judge
from tutela.detection.rules.policies import DETECTOR
from tutela.detection.rules.variables import Vocabulary
from tutela.domain.signals import Result, Signal
from tutela.law.detection import DetectionBases

#: Types of events that policies are asked about; on others a policy would never be.
ASKED = frozenset({"content"})
#: Why a policy is red that nobody asks.
NEVER_ASKED = "event_never_asked"

RULES = CollectorRegistry()
#: What each policy came to in this process, those in shadow too: of these nothing else is kept.
RULE_OUTCOMES = Counter(
    "tutela_rule_outcomes",
    "What each policy came to, in this process.",
    ["policy", "mode", "result"],
    registry=RULES,
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An event as JSON says it, what detectors said of it, and the basis on which they looked."""

    event: Mapping[str, object]
    signals: Sequence[Signal]
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Who judges events: the policies of a file or folder, as they are in force at each look."""

    book: RuleBook
    budget_seconds: float

    async def refresh(self) -> None:
        """Takes over policies that changed and are fit; the old ones stay where they are not."""
        await asyncio.to_thread(self.book.refresh)

    async def judge(self, cases: Sequence[Case]) -> list[Judged]:
        """What policies say of each, in order; unavailable where they took too long or broke."""
        standing = self.book.standing
        try:
            async with asyncio.timeout(self.budget_seconds):
                judged = await in_thread(
                    lambda: [_judged(each, standing=standing) for each in cases],
                    done=lambda: None,
                    name="judge",
                )
            _count(judged)
            return judged
        except TimeoutError:
            why = Why.TIMED_OUT
        except Broke as broken:
            _log.warning("rules_failed", error=str(broken))
            why = Why.FAILED
        unknown = Signal(detector=DETECTOR, result=Result.UNAVAILABLE, why=str(why))
        return [Judged(signal=unknown)] * len(cases)

    async def standings(self) -> list[Standing]:
        """The policies as a whole: red where they are not fit, or one fails its own tests now."""
        standing = self.book.standing
        found = await asyncio.to_thread(lambda: list(alarms(standing)))
        if found:
            alarm, about = found[0]
            name = DETECTOR if about is None else f"rule {about}"
            return [Standing(name=name, ok=False, why=str(alarm))]
        policies = () if standing.policies is None else standing.policies.policies
        idle = [each.id for each in policies if ASKED.isdisjoint(each.events)]
        return [
            Standing(name=DETECTOR, ok=True),
            *(Standing(name=f"rule {each}", ok=False, why=NEVER_ASKED) for each in idle),
        ]


def bench_at(
    path: Path | None,
    *,
    bases: DetectionBases,
    budget_seconds: float,
    clock: Callable[[], datetime],
) -> Bench | None:
    """Who judges by the policies of a file or folder; None where there is none."""
    if path is None:
        return None
    vocabulary = Vocabulary(bases=frozenset(each.code for each in bases))
    book = RuleBook(path, vocabulary=vocabulary, clock=clock)
    return Bench(book=book, budget_seconds=budget_seconds)


def _count(judged: Sequence[Judged]) -> None:
    for each in judged:
        for outcome in each.outcomes:
            RULE_OUTCOMES.labels(outcome.policy, str(outcome.mode), str(outcome.result)).inc()


def _judged(case: Case, *, standing: InForce) -> Judged:
    return judge(standing, event=case.event, signals=case.signals, basis=case.basis)
