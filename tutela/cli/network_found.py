"""`tutela networks case`: what searches found to belong together, judged by people."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from tutela import app
from tutela.access.roles import Right
from tutela.access.tokens import TokenDesk
from tutela.app import networking
from tutela.app.joint_action import (
    HandingOver,
    NetworkCaseHandedOver,
    NetworkHandedOver,
    NetworkMemberHandedOver,
    hand_over,
)
from tutela.cli.attachment import attached, house_of
from tutela.cli.bulk import Speaking
from tutela.cli.network_runs import LEADS_SHOWN, ByPerson, enter, ids_in
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.decisions.bulk.reading import read_first_line
from tutela.domain.networks import NetworkCaseState
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.batch import Line
from tutela.intake.reading import Unfit
from tutela.intake.refusals import Refusal
from tutela.networks.stored import showing
from tutela.networks.stored.judging import NetworkCaseDismissed, dismiss
from tutela.networks.stored.showing import Page
from tutela.networks.stored.views import NetworkCase

DOOR: Final = "file"

CaseId = Annotated[UUID, typer.Argument(metavar="CASE", help="Which case.")]
Why = Annotated[str, typer.Option("--reason", help="Why; sealed.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is drafted, and about whom."""

    reason: Why
    bulk: Annotated[
        Path, typer.Option(help="What all share: the first line of a decision about many.")
    ]
    members: Annotated[Path, typer.Option(help="The leads that were chosen, one id a line.")]
    facts: Annotated[
        str, typer.Option(help="What each of them did; told to them, so never who else is meant.")
    ]

    @property
    def said(self) -> NetworkCaseHandedOver:
        """As it is handed over; raises NotJson, Unfit and NetworkFileUnfit."""
        head = read_first_line(self.bulk.read_bytes())
        if head is None:
            raise Unfit(f"{self.bulk}", errors=[FieldError("/bulk", "missing")])
        return NetworkCaseHandedOver(
            reason=self.reason,
            bulk=head.head,
            facts=self.facts,
            members=tuple(NetworkMemberHandedOver(id=each) for each in ids_in(self.members)),
        )


def join(group: typer.Typer) -> None:
    """Makes the commands some of the group's."""
    group.command("found")(found)
    group.command("case")(case)
    group.command("dismiss-case")(dismiss_case)
    group.command("hand-over")(hand_case_over)


@spread
def found(
    *,
    by: ByPerson,
    state: Annotated[NetworkCaseState | None, typer.Option(help="Where they stand.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = LEADS_SHOWN,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Groups of accounts that searches found, the newest search first."""
    page = Page(limit=limit, state=state)
    shown = enter(
        where,
        by=by,
        right=Right.SEE_NETWORKS,
        act=lambda at: showing.list_cases(at.room, caller=at.caller, page=page),
    )
    if as_json:
        print_json(shown)
        return
    for each in shown.cases:
        print(f"{each.id} {each.state}: {each.size} accounts, found {each.created_at}")


@spread
def case(case_id: CaseId, *, by: ByPerson, as_json: AsJson = False, where: Where) -> None:
    """One group of accounts, its members, and what was done to it."""
    shown = enter(
        where,
        by=by,
        right=Right.SEE_NETWORKS,
        act=lambda at: showing.show_case(at.room, caller=at.caller, case_id=case_id),
    )
    if as_json:
        print_json(shown)
    else:
        _tell(shown)


@spread
def dismiss_case(
    case_id: CaseId, *, by: ByPerson, reason: Why, as_json: AsJson = False, where: Where
) -> None:
    """Find nothing in a group of accounts; it is in the ledger."""
    said = NetworkCaseDismissed(reason=reason)
    left = enter(
        where,
        by=by,
        right=Right.RUN_NETWORKS,
        act=lambda at: dismiss(at.room, caller=at.caller, case_id=case_id, said=said),
    )
    if as_json:
        print_json(left)
    else:
        print(f"{left.id} is {left.state}")


@spread
def hand_case_over(
    case_id: CaseId,
    *,
    draft: Draft,
    speaking: Speaking,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Draft a decision about chosen members; `tutela decisions bulk-status` shows the preview."""
    said = draft.said

    async def handed() -> NetworkHandedOver:
        async with house_of(attachment) as house:
            caller = await TokenDesk(house.pool, monotonic=time.monotonic).caller(
                f"Bearer {speaking.token}"
            )
            refusals = app.refusals(house)

            async def record_line(line: Line, *, error: TutelaError) -> None:
                await refusals.record(Refusal(DOOR, caller, error, b"", line.number))

            return await hand_over(
                networking.network_room(house),
                bulk=app.bulk_room(house),
                handing=HandingOver(caller=caller, case_id=case_id, said=said),
                record_line=record_line,
            )

    with attached(where) as attachment:
        told = asyncio.run(handed())
    if as_json:
        print_json(told)
    else:
        print(f"{told.members} accounts are drafted in {told.bulk_id}; nothing is decided yet")


def _tell(shown: NetworkCase) -> None:
    print(f"{shown.id} {shown.state}: {shown.size} accounts")
    for sentence in (*shown.why, *shown.figures.cautions):
        print(f"  {sentence}")
    for member in shown.members or []:
        rank = "seed" if member.rank is None else f"{member.rank}."
        sure = "" if member.sure is None else f"  sure {member.sure:.0%}"
        part = "" if member.looks_like is None else f"  {member.looks_like}"
        minor = "  possible minor" if member.possible_minor else ""
        print(f"  {rank:>5} {member.account_id}{sure}{part}{minor}  {member.id}")
    for lead in shown.returned or []:
        print(f"  back? {lead.account_id}  {lead.reasons[-1]}  {lead.id}")
    for act in shown.history or []:
        print(f"  {act.at} {act.event} by {act.by or 'a worker'}: {act.reason}")
