"""What somebody finds at a second look, as it is said on a screen or by a program."""

from typing import Annotated

import msgspec

from tutela.decisions.quality.looking import Answered
from tutela.decisions.quality.room import REASON_MAX
from tutela.domain.quality import Verdict
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Category, Ground, Outcome
from tutela.errors import FieldError
from tutela.intake.reading import Unfit

#: What a second look can find; nothing is handed on.
OUTCOMES = (Outcome.ACT, Outcome.DISMISS)


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of an answer and of a settlement: what is to happen, and why."""

    outcome: Outcome
    #: Both count where something is to be restricted.
    category: Category | None = None
    ground: Ground | None = None
    #: Sealed; a lead who settles it reads it.
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]

    @property
    def answered(self) -> Answered:
        """As the room takes it. Raises Unfit."""
        return answered(
            str(self.outcome), category=self.category or "", ground=self.ground or "", why=self.why
        )


def answered(outcome: str, *, category: str, ground: str, why: str) -> Answered:
    """What was found, as it was filled in. Raises Unfit with every field that lacks something."""
    errors = []
    if outcome not in OUTCOMES:
        errors.append(FieldError("/outcome", "say whether something is to be restricted"))
    if outcome == Outcome.ACT and category not in list(Category):
        errors.append(FieldError("/category", "say for which harm"))
    if outcome == Outcome.ACT and ground not in list(Ground):
        errors.append(FieldError("/ground", "say on which ground"))
    if is_blank(why) or len(why) > REASON_MAX:
        errors.append(FieldError("/why", f"say why, in at most {REASON_MAX:,} signs"))
    if errors:
        raise Unfit(detail="Something is missing.", errors=errors)
    acted = outcome == Outcome.ACT
    verdict = Verdict(
        outcome=Outcome(outcome),
        category=category if acted else None,
        ground=ground if acted else None,
    )
    return Answered(verdict=verdict, why=why)
