"""`tutela rules propose` and the like: policies that two people keep, and the switch over all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.app import House
from tutela.app.detecting import detection_room
from tutela.cli import terminal
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json
from tutela.cli.terminal import Terminal
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.governing import judging, previewing, showing, switching
from tutela.detection.rules.governing.judging import Order, RuleAgreeing, RuleMoved, RuleRefusing
from tutela.detection.rules.governing.proposing import (
    DAYS_MAX,
    USUAL_DAYS,
    RuleProposal,
    RuleProposed,
    propose,
)
from tutela.detection.rules.governing.room import ALL, RuleRoom
from tutela.detection.rules.governing.switching import (
    HOURS,
    HOURS_MAX,
    RuleSwitchAsked,
    RuleSwitches,
)
from tutela.domain.rules import RuleSwitchState

_Found = TypeVar("_Found")

VersionId = Annotated[UUID, typer.Argument(metavar="ID", help="A version.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept sealed, with the history.")]
Word = Annotated[str | None, typer.Option("--reason", help="A word on it, if you like.")]


@dataclass(frozen=True, slots=True)
class At:
    """The room at the terminal, and who entered it."""

    room: RuleRoom
    caller: Caller


def join(rules: typer.Typer) -> None:
    """The commands become commands of `tutela rules`."""
    rules.command("propose")(propose_version)
    rules.command("versions")(show_versions)
    rules.command("preview")(preview)
    rules.command("approve")(approve)
    rules.command("promote")(promote)
    rules.command("reject")(reject)
    rules.command("retire")(retire)
    rules.command("off")(turn_off)
    rules.command("on")(turn_on)


@spread
def propose_version(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file with one policy.")],
    *,
    reason: Why,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="To its end.")] = USUAL_DAYS,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Ask for a version of a policy; another person has to agree. Exit 2 where it is not fit."""
    proposal = RuleProposal(text=_text(file), reason=reason, days=days)

    async def act(at: At) -> RuleProposed:
        found, _ = await propose(at.room, caller=at.caller, proposal=proposal)
        return found

    found = _enter(act, by=by)
    if as_json:
        print_json(found)
    else:
        print(f"{found.id} {found.policy} {found.version}: {found.state} until {found.expires_at}")
        print(f"  another person has to agree by {found.answer_by}")


@spread
def show_versions(*, by: Terminal, as_json: AsJson = False) -> None:
    """Say what is in force, and what waits for a second person."""

    async def act(at: At) -> showing.RulePage:
        refuse_unless(at.caller.role, right=Right.SEE_LISTS)
        return await showing.list_versions(at.room, caller=at.caller, wanted=showing.STANDING)

    found = _enter(act, by=by)
    if as_json:
        print_json(found)
        return
    for each in found.versions:
        print(f"{each.id} {each.policy} {each.version}: {each.state}, by {each.proposed_by}")


@spread
def preview(version_id: VersionId, *, by: Terminal, as_json: AsJson = False) -> None:
    """Say what a version would have come to on last week's content."""

    async def act(at: At) -> previewing.RulePreview:
        return await previewing.preview(at.room, caller=at.caller, version_id=version_id)

    found = _enter(act, by=by)
    if as_json:
        print_json(found)
        return
    print(
        f"{found.policy} {found.version}: {found.matches:,} of {found.events:,} match,"
        f" {found.unavailable:,} unavailable, {found.median_us:.1f} us each"
    )
    if found.live_version is not None:
        print(
            f"  {found.this_only:,} matched by it alone,"
            f" {found.live_only:,} by live {found.live_version} alone"
        )


@spread
def approve(
    version_id: VersionId, *, reason: Word = None, by: Terminal, as_json: AsJson = False
) -> None:
    """Agree to what another person asked: into shadow, or out of it all."""
    said = RuleAgreeing(reason=reason)
    _move(
        lambda room, order: judging.approve(room, order=order, said=said),
        version_id=version_id,
        by=by,
        as_json=as_json,
    )


@spread
def promote(
    version_id: VersionId, *, reason: Word = None, by: Terminal, as_json: AsJson = False
) -> None:
    """Make a version live that another person proposed."""
    said = RuleAgreeing(reason=reason)
    _move(
        lambda room, order: judging.promote(room, order=order, said=said),
        version_id=version_id,
        by=by,
        as_json=as_json,
    )


@spread
def reject(version_id: VersionId, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Don't agree, or take your own word back."""
    said = RuleRefusing(reason=reason)
    _move(
        lambda room, order: judging.reject(room, order=order, said=said),
        version_id=version_id,
        by=by,
        as_json=as_json,
    )


@spread
def retire(version_id: VersionId, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Take a version out of shadow, or ask that a live one be taken out."""
    said = RuleRefusing(reason=reason)
    _move(
        lambda room, order: judging.retire(room, order=order, said=said),
        version_id=version_id,
        by=by,
        as_json=as_json,
    )


PolicyName = Annotated[str, typer.Argument(metavar="POLICY", help=f"Its id, or {ALL}.")]


@spread
def turn_off(
    policy: PolicyName,
    *,
    reason: Why,
    hours: Annotated[
        int, typer.Option(min=1, max=HOURS_MAX, help="Then it is on by itself.")
    ] = HOURS,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Turn a policy, or all, off at once, of files too."""
    off = RuleSwitchState.OFF
    asked = RuleSwitchAsked(policy=policy, mode=off, reason=reason, hours=hours)
    _throw(asked, by=by, as_json=as_json)


@spread
def turn_on(policy: PolicyName, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Turn a policy, or all, on again."""
    asked = RuleSwitchAsked(policy=policy, mode=RuleSwitchState.ON, reason=reason)
    _throw(asked, by=by, as_json=as_json)


def _throw(asked: RuleSwitchAsked, *, by: Terminal, as_json: bool) -> None:
    async def act(at: At) -> RuleSwitches:
        return await switching.throw(at.room, caller=at.caller, asked=asked)

    found = _enter(act, by=by)
    if as_json:
        print_json(found)
        return
    for each in found.off:
        print(f"{each.policy}: off until {each.until}, by {each.off_by}")
    if not found.off:
        print("nothing is off")


def _move(
    act: Callable[[RuleRoom, Order], Awaitable[RuleMoved]],
    *,
    version_id: UUID,
    by: Terminal,
    as_json: bool,
) -> None:
    async def inside(at: At) -> RuleMoved:
        return await act(at.room, Order(caller=at.caller, id=version_id))

    found = _enter(inside, by=by)
    if as_json:
        print_json(found)
    else:
        print(f"{found.id} {found.policy} {found.version}: {found.state}")


def _enter(act: Callable[[At], Awaitable[_Found]], *, by: Terminal) -> _Found:
    async def inside(house: House, caller: Caller) -> _Found:
        return await act(At(detection_room(house).ruling, caller))

    return terminal.enter(inside, by=by)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        finding = Finding(file=str(file), message="can't be read as UTF-8 text")
        raise RulesUnfit([finding]) from error
