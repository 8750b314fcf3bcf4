"""Searches for networks: asked for, followed, and read; every id masked until it is opened."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from tutela.access.roles import Right
from tutela.domain.networks import NetworkCaseState, NetworkRunState
from tutela.domain.vocabulary import Category
from tutela.intake.door import usable_key
from tutela.intake.reading import fit
from tutela.networks.figures import odds, percent
from tutela.networks.page import scorers
from tutela.networks.stored import showing
from tutela.networks.stored.asking import LEADS_MAX, USUAL_LEADS, Asking, NetworkRunAsked, ask
from tutela.networks.stored.names import Telling
from tutela.networks.stored.opening import NetworkLeadOpened, Opening, open_lead, unknown_lead
from tutela.networks.stored.room import NetworkRoom, unknown_run
from tutela.networks.stored.showing import Page
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.typed import id_in_path, lines, new_key, page_after, whole_number
from tutela.web.console.visit import Visit

#: So many of each list are shown at once.
ROWS: Final = 25
LEAD_ROWS: Final = 50
LOOK_ROWS: Final = 20
_UNDER_WAY: Final = frozenset({NetworkRunState.ASKED, NetworkRunState.RUNNING})
_RUNS: Final = "/console/{service}/networks/runs"


def network_screens(room: NetworkRoom) -> Sequence[Screen]:
    """The searches of a service, one of them, and what a person does there."""
    desk = _Desk(room)
    one = f"{_RUNS}/{{run_id}}"
    see, run = Right.SEE_NETWORKS, Right.RUN_NETWORKS
    return (
        Screen("GET", "/console/{service}/networks", see, desk.overview),
        Screen("GET", "/console/{service}/networks/new", run, desk.form),
        Screen("POST", _RUNS, run, desk.ask),
        Screen("GET", one, see, desk.run),
        Screen("GET", f"{one}/progress", see, desk.progress),
        Screen("POST", "/console/{service}/networks/leads/{lead_id}/open", see, desk.open),
    )


class _Desk:
    def __init__(self, room: NetworkRoom) -> None:
        self._room = room

    async def overview(self, visit: Visit) -> Answer:
        """Groups that wait for a person first, then the searches."""
        caller, after = visit.caller, page_after(visit)
        runs = await showing.list_runs(
            self._room, caller=caller, page=Page(limit=ROWS, after=after)
        )
        waiting = Page(limit=ROWS, state=str(NetworkCaseState.OPEN))
        cases = await showing.list_cases(self._room, caller=caller, page=waiting)
        return page(visit, template="networks.html", runs=runs, cases=cases, after=after)

    async def form(self, visit: Visit) -> Answer:
        return page(
            visit,
            template="network_new.html",
            key=new_key(self._room.chance),
            categories=list(Category),
            leads_usual=USUAL_LEADS,
            leads_most=LEADS_MAX,
        )

    async def ask(self, visit: Visit) -> Answer:
        """The search waits for a worker; the same form sent twice asks once."""
        said = fit(_asked(visit), kind=NetworkRunAsked)
        asking = Asking(
            caller=visit.caller, asked=said, key=usable_key(visit.form.text("key") or None)
        )
        run_id, _ = await ask(self._room, asking=asking)
        return moved(f"{_RUNS.format(service=visit.service)}/{run_id}")

    async def run(self, visit: Visit) -> Answer:
        """How far it is; once it is done its groups, its leads and who looked at them."""
        run_id = _run_id(visit)
        shown = await self._shown(visit, run_id=run_id)
        wanted = Page(limit=LEAD_ROWS, after=page_after(visit), telling=Telling.MASKED)
        return page(
            visit,
            template="network_run.html",
            leads=await showing.list_leads(
                self._room, caller=visit.caller, run_id=run_id, page=wanted
            ),
            cases=await showing.list_cases(
                self._room, caller=visit.caller, page=Page(limit=ROWS, run_id=run_id)
            ),
            looks=await showing.list_looks(
                self._room, caller=visit.caller, run_id=run_id, page=Page(limit=LOOK_ROWS)
            ),
            **shown,
        )

    async def progress(self, visit: Visit) -> Answer:
        """The part of the page that changes while a worker searches."""
        shown = await self._shown(visit, run_id=_run_id(visit))
        return page(visit, template="network_progress.html", **shown)

    async def open(self, visit: Visit) -> Answer:
        """One whole id, in its place on the page or on a page of its own."""
        lead_id = id_in_path(visit, name="lead_id")
        if lead_id is None:
            raise unknown_lead()
        said = fit({"reason": visit.form.text("reason")}, kind=NetworkLeadOpened)
        opening = Opening(caller=visit.caller, lead_id=lead_id, said=said)
        lead = await open_lead(self._room, opening=opening)
        template = "network_id.html" if visit.is_partial else "network_lead.html"
        return page(visit, template=template, lead=lead)

    async def _shown(self, visit: Visit, *, run_id: UUID) -> dict[str, Any]:
        run = await showing.show_run(self._room, caller=visit.caller, run_id=run_id)
        return {
            "run": run,
            "is_under_way": run.state in _UNDER_WAY,
            "scored_by": [] if run.found is None else scorers.said(run.found.scorers),
            "percent": percent,
            "odds": odds,
        }


def _asked(visit: Visit) -> dict[str, object]:
    form = visit.form
    return {
        "reason": form.text("reason"),
        "seeds": lines(form.text("seeds")),
        "category": form.text("category") or None,
        "skip_unknown_seeds": bool(form.text("skip_unknown_seeds")),
        "leads_max": whole_number(form.text("leads_max"), otherwise=USUAL_LEADS),
    }


def _run_id(visit: Visit) -> UUID:
    run_id = id_in_path(visit, name="run_id")
    if run_id is None:
        raise unknown_run()
    return run_id
