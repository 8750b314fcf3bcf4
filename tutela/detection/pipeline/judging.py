"""Policies asked about events beside the signals of detectors: in a thread, within their time."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Counter

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.detection.pipeline.reasons import Why
from tutela.detection.pipeline.standings import Standing
from tutela.detection.pipeline.threads import Broke, in_thread
from tutela.detection.rules.book import RuleBook
from tutela.detection.rules.book import Standing as InForce
from tutela.detection.rules.checking import prove
from tutela.detection.rules.governing.in_force import Governed
from tutela.detection.rules.judging import Alarm, Judged, alarms, judge
from tutela.detection.rules.policies import DETECTOR
from tutela.detection.rules.ruling import NOTHING_KEPT, Ruling, without
from tutela.detection.rules.variables import Vocabulary
from tutela.domain.signals import Result, Signal
from tutela.law.detection import DetectionBases

#: Types of events that policies are asked about; on others a policy would never be.
ASKED = frozenset({"content"})
#: Why a policy is red that nobody asks.
NEVER_ASKED = "event_never_asked"
#: Why one is red that somebody switched off.
SWITCHED_OFF = "switched_off"
#: Why one is red that people keep, and that is not fit any more.
UNFIT = "unfit"
#: Why one is red that people keep beside one of that name in the files, which counts.
IN_FILES = "stands_in_files"
#: Why what people keep is red: this process could not look it up.
UNREAD = "unread"

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
    """Who judges events: policies of files and those that people keep, as they are in force."""

    #: The policies of a file or folder; None where there are none.
    book: RuleBook | None
    budget_seconds: float
    #: Those that two people put in force; None where nobody can.
    governed: Governed | None = None

    async def refresh(self) -> None:
        """Takes over policies that changed and are fit; the old ones stay where they are not."""
        if self.book is not None:
            await asyncio.to_thread(self.book.refresh)
        if self.governed is not None:
            await self.governed.refresh()

    async def judge(self, cases: Sequence[Case], *, service: str) -> list[Judged]:
        """What policies say of each, in order; unavailable where they took too long or broke."""
        standing, ruling = self._standing(), self._ruling(service)
        if ruling is None:
            return [_unknown(Why.STARTING)] * len(cases)
        if standing is None and ruling == NOTHING_KEPT:
            return [Judged(signal=Signal(detector=DETECTOR, result=Result.NO_MATCH))] * len(cases)
        try:
            async with asyncio.timeout(self.budget_seconds):
                judged = await in_thread(
                    lambda: [_judged(each, standing=standing, ruling=ruling) for each in cases],
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
        return [_unknown(why)] * len(cases)

    async def standings(self) -> list[Standing]:
        """The policies as a whole: red where they are not fit, off, or fail their own tests now."""
        kept = await asyncio.to_thread(lambda: list(self._kept_standings()))
        standing = self._standing()
        if standing is None:
            return kept
        found = await asyncio.to_thread(lambda: list(alarms(standing)))
        if found:
            alarm, about = found[0]
            name = DETECTOR if about is None else f"rule {about}"
            return [Standing(name=name, ok=False, why=str(alarm)), *kept]
        policies = () if standing.policies is None else standing.policies.policies
        idle = [each.id for each in policies if ASKED.isdisjoint(each.events)]
        return [
            Standing(name=DETECTOR, ok=True),
            *(Standing(name=f"rule {each}", ok=False, why=NEVER_ASKED) for each in idle),
            *kept,
        ]

    def _standing(self) -> InForce | None:
        return None if self.book is None else self.book.standing

    def _ruling(self, service: str) -> Ruling | None:
        """What people put in force; without what stands in the files by the same name."""
        if self.governed is None:
            return NOTHING_KEPT
        ruling = self.governed.of(service)
        if ruling is None or ruling.policies is None:
            return ruling
        return replace(ruling, policies=without(ruling.policies, ids=self._ids_in_files()))

    def _ids_in_files(self) -> frozenset[str]:
        standing = self._standing()
        policies = None if standing is None else standing.policies
        return frozenset() if policies is None else frozenset(each.id for each in policies.policies)

    def _kept_standings(self) -> Iterator[Standing]:
        if self.governed is None:
            return
        if self.governed.is_unread:
            yield Standing(name=f"{DETECTOR} kept", ok=False, why=UNREAD)
        in_files = self._ids_in_files()
        for service, ruling in self.governed.all().items():
            for name, why in _wrong(ruling, in_files=in_files):
                yield Standing(name=name, ok=False, why=why, service=service)


def _wrong(ruling: Ruling, *, in_files: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What of a service's policies is red, and why; each own test is run anew."""
    if ruling.all_off:
        yield DETECTOR, SWITCHED_OFF
    for each in sorted(ruling.off):
        yield f"rule {each}", SWITCHED_OFF
    for broken in ruling.broken:
        yield f"rule {broken.policy}", UNFIT
    if ruling.policies is None:
        return
    for policy in ruling.policies.policies:
        if policy.id in in_files:
            yield f"rule {policy.id}", IN_FILES
    for name in dict.fromkeys(policy.id for policy, _, _ in prove(ruling.policies)):
        yield f"rule {name}", str(Alarm.RULE_IN_ERROR)


def _unknown(why: Why) -> Judged:
    return Judged(signal=Signal(detector=DETECTOR, result=Result.UNAVAILABLE, why=str(why)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where the policies are that people keep."""

    pool: Pool
    keys: KeySet


def bench_at(
    path: Path | None,
    *,
    bases: DetectionBases,
    budget_seconds: float,
    clock: Callable[[], datetime],
    kept: Kept | None = None,
) -> Bench | None:
    """Who judges by the policies of a file or folder, and by those that people keep.

    None where there is neither.
    """
    if path is None and kept is None:
        return None
    vocabulary = Vocabulary(bases=frozenset(each.code for each in bases))
    book = None if path is None else RuleBook(path, vocabulary=vocabulary, clock=clock)
    governed = None
    if kept is not None:
        governed = Governed(pool=kept.pool, keys=kept.keys, clock=clock, vocabulary=vocabulary)
    return Bench(book=book, budget_seconds=budget_seconds, governed=governed)


def _count(judged: Sequence[Judged]) -> None:
    for each in judged:
        for outcome in each.outcomes:
            RULE_OUTCOMES.labels(outcome.policy, str(outcome.mode), str(outcome.result)).inc()


def _judged(case: Case, *, standing: InForce | None, ruling: Ruling) -> Judged:
    return judge(standing, event=case.event, signals=case.signals, basis=case.basis, ruling=ruling)
