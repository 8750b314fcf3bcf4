"""What the policies in force say of an event beside its other signals, and whether they work."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tutela.detection.rules.book import Standing
from tutela.detection.rules.checking import prove
from tutela.detection.rules.facts import facts_of
from tutela.detection.rules.policies import DETECTOR, RuleOutcome, evaluate, signal_of
from tutela.detection.rules.ruling import NOTHING_KEPT, Ruling, without
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


#: No policy of files was ever fit: what those that people keep don't find is not clean.
_UNKNOWN: Final = Signal(detector=DETECTOR, result=Result.UNAVAILABLE, why=str(Alarm.NO_POLICIES))
#: Nothing is asked, so nothing is said: neither that it matches nor what is clean.
_SILENT: Final = Judged(signal=Signal(detector=DETECTOR, result=Result.NO_MATCH))


def judge(
    standing: Standing | None,
    *,
    event: Mapping[str, object],
    signals: Sequence[Signal],
    basis: str | None,
    ruling: Ruling = NOTHING_KEPT,
) -> Judged:
    """What is said of an event of the contract, as JSON says it, by who may look on that basis.

    `standing` is of the files, None where there are none; `ruling` is what people keep beside them.
    Computes only, and never raises for an event.
    """
    if ruling.all_off:
        return _SILENT
    outcomes = [each for each in ruling.broken if each.policy not in ruling.off]
    for policies in (None if standing is None else standing.policies, ruling.policies):
        if policies is not None:
            on = without(policies, ids=ruling.off)
            facts = facts_of(event, signals=signals, basis=basis, vocabulary=on.vocabulary)
            outcomes += evaluate(on, facts=facts)
    said = signal_of(outcomes)
    if standing is not None and standing.policies is None and said.result is not Result.MATCH:
        said = _UNKNOWN
    return Judged(signal=said, outcomes=tuple(outcomes))


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
