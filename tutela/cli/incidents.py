"""`tutela incidents`: name a fault, get the exact items it touched."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tutela import app
from tutela.access import services
from tutela.access.founding import MAIN
from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.decisions.replays import opening, replaying, showing, telling
from tutela.decisions.replays.answers import Incident, IncidentPage, Touched
from tutela.decisions.replays.opening import Opened, Opening
from tutela.decisions.replays.reading import FaultUnfit, fault_of, predicate_value, read_fault
from tutela.decisions.replays.showing import IncidentsWanted, Seen
from tutela.domain.fault import FaultNamed, Reopening, Window

INCIDENTS_SHOWN_MAX = 1_000
COUNTS_SHOWN = 20

_Found = TypeVar("_Found")
IncidentId = Annotated[UUID, typer.Argument(metavar="ID", help="Which incident.")]
Tenant = Annotated[str, typer.Option(help="The operator.")]

incidents = typer.Typer(
    no_args_is_help=True, help="Faults that were: which items each touched, and making it good."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A fault in a file, or by flags."""

    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The fault as JSON, in place of flags.")
    ] = None
    tenant: Tenant = MAIN
    period_from: Annotated[
        str | None, typer.Option("--from", help="When the fault began, RFC 3339 with a zone.")
    ] = None
    period_to: Annotated[
        str | None, typer.Option("--to", help="When it had ended; that instant is not in it.")
    ] = None
    what: Annotated[str | None, typer.Option(help="What went wrong, in your words.")] = None
    where_field: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            metavar="FIELD=VALUE",
            help="What it could touch, such as language=de; again for more.",
        ),
    ] = None
    window: Annotated[
        Window | None, typer.Option(help="Which time of an item must lie in the window.")
    ] = None
    reopen: Annotated[
        Reopening | None, typer.Option(help="Which answered items are looked at again.")
    ] = None
    service: Annotated[str | None, typer.Option(help="The service that it befell.")] = None

    def value(self) -> dict[str, object]:
        """The JSON value of the fault, without what was not given."""
        given = {
            "from": self.period_from,
            "to": self.period_to,
            "what": self.what,
            "window": self.window,
            "reopen": self.reopen,
            "service": self.service or MAIN,
            "predicate": predicate_value(self.where_field or []),
        }
        return {name: value for name, value in given.items() if value is not None}


@incidents.command("open")
@spread
def open_incident(
    *,
    naming: Naming,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; keep nothing.")] = False,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Freeze the exact items that a fault touched; the same fault again is the same incident."""
    fault, tenant = _fault(naming), naming.tenant
    wanted = Opening(tenant=tenant, fault=fault, opened_by=getpass.getuser())

    async def look(house: House) -> Touched:
        await services.find(house.pool, tenant=tenant, service=fault.service)
        now = house.clock()
        return await opening.preview(house.pool, opening=wanted, now=now, chance=house.chance)

    async def act(house: House) -> tuple[Opened, Incident]:
        await services.find(house.pool, tenant=tenant, service=fault.service)
        opened = await opening.open_incident(
            house.pool, opening=wanted, keys=house.keys, now=house.clock(), chance=house.chance
        )
        return opened, await _shown(house, tenant=tenant, incident_id=opened.id)

    if dry_run:
        touched = _run(look, where=where)
        if as_json:
            print_json(touched)
        else:
            _tell_touched(touched)
            print("Nothing was kept. Without --dry-run this set is frozen as an incident.")
        return
    opened, incident = _run(act, where=where)
    if as_json:
        print_json(incident)
    else:
        _tell(incident)
        if not opened.fresh:
            print("The same fault was named before; nothing new was opened.")


@incidents.command("list")
@spread
def list_incidents(
    *,
    tenant: Tenant = MAIN,
    service: Annotated[str | None, typer.Option(help="Only those of a service.")] = None,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """List the faults that were named, oldest first."""

    async def look(house: House) -> IncidentPage:
        return await showing.list_incidents(
            house.pool,
            seen=Seen(tenant=tenant, service=service),
            wanted=IncidentsWanted(limit=INCIDENTS_SHOWN_MAX),
            keys=house.keys,
        )

    page = _run(look, where=where)
    if as_json:
        print_json(page)
        return
    if not page.incidents:
        print("No fault was named.")
    for incident in page.incidents:
        print(f"{incident.id}  {incident.state}  {incident.touched.items} items  {incident.what}")


@incidents.command("show")
@spread
def show_incident(
    incident_id: IncidentId, *, tenant: Tenant = MAIN, as_json: AsJson = False, where: Where
) -> None:
    """Show a fault, what it touched, and how far it was made good."""
    incident = _run(
        lambda house: _shown(house, tenant=tenant, incident_id=incident_id), where=where
    )
    if as_json:
        print_json(incident)
    else:
        _tell(incident)


@incidents.command("items")
@spread
def list_items(
    incident_id: IncidentId, *, tenant: Tenant = MAIN, as_json: AsJson = False, where: Where
) -> None:
    """Print the ids of all items that a fault touched, one a line; their SHA-256 is ledgered."""

    async def look(house: House) -> None:
        incident = await _shown(house, tenant=tenant, incident_id=incident_id)
        found = showing.items_of(house.pool, incident=incident, tenant=tenant)
        if as_json:
            print_json([each async for each in found])
            return
        async for each in found:
            print(each)

    _run(look, where=where)


@incidents.command("decisions")
@spread
def list_decisions(
    incident_id: IncidentId, *, tenant: Tenant = MAIN, as_json: AsJson = False, where: Where
) -> None:
    """Print the ids of decisions that the replay asks about again, one a line: to undo them."""

    async def look(house: House) -> list[str]:
        incident = await _shown(house, tenant=tenant, incident_id=incident_id)
        return await showing.decisions_of(house.pool, incident=incident, tenant=tenant)

    found = _run(look, where=where)
    if as_json:
        print_json(found)
        return
    for each in found:
        print(each)


@incidents.command("replay")
@spread
def replay_incident(
    incident_id: IncidentId, *, tenant: Tenant = MAIN, as_json: AsJson = False, where: Where
) -> None:
    """Bring every item of an incident before a reviewer; goes on where it was stopped."""

    async def act(house: House) -> Incident:
        with progress("items") as moved:
            return await replaying.replay(
                app.replay_room(house), tenant=tenant, incident_id=incident_id, progress=moved
            )

    incident = _run(act, where=where)
    if as_json:
        print_json(incident)
    else:
        _tell_replayed(incident)


@incidents.command("tell")
@spread
def tell_concerned(
    incident_id: IncidentId, *, tenant: Tenant = MAIN, as_json: AsJson = False, where: Where
) -> None:
    """Write a message to every person concerned, one each, and count them; after the replay."""

    async def act(house: House) -> Incident:
        with progress("messages") as moved:
            return await telling.tell(
                app.replay_room(house), tenant=tenant, incident_id=incident_id, progress=moved
            )

    incident = _run(act, where=where)
    if as_json:
        print_json(incident)
    else:
        _tell_told(incident)


def _fault(naming: Naming) -> FaultNamed:
    file = naming.file
    if file is None:
        return fault_of(naming.value(), now=app.now())
    if naming != Naming(file=file, tenant=naming.tenant):
        raise typer.BadParameter("Name the fault by a file or by flags, not by both.")
    try:
        return read_fault(file.read_bytes(), now=app.now())
    except OSError as cause:
        raise FaultUnfit(f"{file} can't be read: {cause.strerror}.") from cause
    except FaultUnfit as cause:
        raise FaultUnfit(f"{file}: {cause.detail}", errors=cause.errors) from cause


def _run(what: Callable[[House], Awaitable[_Found]], *, where: Where) -> _Found:
    with attached(where) as attachment:

        async def run() -> _Found:
            async with house_of(attachment) as house:
                return await what(house)

        return asyncio.run(run())


async def _shown(house: House, *, tenant: str, incident_id: UUID) -> Incident:
    seen = Seen(tenant=tenant)
    return await showing.show_incident(
        house.pool, seen=seen, incident_id=incident_id, keys=house.keys
    )


def _tell(incident: Incident) -> None:
    print(f"{incident.id}  {incident.state}")
    print(f"{incident.what}")
    print(f"{incident.window} from {incident.period_from} until before {incident.period_to}")
    _tell_touched(incident.touched)
    if incident.replayed is not None:
        _tell_replayed(incident)
    if incident.told is not None:
        _tell_told(incident)


def _tell_told(incident: Incident) -> None:
    told = incident.told
    if told is None:
        print("Another process has not ended telling yet.")
        return
    print(
        f"{told.messages} messages: {told.notifiers} notifiers, {told.recipients} recipients of "
        f"statements, {told.unnamed_notices} notices of which nobody said who gave them"
    )
    if told.erased_notices:
        print(f"{told.erased_notices} notices were erased: nobody can be told of them")


def _tell_replayed(incident: Incident) -> None:
    made = incident.replayed
    if made is None:
        print("Another replay has not ended yet.")
        return
    print(
        f"{made.requeued} open items wait in their right place, {made.moved} of them in another "
        f"than before; {made.reopened} answered ones are asked about again"
    )
    if made.stands:
        print(f"{made.stands} answers stand as they are")
    if made.erased:
        print(f"{made.erased} answered items are of erased notices and can't be asked about again")


def _tell_touched(touched: Touched) -> None:
    print(
        f"{touched.items} items of {touched.notices} notices: "
        f"{touched.open} open, {touched.answered} answered"
    )
    for title, counts in (
        ("channel", touched.channels),
        ("category", touched.categories),
        ("language", touched.languages),
    ):
        for name, count in list(counts.items())[:COUNTS_SHOWN]:
            print(f"  {title} {name or '(not said)'}: {count}")
    for each in touched.first:
        print(f"  item {each}")
