"""What policies would have said of events that were stored: hits, cost, and where two disagree."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median
from typing import Final

import msgspec

from tutela.detection.rules.cel import value_of
from tutela.detection.rules.facts import Facts, facts_of
from tutela.detection.rules.policies import (
    Checked,
    Policies,
    RuleOutcome,
    evaluate,
)
from tutela.detection.rules.policy import Mode
from tutela.detection.rules.stored import BadLine, StoredEvent
from tutela.domain.events import Visibility
from tutela.domain.signals import Result
from tutela.law import detection

#: Lines named of each kind of finding.
LINES_NAMED: Final = 10
#: On every so many events each policy is timed alone.
TIMED_EVERY_EVENTS: Final = 16
TIMINGS_KEPT: Final = 1_000
#: The basis of an event on which nobody may look: no policy names it.
NO_BASIS: Final = ""
_NS_A_MICROSECOND: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the events were: it decides whether there is a legal basis to look at them."""

    #: `tenant/service`.
    service: str
    bases: detection.DetectionBases
    #: Of events that do not say theirs.
    visibility: Visibility = Visibility.INTERPERSONAL


class PolicyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one policy said."""

    policy: str
    version: int
    mode: Mode
    events: int
    matches: int
    no_matches: int
    unavailable: int
    #: How often nothing was known, by reason.
    why: dict[str, int]
    #: What it took in the middle, alone, on every 16th event.
    median_us: float
    #: The first lines that it matched.
    lines: tuple[int, ...]


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """Where the live version of a policy and the one in shadow came to different results."""

    policy: str
    live_version: int
    shadow_version: int
    live_only: int
    shadow_only: int
    #: One knew, and the other did not.
    known_to_one: int
    #: The first lines on which they disagree.
    lines: tuple[int, ...]


class Backtest(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    events: int
    #: Of these: events that no policy is on.
    without_policy: int
    bad_lines: int
    first_bad_lines: tuple[BadLine, ...]
    policies: tuple[PolicyFigures, ...]
    disagreements: tuple[Disagreement, ...]


def backtest(
    policies: Policies,
    *,
    stored: Iterable[StoredEvent | BadLine],
    surroundings: Surroundings,
    tick_ns: Callable[[], int],
) -> Backtest:
    """The figures over all events; holds no event, and no more than ten lines of anything."""
    tally = _Tally(policies)
    for each in stored:
        if isinstance(each, BadLine):
            tally.bad_line(each)
            continue
        facts = _facts(each, policies=policies, surroundings=surroundings)
        outcomes = evaluate(policies, facts=facts)
        tally.hear(outcomes, line=each.line)
        if facts.basis and outcomes and tally.events % TIMED_EVERY_EVENTS == 1:
            _time(policies, facts=facts, tally=tally, tick_ns=tick_ns)
    return tally.report()


def _facts(stored: StoredEvent, *, policies: Policies, surroundings: Surroundings) -> Facts:
    event = {"visibility": surroundings.visibility.value, **stored.event}
    facts = facts_of(event, signals=stored.signals, vocabulary=policies.vocabulary)
    return replace(facts, basis=_basis(facts, surroundings=surroundings))


def _basis(facts: Facts, *, surroundings: Surroundings) -> str:
    """The basis that was in force for the event on its day; without a day there is none."""
    at = facts.known.get("event.at")
    if not isinstance(at, datetime):
        return NO_BASIS
    try:
        visibility = Visibility(str(facts.known.get("event.visibility")))
    except ValueError:
        return NO_BASIS
    place = detection.Place(
        service=surroundings.service,
        surface=str(facts.known.get("event.surface", "")),
        visibility=visibility,
        country=_country(facts),
    )
    found = detection.basis_for(surroundings.bases, place=place, on=at.date())
    return NO_BASIS if found is None else found.code


def _country(facts: Facts) -> str | None:
    said = (facts.known.get(name, "") for name in ("event.country", "account.country"))
    return next((str(each) for each in said if each), None)


def _time(policies: Policies, *, facts: Facts, tally: "_Tally", tick_ns: Callable[[], int]) -> None:
    on_event = policies.by_event[facts.event]
    activation = on_event.language.activation(facts)
    for each in on_event.checked:
        before = tick_ns()
        value_of(each.program, activation=activation, unknown=facts.unknown)
        tally.timed(each, spent_ns=tick_ns() - before)


@dataclass(slots=True)
class _OfPolicy:
    results: Counter[Result] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)
    timed_ns: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _OfPair:
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)


class _Tally:
    def __init__(self, policies: Policies) -> None:
        self._policies = policies.policies
        self._of = {(each.id, each.mode): _OfPolicy() for each in policies.policies}
        live = {each.id: each for each in policies.policies if each.mode is Mode.LIVE}
        self._pairs = {
            each.id: (live[each.id], each, _OfPair())
            for each in policies.policies
            if each.mode is Mode.SHADOW and each.id in live
        }
        self.events = 0
        self._without_policy = 0
        self._bad: list[BadLine] = []
        self._bad_lines = 0

    def bad_line(self, bad: BadLine) -> None:
        self._bad_lines += 1
        if len(self._bad) < LINES_NAMED:
            self._bad.append(bad)

    def hear(self, outcomes: Sequence[RuleOutcome], *, line: int) -> None:
        self.events += 1
        self._without_policy += not outcomes
        for each in outcomes:
            of = self._of[each.policy, each.mode]
            of.results[each.result] += 1
            if each.why is not None:
                of.why[each.why.value] += 1
            if each.result is Result.MATCH and len(of.lines) < LINES_NAMED:
                of.lines.append(line)
        if self._pairs:
            self._compare(outcomes, line=line)

    def _compare(self, outcomes: Sequence[RuleOutcome], *, line: int) -> None:
        said = {(each.policy, each.mode): each.result for each in outcomes}
        for name, (_live, _shadow, pair) in self._pairs.items():
            kind = _disagreement(said.get((name, Mode.LIVE)), shadow=said.get((name, Mode.SHADOW)))
            if kind is None:
                continue
            pair.counts[kind] += 1
            if len(pair.lines) < LINES_NAMED:
                pair.lines.append(line)

    def timed(self, one: Checked, *, spent_ns: int) -> None:
        of = self._of[one.policy.id, one.policy.mode]
        if len(of.timed_ns) < TIMINGS_KEPT:
            of.timed_ns.append(spent_ns)

    def report(self) -> Backtest:
        return Backtest(
            events=self.events,
            without_policy=self._without_policy,
            bad_lines=self._bad_lines,
            first_bad_lines=tuple(self._bad),
            policies=tuple(self._figures()),
            disagreements=tuple(self._disagreements()),
        )

    def _figures(self) -> Iterable[PolicyFigures]:
        for policy in self._policies:
            of = self._of[policy.id, policy.mode]
            yield PolicyFigures(
                policy=policy.id,
                version=policy.version,
                mode=policy.mode,
                events=of.results.total(),
                matches=of.results[Result.MATCH],
                no_matches=of.results[Result.NO_MATCH],
                unavailable=of.results[Result.UNAVAILABLE],
                why=dict(of.why.most_common()),
                median_us=round(median(of.timed_ns or [0]) / _NS_A_MICROSECOND, 2),
                lines=tuple(of.lines),
            )

    def _disagreements(self) -> Iterable[Disagreement]:
        for name, (live, shadow, pair) in self._pairs.items():
            yield Disagreement(
                policy=name,
                live_version=live.version,
                shadow_version=shadow.version,
                live_only=pair.counts["live_only"],
                shadow_only=pair.counts["shadow_only"],
                known_to_one=pair.counts["known_to_one"],
                lines=tuple(pair.lines),
            )


def _disagreement(live: Result | None, *, shadow: Result | None) -> str | None:
    """How the two differ; an event that only one of them is on is no match of the other."""
    live, shadow = live or Result.NO_MATCH, shadow or Result.NO_MATCH
    if live is shadow:
        return None
    if Result.UNAVAILABLE in (live, shadow):
        return "known_to_one"
    return "live_only" if live is Result.MATCH else "shadow_only"
