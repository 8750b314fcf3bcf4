"""A second look at a decision: its states, what two verdicts say together, and what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tutela.domain.vocabulary import Outcome


class LookState(StrEnum):
    """Where a second look at a decision stands; none of them changes the decision."""

    #: Waits for another person, who is told nothing of the decision.
    WAITING = "waiting"
    #: The other person found otherwise: a lead says who is right.
    DISPUTED = "disputed"
    #: Both found the same, or a lead has said who is right.
    SETTLED = "settled"


class LookEvent(StrEnum):
    """What happens to a second look."""

    #: The other person found what the decision says.
    AGREED = "agreed"
    #: The other person found otherwise.
    DIFFERED = "differed"
    #: A lead said who is right.
    SETTLED = "settled"


class LookPurpose(StrEnum):
    """Why a decision is looked at a second time."""

    #: Chance drew it.
    SAMPLE = "sample"
    #: Its right answer is known, and it asks how well whoever looks knows the guideline.
    GOLD = "gold"
    #: Whoever decided has said since that they know whom it is about.
    INTEREST = "interest"


class DecisionError(StrEnum):
    """What was wrong with a decision; what was decided and not carried out is counted apart."""

    #: Nothing.
    NONE = "none"
    #: Something was restricted that may stay.
    FALSE_POSITIVE = "false_positive"
    #: Something was left that has to go.
    FALSE_NEGATIVE = "false_negative"
    #: Rightly restricted, on a wrong ground or as another harm.
    WRONG_SELECTION = "wrong_selection"


LOOK_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (LookState.WAITING, LookEvent.AGREED): LookState.SETTLED,
    (LookState.WAITING, LookEvent.DIFFERED): LookState.DISPUTED,
    (LookState.DISPUTED, LookEvent.SETTLED): LookState.SETTLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody found; category and ground count where something is to be restricted."""

    outcome: Outcome
    category: str | None = None
    ground: str | None = None


def same(one: Verdict, *, other: Verdict) -> bool:
    """Whether two verdicts say the same."""
    return error(one, right=other) is DecisionError.NONE


def error(found: Verdict, *, right: Verdict) -> DecisionError:
    """What is wrong with a verdict, held against the right one."""
    if found.outcome is not right.outcome:
        acted = found.outcome is Outcome.ACT
        return DecisionError.FALSE_POSITIVE if acted else DecisionError.FALSE_NEGATIVE
    if found.outcome is Outcome.ACT and (found.category, found.ground) != (
        right.category,
        right.ground,
    ):
        return DecisionError.WRONG_SELECTION
    return DecisionError.NONE
