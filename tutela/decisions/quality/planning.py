"""How much is looked at again: a lead plans it, and the newest plan counts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

import msgspec

from tutela.access.persons import person_of
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.quality.drawing import USUAL_SHARE
from tutela.decisions.quality.room import QualityRoom, write
from tutela.errors import FieldError
from tutela.intake.reading import Unfit

#: Of second looks this share asks what is known already, until somebody plans otherwise.
USUAL_GOLD_SHARE: Final = 0.1
GOLD_SHARE_MOST: Final = 0.5

_sql = queries.load("tutela.decisions.quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPlan:
    """The share of decisions that is drawn, and of looks whose answer is known."""

    share: float
    gold_share: float
    set_by: str | None = None
    at: datetime | None = None


class PlanSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body and the answer of `POST /v1/quality/plan`: what is drawn from now on."""

    #: Of decisions about single cases, from 0 to 1.
    share: Annotated[float, msgspec.Meta(ge=0, le=1)]
    #: Of second looks, those whose answer is known.
    gold_share: Annotated[float, msgspec.Meta(ge=0, le=GOLD_SHARE_MOST)]

    @property
    def plan(self) -> QualityPlan:
        """As the room takes it."""
        return QualityPlan(share=self.share, gold_share=self.gold_share)


async def planned(connection: Connection, *, caller: Caller) -> QualityPlan:
    """The plan of the caller's service."""
    cursor = await connection.execute(_sql.plan, Whose.of(caller).columns)
    row = await cursor.fetchone()
    if row is None:
        return QualityPlan(share=USUAL_SHARE, gold_share=USUAL_GOLD_SHARE)
    share, gold_share, set_by, at = row
    return QualityPlan(share=share, gold_share=gold_share, set_by=set_by, at=at)


async def plan_otherwise(room: QualityRoom, *, caller: Caller, plan: QualityPlan) -> None:
    """From now on decisions are drawn by this plan. Raises Unfit, NeedsPerson."""
    person = person_of(caller)
    errors = []
    if not 0 <= plan.share <= 1:
        errors.append(FieldError("/share", "is from 0 to 1"))
    if not 0 <= plan.gold_share <= GOLD_SHARE_MOST:
        errors.append(FieldError("/gold_share", f"is from 0 to {GOLD_SHARE_MOST}"))
    if errors:
        raise Unfit(detail="The plan can't be taken.", errors=errors)
    shares = {
        "share_percent": str(round(100 * plan.share, 3)),
        "gold_share_percent": str(round(100 * plan.gold_share, 3)),
    }
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        said = {"public": shares, "sealed": {}}
        fact = await write(connection, room=room, caller=caller, event="planned", said=said)
        row = {"share": plan.share, "gold_share": plan.gold_share, "person": person}
        await connection.execute(_sql.add_plan, {**Whose.of(caller).columns, **fact.columns, **row})
