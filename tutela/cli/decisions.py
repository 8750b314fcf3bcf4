"""`tutela decisions`: decisions that were taken, and their end."""

import asyncio
import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import typer

from tutela.app import House
from tutela.cli import bulk
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json
from tutela.decisions.later import Scope
from tutela.decisions.preparation import Mint
from tutela.decisions.undoing import Undoing, check_reason, undo_one, would_undo
from tutela.domain.vocabulary import Mark

decisions = typer.Typer(no_args_is_help=True, help="Decisions that were taken, and their end.")


decisions.command("bulk")(bulk.send_file)
decisions.command("bulk-status")(bulk.show_status)
decisions.command("bulk-approve")(bulk.approve)
decisions.command("bulk-run")(bulk.run)
decisions.command("bulk-pause")(bulk.pause)
decisions.command("bulk-undo")(bulk.undo)


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """Why, and whether it is only looked at."""

    reason: Annotated[str, typer.Option(help="Why; the platform is told, and it is kept sealed.")]
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only look.")] = False


@decisions.command("undo")
@spread
def undo_decision(
    decision_id: Annotated[UUID, typer.Argument(metavar="ID", help="Which decision.")],
    *,
    how: How,
    of: OfService,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Undo a decision: it does not hold any more, and the platform lifts its measures."""
    check_reason(how.reason)
    undoing = Undoing(
        scope=Scope(tenant=of.tenant, service=of.service, mark=Mark.REAL),
        decision_ids=(decision_id,),
        reason=how.reason,
        by=getpass.getuser(),
    )
    with attached(where) as attachment:

        async def run() -> Sequence[str]:
            async with house_of(attachment) as house:
                return await (_look if how.dry_run else _undo)(house, undoing=undoing)

        measures = asyncio.run(run())
    if as_json:
        state = "would_be_undone" if how.dry_run else "undone"
        print_json({"id": str(decision_id), "state": state, "measures": measures})
        return
    done = "would be undone; nothing was changed" if how.dry_run else "undone"
    print(f"{decision_id} {done}; measures to lift: {len(measures)}")


async def _look(house: House, *, undoing: Undoing) -> list[str]:
    (decision_id,) = undoing.decision_ids
    found = await would_undo(
        house.pool, scope=undoing.scope, decision_id=decision_id, keys=house.keys
    )
    return [str(each.id) for each in found]


async def _undo(house: House, *, undoing: Undoing) -> list[str]:
    mint = Mint(at=house.clock(), chance=house.chance)
    undone, _ = await undo_one(house.pool, undoing=undoing, key=None, mint=mint, keys=house.keys)
    return undone.measures
