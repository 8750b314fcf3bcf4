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
from tutela.networks.stored.views import NetworkLeads, NetworkRun

LEADS_SHOWN: Final = 20
FOLLOW_SECONDS: Final = 1.0
_ENDED: Final = frozenset({NetworkRunState.DONE, NetworkRunState.FAILED})

_Found = TypeVar("_Found")
RunId = Annotated[UUID, typer.Argument(metavar="RUN", help="Which search.")]


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
class At:
    """The room of searches at the terminal, and who entered."""

    room: NetworkRoom
    caller: Caller
    #: A service that was found running does the work; otherwise this command does.
    helps: bool


def join(group: typer.Typer) -> None:
    """Makes the commands some of the group's."""
    group.command("run")(run)
    group.command("runs")(runs)
    group.command("leads")(leads)
    group.command("looks")(looks)


@spread
def run(*, by: ByPerson, search: Search, as_json: AsJson = False, where: Where) -> None:
    """Search the stored edges for a network, from a few accounts; exit 1 where that failed."""
    asked = search.asked

    async def searched(at: At) -> tuple[NetworkRun, NetworkLeads]:
        run_id, _ = await ask(at.room, asking=Asking(caller=at.caller, asked=asked))
        ended = await _follow(at, run_id=run_id)
        page = Page(limit=LEADS_SHOWN)
        return ended, await showing.list_leads(at.room, caller=at.caller, run_id=run_id, page=page)

    ended, found = enter(where, by=by, right=Right.RUN_NETWORKS, act=searched)
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
    found = enter(
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
    found = enter(
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
def looks(
    run_id: RunId,
    *,
    by: ByPerson,
    shown: Shown,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Who looked at leads of a search, the newest first."""
    page = Page(limit=shown.limit, after=shown.after)
    found = enter(
        where,
        by=by,
        right=Right.SEE_NETWORKS,
        act=lambda at: showing.list_looks(at.room, caller=at.caller, run_id=run_id, page=page),
    )
    if as_json:
        print_json(found)
        return
    for each in found.looks:
        whole = f", {each.whole} of them by their whole id" if each.whole else ""
        print(f"{each.at} {each.by} ({each.role}) saw {each.leads} leads{whole}")


def ids_in(file: Path) -> tuple[str, ...]:
    """The ids in a file, one a line, each once; raises NetworkFileUnfit."""
    from tutela.networks.files.seeds import written

    return tuple(dict.fromkeys(written(file)))


async def _follow(at: At, *, run_id: UUID) -> NetworkRun:
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


def enter(
    where: Where, *, by: ByPerson, right: Right, act: Callable[[At], Awaitable[_Found]]
) -> _Found:
    """What came of it, done by a user at the terminal who has the right."""

    async def inside() -> _Found:
        async with house_of(attachment) as house:
            caller = await at_terminal(
                house.pool, tenant=by.tenant, service=by.service, name=by.person
            )
            refuse_unless(caller.role, right=right)
            helps = not attachment.beside_service
            return await act(At(networking.network_room(house), caller, helps))

    with attached(where) as attachment:
        return asyncio.run(inside())


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
    for case_id in dict.fromkeys(each.case_id for each in found.leads if each.case_id):
        print(f"case {case_id}: tutela networks case {case_id}")
    if found.next is not None:
        print(f"more by --after {found.next}")
