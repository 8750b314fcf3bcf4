"""Which decisions are looked at a second time: chance says it in the decision's own transaction."""

from typing import Final

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.decisions.preparation import Mint, Ruling
from tutela.domain.vocabulary import Mark, Outcome
from tutela.review.queue import holder

#: Of decisions about single cases this share is looked at again, until somebody plans otherwise.
USUAL_SHARE: Final = 0.05
_CHANCE_BYTES: Final = 6

_sql = queries.load("tutela.decisions.quality")


async def draw(connection: Connection, *, ruling: Ruling, mint: Mint) -> None:
    """Perhaps a second look at the decision; none of canaries, drills, or what is handed on."""
    decision, caller, case = ruling.read.decision, ruling.caller, ruling.case
    if case is None or decision.outcome is Outcome.ESCALATE or caller.mark is not Mark.REAL:
        return
    (look_id,) = mint.ids(1)
    await connection.execute(
        _sql.draw,
        {
            **Whose.of(caller).columns,
            "id": look_id,
            "decision_id": ruling.id,
            "case_id": case.id,
            "at": mint.at,
            "first_by": holder(caller),
            "outcome": str(decision.outcome),
            "category": decision.category and str(decision.category),
            "ground": decision.ground and str(decision.ground),
            "usual": USUAL_SHARE,
            "chance": int.from_bytes(mint.chance(_CHANCE_BYTES)) / 2 ** (8 * _CHANCE_BYTES),
        },
    )
