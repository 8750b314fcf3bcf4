"""A decision about many is taken under the guideline of the day, as every other is."""

from datetime import date

from tutela.access.tokens import Caller
from tutela.decisions.bulk.reading import BulkHead
from tutela.decisions.bulk.room import BulkRoom
from tutela.domain.harm import harm_family
from tutela.domain.vocabulary import Mark
from tutela.errors import FieldError
from tutela.intake.reading import Unfit


def is_stale(room: BulkRoom, *, head: BulkHead, day: date) -> bool:
    """Whether another guideline than the one it cites was in force for its harm on a day."""
    family = harm_family(head.category, keyword=head.keyword)
    return room.guidelines.is_stale(head.guideline_version, family=family, day=day)


def refuse_stale(room: BulkRoom, *, caller: Caller, head: BulkHead) -> None:
    """Raises Unfit where the guideline that it cites is not the one of today for its harm.

    Probes and drills cite what they always do. Where the register has none, anything is taken.
    """
    today = room.clock().date()
    if caller.mark is not Mark.REAL or not is_stale(room, head=head, day=today):
        return
    there = room.guidelines.on(today, family=harm_family(head.category, keyword=head.keyword))
    now = "" if there is None else f"; {there.version} is, since {there.valid_from}"
    raise Unfit(
        detail="The guideline changed. Read the one of today, and send what follows from it.",
        errors=[FieldError("/bulk/guideline_version", f"is not in force for this harm{now}")],
    )
