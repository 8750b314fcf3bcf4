"""Policies that were checked, and what they say of an event: a pure function of both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from tutela.detection.rules.cel import (
    Batch,
    Failure,
    Language,
    Program,
    Value,
    value_of,
    values_of,
)
from tutela.detection.rules.facts import Facts, Why
from tutela.detection.rules.policy import Action, Mode, Policy
from tutela.detection.rules.variables import Vocabulary
from tutela.domain.signals import Match, Result, Signal

#: The name of this detector, and of what its matches are entries of.
DETECTOR: Final = "rules"


class RuleOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one policy says of one event."""

    policy: str
    version: int
    mode: Mode
    result: Result
    #: Why nothing is known.
    why: Why | None = None
    #: The variable of which nothing is known, where it is that.
    about: str | None = None
    #: What follows: of a match, and never of one in shadow.
    action: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A policy, and its program for one event; with all that it can come to, made once."""

    policy: Policy
    program: Program
    match: RuleOutcome
    no_match: RuleOutcome

    def outcome(self, value: Value) -> RuleOutcome:
        """What the value means; nothing but `true` is a match."""
        if value is True:
            return self.match
        if value is False:
            return self.no_match
        return _outcome(self.policy, result=Result.UNAVAILABLE, failure=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnEvent:
    """All policies on one type of events, in the order of their files."""

    language: Language
    checked: tuple[Checked, ...]
    batches: tuple[Batch, ...]
    #: The same by id and mode.
    by_id: Mapping[tuple[str, Mode], Checked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """A set of policies that types, and whose own tests hold."""

    policies: tuple[Policy, ...]
    vocabulary: Vocabulary
    by_event: Mapping[str, OnEvent]
    #: SHA-256 of all that they say, in hex.
    digest: str


def evaluate(policies: Policies, *, facts: Facts) -> tuple[RuleOutcome, ...]:
    """What each policy on such an event says, in the order of their files; none is left out.

    Never raises for an event: a policy that could not be evaluated is `unavailable`, alone. One
    that does not name the basis on which the facts are looked at is not evaluated.
    """
    on_event = policies.by_event.get(facts.event)
    if on_event is None:
        return ()
    if not all(_may_look(each.policy, facts=facts) for each in on_event.checked):
        return tuple(_one_by_one(on_event, facts=facts))
    activation = on_event.language.activation(facts)
    found = {
        place: value
        for batch in on_event.batches
        for place, value in zip(
            batch.places,
            values_of(batch, activation=activation, unknown=facts.unknown),
            strict=True,
        )
    }
    return tuple(each.outcome(found[place]) for place, each in enumerate(on_event.checked))


def outcome_of(one: Checked, *, facts: Facts, language: Language) -> RuleOutcome:
    """What one policy alone says, of an event that it is on."""
    if not _may_look(one.policy, facts=facts):
        return _outcome(one.policy, result=Result.UNAVAILABLE, failure=Failure(Why.NO_LEGAL_BASIS))
    activation = language.activation(facts)
    return one.outcome(value_of(one.program, activation=activation, unknown=facts.unknown))


def signal_of(outcomes: Sequence[RuleOutcome]) -> Signal:
    """What the live policies say together: a match beats what is unknown, which beats no match.

    The tags of a match are the labels that it gives, as `User/suspected_bot/ADDED`.

    Without a policy on such an event there is nothing to look at: no match.
    """
    live = [each for each in outcomes if each.mode is Mode.LIVE]
    matches = tuple(
        Match(list=DETECTOR, entry=each.policy, version=each.version, tags=_labels(each))
        for each in live
        if each.result is Result.MATCH
    )
    if matches:
        return Signal(detector=DETECTOR, result=Result.MATCH, matches=matches)
    unknown = [each for each in live if each.result is Result.UNAVAILABLE]
    if unknown:
        return Signal(detector=DETECTOR, result=Result.UNAVAILABLE, why=unknown[0].why)
    return Signal(detector=DETECTOR, result=Result.NO_MATCH)


def _labels(outcome: RuleOutcome) -> tuple[str, ...]:
    return tuple(str(each) for each in outcome.action.labels) if outcome.action else ()


def prepared(policy: Policy, *, program: Program) -> Checked:
    """The policy with its program."""
    return Checked(
        policy=policy,
        program=program,
        match=_outcome(policy, result=Result.MATCH),
        no_match=_outcome(policy, result=Result.NO_MATCH),
    )


def _one_by_one(on_event: OnEvent, *, facts: Facts) -> Iterator[RuleOutcome]:
    for each in on_event.checked:
        yield outcome_of(each, facts=facts, language=on_event.language)


def _may_look(policy: Policy, *, facts: Facts) -> bool:
    return facts.basis is None or facts.basis in policy.legal_basis


def _outcome(policy: Policy, *, result: Result, failure: Failure | None = None) -> RuleOutcome:
    follows = result is Result.MATCH and policy.mode is Mode.LIVE
    return RuleOutcome(
        policy=policy.id,
        version=policy.version,
        mode=policy.mode,
        result=result,
        why=None if failure is None else failure.why,
        about=None if failure is None else failure.about,
        action=policy.action if follows else None,
    )
