"""Whether what is listed holds: by surface, by process and program; and who tries the list out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tutela.access.roles import Right
from tutela.database.pool import tenant_transaction
from tutela.guard.governance.letting_in import LetInAsked, let_in
from tutela.guard.propagation.standing import surfaces_in
from tutela.guard.publishing.alarms import KEEP_DAYS, probing_in
from tutela.guard.publishing.listing import Place
from tutela.guard.publishing.standings import standings_in
from tutela.intake.reading import fit
from tutela.web.answer import Answer
from tutela.web.console.guard_pages import GuardScreensRoom, guard_page, place
from tutela.web.console.pages import moved
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit

_PROBING_SHOWN: Final = 200


def surface_screens(room: GuardScreensRoom) -> Sequence[Screen]:
    """How far the list has come, who tries it out, and letting somebody in again."""
    desk, below = _Desk(room), "/console/{service}/guard"
    return (
        Screen("GET", f"{below}/surfaces", Right.SEE_GUARD, desk.show_surfaces),
        Screen("GET", f"{below}/probing", Right.SEE_GUARD, desk.show_probing),
        Screen("POST", f"{below}/probing/let-in", Right.APPROVE_GUARD, desk.let_in),
    )


class _Desk:
    def __init__(self, room: GuardScreensRoom) -> None:
        self._room = room.governing

    async def show_surfaces(self, visit: Visit) -> Answer:
        """Every surface of the platform as it was found last, and who answers by which version."""
        caller, now = visit.caller, self._room.clock()
        service = f"{caller.tenant}/{caller.service}"
        async with tenant_transaction(self._room.pool, tenant=caller.tenant) as connection:
            surfaces = await surfaces_in(connection, now=now, service=service)
            guards = await standings_in(connection, now=now, service=service)
        return guard_page(
            visit,
            template="guard_surfaces.html",
            surfaces=sorted(surfaces, key=lambda each: (each.ok, each.name)),
            guard=guards[0] if guards else None,
        )

    async def show_probing(self, visit: Visit) -> Answer:
        """Who tried out what is listed, the latest first; digests, never who it is."""
        caller, now = visit.caller, self._room.clock()
        async with tenant_transaction(self._room.pool, tenant=caller.tenant) as connection:
            found = await probing_in(
                connection,
                place=Place(caller.tenant, caller.service),
                since=now - timedelta(days=KEEP_DAYS),
                limit=_PROBING_SHOWN,
            )
        let = visit.query.get("let-in")
        return guard_page(
            visit,
            template="guard_probing.html",
            found=found,
            now=now,
            days=KEEP_DAYS,
            let_in={"yes": True, "no": False}.get(let or ""),
        )

    async def let_in(self, visit: Visit) -> Answer:
        """A viewer gets answers again, in every process within seconds."""
        form = visit.form
        named = {name: form.text(name) for name in ("account_id", "viewer") if form.text(name)}
        said = fit({**named, "reason": form.text("reason")}, kind=LetInAsked)
        found = await let_in(self._room, caller=visit.caller, asked=said)
        told = "yes" if found.was_shut_out else "no"
        return moved(f"{place(visit, 'probing')}?let-in={told}")
