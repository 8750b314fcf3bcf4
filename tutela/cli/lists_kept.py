"""`tutela lists propose` and the like: lists that two people keep, and switching one off."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tutela import app
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.cli import terminal
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json
from tutela.cli.terminal import Entered, Terminal
from tutela.detection.lists.entries import Kind, TermForm
from tutela.detection.lists.errors import ListFileUnfit
from tutela.detection.lists.governing import judging, previewing, showing, switching
from tutela.detection.lists.governing.asked import DAYS_MAX, ListChange, ListProposal
from tutela.detection.lists.governing.judging import (
    ListAgreeing,
    ListProposalMoved,
    ListRefusing,
    Order,
)
from tutela.detection.lists.governing.previewing import ListPreview
from tutela.detection.lists.governing.proposing import propose
from tutela.detection.lists.governing.showing import ListAskedPage, ListOpening, Wanted
from tutela.detection.lists.governing.switching import (
    HOURS,
    HOURS_MAX,
    ListMode,
    ListSwitchAsked,
)
from tutela.detection.lists.register import ListStanding
from tutela.detection.lists.room import ListRoom
from tutela.domain.list_proposals import ListProposalState
from tutela.intake.reading import fit

_Found = TypeVar("_Found")
PAGE = 200

NameOfList = Annotated[str, typer.Argument(metavar="NAME", help="The list.")]
ProposalId = Annotated[UUID, typer.Argument(metavar="ID", help="A proposal.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept sealed, with the history.")]
Word = Annotated[str | None, typer.Option("--reason", help="A word on it, if you like.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is asked of the list, and why."""

    reason: Why
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would come to.")] = (
        False
    )
    file: Annotated[
        Path | None, typer.Option(help="Of add and withdraw: a term or a hex hash a line.")
    ] = None
    kind: Annotated[
        Kind | None, typer.Option(metavar="KIND", help=f"What they are: {', '.join(Kind)}.")
    ] = None
    form: Annotated[
        TermForm | None,
        typer.Option(metavar="FORM", help=f"How terms are looked for: {', '.join(TermForm)}."),
    ] = None
    language: Annotated[str | None, typer.Option(help="Of terms; else of all languages.")] = None
    entry: Annotated[
        list[int] | None, typer.Option(help="Of withdraw: an entry's number; again for more.")
    ] = None
    days: Annotated[
        int | None,
        typer.Option(min=1, max=DAYS_MAX, help="Of expire, and of a new list: to its end."),
    ] = None
    owner: Annotated[str, typer.Option(help="Of a new list: who answers for it. [you]")] = ""
    provenance: Annotated[str, typer.Option(help="Of a new list: from where it comes.")] = ""
    licence: Annotated[str, typer.Option(help="Of a new list: on what terms it is used.")] = ""

    def proposal(self, *, name: str, change: ListChange) -> ListProposal:
        """The same as the room takes it; raises Unfit with the field."""
        said = {
            "list": name,
            "change": change,
            "reason": self.reason,
            "entries": "" if self.file is None else _text(self.file),
            "kind": self.kind,
            "form": self.form,
            "language": self.language,
            "numbers": self.entry or (),
            "days": self.days,
            "owner": self.owner,
            "provenance": self.provenance,
            "licence": self.licence,
        }
        return fit(said, kind=ListProposal)


@dataclass(frozen=True, slots=True)
class At:
    """The room at the terminal, and who entered it."""

    room: ListRoom
    caller: Caller


def join(lists: typer.Typer) -> None:
    """The commands become commands of `tutela lists`."""
    lists.command("propose")(propose_change)
    lists.command("proposals")(show_proposals)
    lists.command("preview")(preview)
    lists.command("read")(read)
    lists.command("approve")(approve)
    lists.command("reject")(reject)
    lists.command("off")(turn_off)
    lists.command("on")(turn_on)


@spread
def propose_change(
    change: Annotated[
        ListChange, typer.Argument(metavar="CHANGE", help=f"{', '.join(ListChange)}.")
    ],
    *,
    name: NameOfList,
    given: Given,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Ask for a change of a list; another person has to agree. Exit 2 where it is not fit."""
    asked = given.proposal(name=name, change=change)
    if given.dry_run:
        found = _enter(
            lambda at: previewing.preview_of(at.room, caller=at.caller, asked=asked), by=by
        )
        _tell_preview(found, as_json=as_json)
        return
    told, _ = _enter(lambda at: propose(at.room, caller=at.caller, asked=asked), by=by)
    if as_json:
        print_json(told)
    else:
        print(f"{told.id} {told.change} {told.list}: {told.state}")
        print(f"  another person has to agree by {told.answer_by}")


@spread
def show_proposals(
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that are settled, too.")] = False,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Say what waits for a second person."""
    state = None if every else str(ListProposalState.PROPOSED)

    async def act(at: At) -> ListAskedPage:
        refuse_unless(at.caller.role, right=Right.SEE_LISTS)
        wanted = Wanted(limit=PAGE, state=state)
        return await showing.list_proposals(at.room, caller=at.caller, wanted=wanted)

    found = _enter(act, by=by)
    if as_json:
        print_json(found)
        return
    for each in found.proposals:
        print(
            f"{each.id} {each.change} {each.list}, {each.entries:,} entries: {each.state},"
            f" asked by {each.proposed_by} at {each.created_at}"
        )
    if not found.proposals:
        print("Nothing waits.")


@spread
def preview(proposal_id: ProposalId, *, by: Terminal, as_json: AsJson = False) -> None:
    """Say what a proposal would come to, on last week's content too."""
    found = _enter(
        lambda at: previewing.preview(at.room, caller=at.caller, proposal_id=proposal_id),
        by=by,
    )
    _tell_preview(found, as_json=as_json)


@spread
def read(proposal_id: ProposalId, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Print the entries of a proposal that waits; that you read them is written down."""
    said = ListOpening(reason=reason)
    found = _enter(
        lambda at: showing.open_proposal(
            at.room, order=Order(caller=at.caller, id=proposal_id), said=said
        ),
        by=by,
    )
    if as_json:
        print_json(found)
    else:
        print("\n".join(found.entries))


@spread
def approve(
    proposal_id: ProposalId, *, reason: Word = None, by: Terminal, as_json: AsJson = False
) -> None:
    """Agree to what another person asked: it is done at once."""
    said = ListAgreeing(reason=reason)
    found = _enter(
        lambda at: judging.approve(
            at.room, order=Order(caller=at.caller, id=proposal_id), said=said
        ),
        by=by,
    )
    _tell_moved(found, as_json=as_json)


@spread
def reject(proposal_id: ProposalId, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Don't agree, or take your own word back."""
    said = ListRefusing(reason=reason)
    found = _enter(
        lambda at: judging.reject(
            at.room, order=Order(caller=at.caller, id=proposal_id), said=said
        ),
        by=by,
    )
    _tell_moved(found, as_json=as_json)


@spread
def turn_off(
    name: NameOfList,
    *,
    reason: Why,
    hours: Annotated[
        int, typer.Option(min=1, max=HOURS_MAX, help="Then it is on by itself.")
    ] = HOURS,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Switch a list off at once: what is on it is unknown, not clean."""
    asked = ListSwitchAsked(mode=ListMode.OFF, reason=reason, hours=hours)
    _throw(name, asked=asked, by=by, as_json=as_json)


@spread
def turn_on(name: NameOfList, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Switch a list on again."""
    asked = ListSwitchAsked(mode=ListMode.ON, reason=reason)
    _throw(name, asked=asked, by=by, as_json=as_json)


def _throw(name: str, *, asked: ListSwitchAsked, by: Terminal, as_json: bool) -> None:
    async def act(at: At) -> ListStanding:
        return await switching.throw(at.room, caller=at.caller, name=name, asked=asked)

    found = _enter(act, by=by)
    if as_json:
        print_json(found)
    elif found.off_until is None:
        print(f"{found.list}: {found.standing}")
    else:
        print(f"{found.list}: off until {found.off_until}")


def _order(at: At, *, of: UUID) -> Order:
    return Order(caller=at.caller, id=of)


def _enter(act: Callable[[At], Awaitable[_Found]], *, by: Terminal) -> _Found:
    async def inside(entered: Entered) -> _Found:
        return await act(At(app.list_room(entered.house), entered.caller))

    return terminal.enter(inside, by=by)


def _tell_moved(found: ListProposalMoved, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    version = "" if found.version is None else f", version {found.version}"
    print(f"{found.id} {found.change} {found.list}: {found.state}{version}")


def _tell_preview(found: ListPreview, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print(
        f"{found.list}: {found.added:,} come, {found.withdrawn:,} go, {found.known:,} are known,"
        f" {found.still_withdrawn:,} stay withdrawn"
    )
    print(
        f"  {found.matches:,} of {found.events:,} events of last week match,"
        f" {found.alone:,} by nothing else; {found.unavailable:,} are unknown"
    )
    for each in found.busiest:
        print(f"    {each.entry}: {each.matches:,}")
    if found.led_to is not None:
        led = found.led_to
        print(
            f"  they led to {led.subjects:,} subjects: {led.acted:,} acted on,"
            f" {led.dismissed:,} dismissed, {led.waiting:,} wait"
        )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ListFileUnfit(f"{file}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ListFileUnfit(f"{file}: not UTF-8.") from error
