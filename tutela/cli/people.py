"""`tutela user list, changes, propose, agree, refuse, shut-out, log-out`: as admins keep them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tutela.access.persons import at_terminal
from tutela.access.tokens import Caller
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json
from tutela.domain.vocabulary import Role
from tutela.staff import changing, showing
from tutela.staff.room import ChangeKind, Done, StaffRoom, Wanted

_Found = TypeVar("_Found")

Why = Annotated[str, typer.Option("--reason", help="Why; the other admin reads it.")]
UserName = Annotated[str, typer.Argument(metavar="NAME", help="Whom it is about.")]
ChangeId = Annotated[UUID, typer.Argument(metavar="ID", help="The change that waits.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin(Where):
    """Which admin does it, and in which database."""

    person: Annotated[
        str, typer.Option("--as", metavar="NAME", help="Your user name; it is written down.")
    ]
    tenant: Annotated[str, typer.Option(help="The operator.")] = "main"
    service: Annotated[str, typer.Option(help="The service that the ledger names.")] = "main"


@dataclass(frozen=True, slots=True)
class At:
    """The staff at the terminal, and who keeps it."""

    room: StaffRoom
    caller: Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Why it is asked, and what the person is to be."""

    reason: Why
    role: Annotated[
        Role | None, typer.Option(metavar="ROLE", help="For whoever joins or changes it.")
    ] = None


def join(users: typer.Typer) -> None:
    """The commands become commands of `tutela user`."""
    users.command("list")(list_people)
    users.command("changes")(list_changes)
    users.command("propose")(propose)
    users.command("agree")(agree)
    users.command("refuse")(refuse)
    users.command("shut-out")(shut_out)
    users.command("log-out")(log_out)


@spread
def list_people(*, by: Admin, as_json: AsJson = False) -> None:
    """Say who may log in as what."""
    found = _enter(lambda at: showing.show(at.room, caller=at.caller), by=by)
    if as_json:
        print_json(found.people)
        return
    for each in found.people:
        state = "may log in" if each.shut_out_at is None else "shut out"
        print(f"{each.name}  {each.role}  {state}{'  authenticator' if each.has_factor else ''}")


@spread
def list_changes(*, by: Admin, as_json: AsJson = False) -> None:
    """Say what waits for another admin."""
    found = _enter(lambda at: showing.show(at.room, caller=at.caller), by=by)
    if as_json:
        print_json(found.waiting)
        return
    for each in found.waiting:
        print(f"{each.id}  {each.kind}  {each.name}  {each.role}  asked by {each.proposed_by}")


@spread
def propose(
    kind: Annotated[ChangeKind, typer.Argument(help="What is to change.")],
    *,
    name: UserName,
    asked: Asked,
    by: Admin,
    as_json: AsJson = False,
) -> None:
    """Ask for a change; it holds at once where there is no other admin."""
    wanted = Wanted(kind=kind, name=name, role=asked.role, reason=asked.reason)
    done = _enter(lambda at: changing.propose(at.room, caller=at.caller, wanted=wanted), by=by)
    _tell(done, as_json=as_json)


@spread
def agree(change_id: ChangeId, *, by: Admin, as_json: AsJson = False) -> None:
    """Agree to what another admin asked for; a new password is the last line printed."""
    done = _enter(lambda at: changing.agree(at.room, caller=at.caller, change_id=change_id), by=by)
    _tell(done, as_json=as_json)


@spread
def refuse(change_id: ChangeId, *, by: Admin) -> None:
    """Refuse what another admin asked for, or take back what you asked for."""
    _enter(lambda at: changing.refuse(at.room, caller=at.caller, change_id=change_id), by=by)
    print("refused")


@spread
def shut_out(name: UserName, *, reason: Why, by: Admin) -> None:
    """End somebody's sessions and let them log in no more, at once."""
    _enter(lambda at: changing.shut_out(at.room, caller=at.caller, name=name, reason=reason), by=by)
    print("shut out")


@spread
def log_out(name: UserName, *, reason: Why, by: Admin) -> None:
    """End somebody's sessions, at once; they may log in again, and their tokens go on."""
    ended = _enter(
        lambda at: changing.log_out(at.room, caller=at.caller, name=name, reason=reason), by=by
    )
    print(f"{ended} sessions ended")


def _tell(done: Done, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    print(f"{done.name}: made" if done.is_made else f"{done.id} waits for another admin")
    if done.password is not None:
        print(done.password)


def _enter(act: Callable[[At], Awaitable[_Found]], *, by: Admin) -> _Found:
    async def inside() -> _Found:
        async with house_of(attachment) as house:
            caller = await at_terminal(
                house.pool, tenant=by.tenant, service=by.service, name=by.person
            )
            room = StaffRoom(
                pool=house.pool, keys=house.keys, clock=house.clock, chance=house.chance
            )
            return await act(At(room, caller))

    with attached(by) as attachment:
        return asyncio.run(inside())
