"""What the policies in force say of an event beside its other signals, and whether they work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tutela.detection.rules.book import Standing
from tutela.detection.rules.checking import prove
from tutela.detection.rules.facts import facts_of
from tutela.detection.rules.policies import DETECTOR, RuleOutcome, evaluate, signal_of
from tutela.domain.signals import Result, Signal


class Alarm(StrEnum):
    """What is wrong with the policies as a whole."""

    #: No set was ever found fit: nothing is known of any event.
    NO_POLICIES = "no_policies"
    #: The files hold a set that is not fit; the one before it stays in force.
    POLICIES_REFUSED = "policies_refused"
    #: A policy fails its own tests now.
    RULE_IN_ERROR = "rule_in_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the live policies say together, and what each says, those in shadow too."""

    signal: Signal
    outcomes: tuple[RuleOutcome, ...] = ()


_NOTHING_IN_FORCE: Final = Judged(
    signal=Signal(detector=DETECTOR, result=Result.UNAVAILABLE, why=str(Alarm.NO_POLICIES))
)


def judge(
    standing: Standing,
    *,
    event: Mapping[str, object],
    signals: Sequence[Signal],
    basis: str | None,
) -> Judged:
    """What is said of an event of the contract, as JSON says it, by who may look on that basis.

    Computes only, and never raises for an event.
    """
    if standing.policies is None:
        return _NOTHING_IN_FORCE
    facts = facts_of(event, signals=signals, basis=basis, vocabulary=standing.policies.vocabulary)
    outcomes = evaluate(standing.policies, facts=facts)
    return Judged(signal=signal_of(outcomes), outcomes=outcomes)


def alarms(standing: Standing) -> Iterator[tuple[Alarm, str | None]]:
    """All that is wrong now, with the policy where it is about one; each own test is run anew."""
    if standing.policies is None:
        yield Alarm.NO_POLICIES, None
    elif standing.findings:
        yield Alarm.POLICIES_REFUSED, standing.findings[0].policy
    if standing.policies is not None:
        yield from (
            (Alarm.RULE_IN_ERROR, name)
            for name in dict.fromkeys(policy.id for policy, _, _ in prove(standing.policies))
        )
