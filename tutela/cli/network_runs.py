"""`tutela networks run`: a search in what the platform told, its leads, and its cases."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeVar
from uuid import UUID

import typer

from tutela.access.persons import at_terminal
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.app import networking
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, OfService, Where, spread
from tutela.cli.output import print_json, progress
from tutela.domain.networks import NetworkRunState
from tutela.domain.vocabulary import Category
from tutela.networks.stored import showing
from tutela.networks.stored.asking import USUAL_LEADS, Asking, NetworkRunAsked, ask
from tutela.networks.stored.room import NetworkRoom
from tutela.networks.stored.showing import Page
from tutela.networks.stored.views import NetworkCase, NetworkLeads, NetworkRun

LEADS_SHOWN: Final = 20
FOLLOW_SECONDS: Final = 1.0
_ENDED: Final = frozenset({NetworkRunState.DONE, NetworkRunState.FAILED})

_Found = TypeVar("_Found")
RunId = Annotated[UUID, typer.Argument(metavar="RUN", help="Which search.")]
CaseId = Annotated[UUID, typer.Argument(metavar="CASE", help="Which case.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByPerson(OfService):
    """Who acts at the terminal, and for which service."""

    person: Annotated[
        str, typer.Option("--as", metavar="NAME", help="The user who acts, with their rights.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search begins with, and how much of it is kept."""

    reason: Annotated[str, typer.Option("--reason", help="Why; sealed.")]
    seeds: Annotated[
        Path | None,
        typer.Option(
            help="Accounts to begin with, one id a line. [those a decision is in force about]"
        ),
    ] = None
    category: Annotated[
        Category | None, typer.Option(help="Of which category those decisions must be.")
    ] = None
    skip_unknown_seeds: Annotated[
        bool, typer.Option("--skip-unknown-seeds", help="Leave out seeds that no edge names.")
    ] = False
    leads_max: Annotated[int, typer.Option("--top", min=1, help="Leads to keep.")] = USUAL_LEADS
    random_seed: Annotated[
        int, typer.Option("--seed", min=0, help="The same number, the same leads.")
    ] = 0

    @property
    def asked(self) -> NetworkRunAsked:
        """As it is asked for."""
        return NetworkRunAsked(
            reason=self.reason,
            seeds=() if self.seeds is None else ids_in(self.seeds),
            category=self.category,
            skip_unknown_seeds=self.skip_unknown_seeds,
            leads_max=self.leads_max,
            random_seed=self.random_seed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Which leads are shown."""

    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = LEADS_SHOWN
    after: Annotated[UUID | None, typer.Option(help="After which lead.")] = None


@dataclass(frozen=True, slots=True)
class _At:
    """The room at the terminal, and who entered."""

    room: NetworkRoom
    caller: Caller
    #: A service that was found running does the work; otherwise this command does.
    helps: bool


def join(group: typer.Typer) -> None:
    """Makes the commands some of the group's."""
    group.command("run")(run)
    group.command("runs")(runs)
    group.command("leads")(leads)
    group.command("case")(case)


@spread
def run(*, by: ByPerson, search: Search, as_json: AsJson = False, where: Where) -> None:
    """Search the stored edges for a network, from a few accounts; exit 1 where that failed."""
    asked = search.asked

    async def searched(at: _At) -> tuple[NetworkRun, NetworkLeads]:
        run_id, _ = await ask(at.room, asking=Asking(caller=at.caller, asked=asked))
        ended = await _follow(at, run_id=run_id)
        page = Page(limit=LEADS_SHOWN)
        return ended, await showing.list_leads(at.room, caller=at.caller, run_id=run_id, page=page)

    ended, found = _enter(where, by=by, right=Right.RUN_NETWORKS, act=searched)
    if as_json:
        print_json({"run": ended, "leads": found.leads})
    else:
        _tell_run(ended)
        _tell_leads(found)
    if ended.state == NetworkRunState.FAILED:
        raise typer.Exit(1)


@spread
def runs(
    *,
    by: ByPerson,
    state: Annotated[NetworkRunState | None, typer.Option(help="Where they stand.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = LEADS_SHOWN,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Searches for networks, the newest first."""
    page = Page(limit=limit, state=state)
    found = _enter(
        where,
        by=by,
        right=Right.SEE_NETWORKS,
        act=lambda at: showing.list_runs(at.room, caller=at.caller, page=page),
    )
    if as_json:
        print_json(found)
    else:
        for each in found.runs:
            _tell_run(each)


@spread
def leads(
    run_id: RunId,
    *,
    by: ByPerson,
    shown: Shown,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """The leads of a search, the best first, with why in words."""
    page = Page(limit=shown.limit, after=shown.after)
    found = _enter(
        where,
        by=by,
        right=Right.SEE_NETWORKS,
        act=lambda at: showing.list_leads(at.room, caller=at.caller, run_id=run_id, page=page),
    )
    if as_json:
        print_json(found)
    else:
        _tell_leads(found)


@spread
def case(case_id: CaseId, *, by: ByPerson, as_json: AsJson = False, where: Where) -> None:
    """One group of accounts, its members, and what was done to it."""
    found = _enter(
        where,
        by=by,
        right=Right.SEE_NETWORKS,
        act=lambda at: showing.show_case(at.room, caller=at.caller, case_id=case_id),
    )
    if as_json:
        print_json(found)
    else:
        _tell_case(found)


def ids_in(file: Path) -> tuple[str, ...]:
    """The ids in a file, one a line, each once; raises NetworkFileUnfit."""
    from tutela.networks.files.seeds import written

    return tuple(dict.fromkeys(written(file)))


async def _follow(at: _At, *, run_id: UUID) -> NetworkRun:
    """The search at its end; what no service works off is worked off here."""
    with progress("searching") as tell:
        while True:
            if at.helps:
                from tutela.networks.stored.running import work_off

                await work_off(at.room, run_id=run_id)
            shown = await showing.show_run(at.room, caller=at.caller, run_id=run_id)
            if NetworkRunState(shown.state) in _ENDED:
                tell(1, 1)
                return shown
            await asyncio.sleep(FOLLOW_SECONDS)


def _enter(
    where: Where, *, by: ByPerson, right: Right, act: Callable[[_At], Awaitable[_Found]]
) -> _Found:
    async def enter() -> _Found:
        async with house_of(attachment) as house:
            caller = await at_terminal(
                house.pool, tenant=by.tenant, service=by.service, name=by.person
            )
            refuse_unless(caller.role, right=right)
            helps = not attachment.beside_service
            return await act(_At(networking.network_room(house), caller, helps))

    with attached(where) as attachment:
        return asyncio.run(enter())


def _tell_run(each: NetworkRun) -> None:
    why = "" if each.why is None else f": {each.why}"
    print(f"{each.id} {each.state}{why}, asked by {each.asked_by} at {each.asked_at}")
    if each.found is None:
        return
    if not each.found.connects:
        print("These seeds do not connect: the leads are no better than chance.")
    print(
        f"{each.found.leads} leads, {each.found.cases} cases among {each.found.accounts} accounts"
    )


def _tell_leads(found: NetworkLeads) -> None:
    for lead in found.leads:
        minor = "  possible minor" if lead.possible_minor else ""
        print(f"{lead.rank:>4}. {lead.account_id}  score {lead.score:.4f}{minor}  {lead.id}")
        for sentence in lead.reasons:
            print(f"        {sentence}")
    if found.next is not None:
        print(f"more by --after {found.next}")


def _tell_case(found: NetworkCase) -> None:
    print(f"{found.id} {found.state}: {found.size} accounts")
    for sentence in found.why:
        print(f"  {sentence}")
    for member in found.members or []:
        rank = "seed" if member.rank is None else f"{member.rank}."
        minor = "  possible minor" if member.possible_minor else ""
        print(f"  {rank:>5} {member.account_id}{minor}")
    for act in found.history or []:
        print(f"  {act.at} {act.event} by {act.by or 'a worker'}: {act.reason}")
