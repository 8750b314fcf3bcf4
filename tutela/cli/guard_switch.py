"""`tutela guard switch`, `objections` and `let-in`: the emergency, and over-blocking."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import typer

from tutela.access.roles import Right, refuse_unless
from tutela.cli.guard_entries import At, DryRun, Why, enter
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json
from tutela.cli.terminal import Terminal
from tutela.domain.guard import ObjectionState
from tutela.guard.asking import Surface
from tutela.guard.governance import letting_in, objecting, switching
from tutela.guard.governance.judging import Order
from tutela.guard.governance.letting_in import LetIn, LetInAsked
from tutela.guard.governance.objecting import (
    Finding,
    ObjectionDecided,
    ObjectionsWanted,
    ObjectionView,
)
from tutela.guard.governance.switching import ALL, HOURS, HOURS_MAX, SwitchAsked, SwitchView
from tutela.guard.snapshot import Mode

PAGE = 200

switch = typer.Typer(no_args_is_help=True, help="Shut a surface for everything, and open it again.")
objections = typer.Typer(no_args_is_help=True, help="Objections against over-blocking.")

SurfaceName = Annotated[
    str, typer.Argument(metavar="SURFACE", help=f"{', '.join(Surface)}, or {ALL}.")
]
AccountId = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The platform's id of it.")]
ObjectionId = Annotated[UUID, typer.Argument(metavar="ID", help="The objection.")]


def join(guard: typer.Typer) -> None:
    """The two groups become groups of `tutela guard`."""
    guard.add_typer(switch, name="switch")
    guard.add_typer(objections, name="objections")
    guard.command("let-in")(let_in)


@spread
def let_in(account_id: AccountId, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Let a viewer in again who was shut out for trying out what is listed."""
    asked = LetInAsked(account_id=account_id, reason=reason)

    async def act(at: At) -> LetIn:
        return await letting_in.let_in(at.room, caller=at.caller, asked=asked)

    found = enter(act, by=by)
    if as_json:
        print_json(found)
    else:
        print("let in again" if found.was_shut_out else "was not shut out")


@switch.command("show")
@spread
def show_switch(*, by: Terminal, as_json: AsJson = False) -> None:
    """Say which surfaces are shut, by whom and until when."""

    async def look(at: At) -> SwitchView:
        refuse_unless(at.caller.role, right=Right.SEE_GUARD)
        return await switching.show(at.room, caller=at.caller)

    _tell_switch(enter(look, by=by), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throwing:
    """Why it is shut, and for how long."""

    reason: Why
    hours: Annotated[int, typer.Option(min=1, max=HOURS_MAX, help="Then it opens by itself.")] = (
        HOURS
    )
    dry_run: DryRun = False


@switch.command("shut")
@spread
def shut(
    surface: SurfaceName, *, throwing: Throwing, by: Terminal, as_json: AsJson = False
) -> None:
    """Shut a surface for everything at once, or keep one shut for longer."""
    asked = SwitchAsked(
        surface=surface, mode=Mode.SHUT, reason=throwing.reason, hours=throwing.hours
    )

    async def act(at: At) -> SwitchView:
        throw = switching.would_throw if throwing.dry_run else switching.throw
        return await throw(at.room, caller=at.caller, asked=asked)

    _tell_switch(enter(act, by=by), as_json=as_json)


@switch.command("open")
@spread
def open_surface(
    surface: SurfaceName, *, reason: Why, by: Terminal, as_json: AsJson = False
) -> None:
    """Open a surface again: it shows what its entries allow."""
    asked = SwitchAsked(surface=surface, mode=Mode.NORMAL, reason=reason)

    async def act(at: At) -> SwitchView:
        return await switching.throw(at.room, caller=at.caller, asked=asked)

    _tell_switch(enter(act, by=by), as_json=as_json)


@objections.command("list")
@spread
def list_objections(
    *,
    state: Annotated[
        ObjectionState | None,
        typer.Option(metavar="STATE", help=f"In this state alone: {', '.join(ObjectionState)}."),
    ] = None,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """The objections of a service, masked, the oldest first."""

    async def look(at: At) -> list[ObjectionView]:
        refuse_unless(at.caller.role, right=Right.SEE_GUARD)
        found: list[ObjectionView] = []
        after: UUID | None = None
        while True:
            wanted = ObjectionsWanted(limit=PAGE, after=after, state=state)
            page = await objecting.list_objections(at.room, caller=at.caller, wanted=wanted)
            found += page.objections
            if page.next is None:
                return found
            after = UUID(page.next)

    found = enter(look, by=by)
    if as_json:
        print_json({"objections": found})
        return
    if not found:
        print("There is no objection.")
    for each in found:
        print(_line(each))


@objections.command("show")
@spread
def show_objection(objection_id: ObjectionId, *, by: Terminal, as_json: AsJson = False) -> None:
    """One objection, and the entries that have their effect on it now."""

    async def look(at: At) -> ObjectionView:
        refuse_unless(at.caller.role, right=Right.SEE_GUARD)
        return await objecting.show_objection(at.room, caller=at.caller, objection_id=objection_id)

    _tell_objection(enter(look, by=by), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """What is found of an objection, and why."""

    finding: Annotated[Finding, typer.Option(metavar="FINDING", help=f"{' or '.join(Finding)}.")]
    reason: Why


@objections.command("decide")
@spread
def decide_objection(
    objection_id: ObjectionId, *, deciding: Deciding, by: Terminal, as_json: AsJson = False
) -> None:
    """Decide an objection, as somebody who neither proposed nor approved what blocks."""
    said = ObjectionDecided(finding=deciding.finding, reason=deciding.reason)

    async def act(at: At) -> ObjectionView:
        order = Order(caller=at.caller, id=objection_id)
        return await objecting.decide(at.room, order=order, said=said)

    _tell_objection(enter(act, by=by), as_json=as_json)


def _tell_switch(found: SwitchView, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    for each in found.surfaces:
        shut_by = f" by {each.shut_by} since {each.since} until {each.until}"
        print(f"{each.surface}: {each.mode}{shut_by if each.shut_by else ''}")


def _tell_objection(found: ObjectionView, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print(_line(found))
    if found.text:
        print(f"  {found.text}")
    print(f"  in force against it: {', '.join(found.entries or ()) or 'nothing'}")
    for change in found.history or ():
        why = f": {change.reason}" if change.reason else ""
        print(f"  {change.at} {change.event} by {change.by or 'somebody outside'}{why}")


def _line(found: ObjectionView) -> str:
    value = found.value or "(destroyed)"
    return (
        f"{found.id} {found.state}: {found.kind} {value} on {found.surface}, {found.times} times "
        f"since {found.created_at}"
    )
