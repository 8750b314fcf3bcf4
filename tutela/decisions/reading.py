"""A decision as it is sent, read strictly."""

from dataclasses import dataclass

from tutela.domain import canonical
from tutela.domain.decision import Decision, check
from tutela.intake.reading import fit, read_json, refuse_if_any


@dataclass(frozen=True, slots=True)
class DecisionRead:
    """A decision that holds together, and the RFC 8785 form of the body it was read from."""

    decision: Decision
    body: bytes


def read_decision(raw: bytes) -> DecisionRead:
    """The decision in a body; `NotJson` or `Unfit`, with every place that is wrong."""
    value = read_json(raw)
    decision = fit(value, kind=Decision)
    refuse_if_any(list(check(decision)))
    return DecisionRead(decision, canonical.encode(value))
