"""`tutela guard propose` and the like: what the guard lists, by the word of two people."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.app import House, guarding
from tutela.cli import terminal
from tutela.cli.guard import guard
from tutela.cli.guard_words import (
    EntriesGiven,
    tell_entries,
    tell_entry,
    tell_moved,
    tell_preview,
)
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json
from tutela.cli.terminal import Terminal
from tutela.domain.guard import EntryState
from tutela.guard.drift.previewing import LastWeek
from tutela.guard.governance import judging, preview, proposing, showing
from tutela.guard.governance.entries import DAYS_MAX, USUAL_DAYS, Proposal
from tutela.guard.governance.files import read_queries
from tutela.guard.governance.judging import Agreeing, Order, Refusing, Withdrawing
from tutela.guard.governance.preview import Preview, QueriesHit
from tutela.guard.governance.proposing import Proposing
from tutela.guard.governance.room import GovernanceRoom
from tutela.guard.governance.showing import Wanted
from tutela.intake.reading import Unfit

_Found = TypeVar("_Found")
PAGE = 200

EntryId = Annotated[UUID, typer.Argument(metavar="ID", help="An entry, or a batch of them.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept sealed, with the history.")]
Emergency = Annotated[
    bool, typer.Option("--emergency", help="At once, for a day unless another agrees.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what it would do, and do nothing of it.")
]


@dataclass(frozen=True, slots=True)
class At:
    """The room at the terminal, and who entered it."""

    room: GovernanceRoom
    caller: Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Why it is asked, and for how long."""

    reason: Why
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="From now to their end.")] = (
        USUAL_DAYS
    )
    emergency: Emergency = False
    dry_run: DryRun = False


@guard.command("propose")
@spread
def propose(*, given: EntriesGiven, asking: Asking, by: Terminal, as_json: AsJson = False) -> None:
    """Ask that things be listed; another person has to agree. Exit 2 where a line is wrong."""
    entries = given.entries()

    async def act(at: At) -> object:
        if asking.dry_run:
            uses = LastWeek(at.room.keys)
            return await preview.preview_of(
                at.room, caller=at.caller, entries=entries.entries, uses=uses
            )
        proposal = Proposal(
            entries=entries.entries,
            reason=asking.reason,
            expires_at=at.room.clock() + timedelta(days=asking.days),
            emergency=asking.emergency,
        )
        try:
            proposed, _ = await proposing.propose(
                at.room, proposing=Proposing(caller=at.caller, proposal=proposal)
            )
        except (Unfit, proposing.AlreadyListed) as wrong:
            raise entries.unfit(wrong.errors) from wrong
        return proposed

    found = enter(act, by=by)
    if as_json:
        print_json(found)
    elif isinstance(found, Preview):
        tell_preview(found, queries=None)
    elif isinstance(found, proposing.Proposed):
        print(f"{found.id} {found.state}: {len(found.entries)} entries until {found.expires_at}")
        print(f"  another person has to agree by {found.answer_by}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What else entries are held against."""

    queries: Annotated[
        Path | None, typer.Option(help="Also: a file of benign queries, one a line.")
    ] = None


@guard.command("preview")
@spread
def preview_entries(
    entry_id: Annotated[
        UUID | None, typer.Argument(metavar="[ID]", help="An entry, or a batch of them.")
    ] = None,
    *,
    given: EntriesGiven,
    beside: Beside,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Say what entries would hit: of last week's uses, and of a file of benign queries."""
    benign = None if beside.queries is None else read_queries(beside.queries)
    asked = () if entry_id is not None else given.entries().entries

    async def look(at: At) -> tuple[Preview, QueriesHit | None]:
        uses = LastWeek(at.room.keys)
        if entry_id is None:
            found = await preview.preview_of(at.room, caller=at.caller, entries=asked, uses=uses)
        else:
            found = await preview.preview(at.room, caller=at.caller, entry_id=entry_id, uses=uses)
        if benign is None:
            return found, None
        looked = await preview.looked_for(
            at.room, caller=at.caller, entry_id=entry_id, entries=asked
        )
        return found, preview.queries_hit(looked, benign=benign)

    found, of_queries = enter(look, by=by)
    if as_json:
        print_json({"week": found, "queries": of_queries})
    else:
        tell_preview(found, queries=of_queries)


@guard.command("approve")
@spread
def approve(
    entry_id: EntryId,
    *,
    reason: Annotated[str | None, typer.Option(help="Why, if there is more to say.")] = None,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """Agree, as another person, to what was asked: that it be listed, or taken back."""

    async def act(at: At) -> judging.EntriesMoved:
        order = Order(caller=at.caller, id=entry_id)
        return await judging.approve(at.room, order=order, said=Agreeing(reason=reason))

    tell_moved(enter(act, by=by), as_json=as_json)


@guard.command("reject")
@spread
def reject(entry_id: EntryId, *, reason: Why, by: Terminal, as_json: AsJson = False) -> None:
    """Settle that what was asked is not done; or take your own word back."""

    async def act(at: At) -> judging.EntriesMoved:
        order = Order(caller=at.caller, id=entry_id)
        return await judging.reject(at.room, order=order, said=Refusing(reason=reason))

    tell_moved(enter(act, by=by), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Why it is taken back, and how quickly."""

    reason: Why
    emergency: Emergency = False
    dry_run: DryRun = False


@guard.command("withdraw")
@spread
def withdraw(entry_id: EntryId, *, leaving: Leaving, by: Terminal, as_json: AsJson = False) -> None:
    """Ask that it be taken back; another person has to agree. In an emergency it is out at once."""

    async def act(at: At) -> judging.EntriesMoved:
        order = Order(caller=at.caller, id=entry_id)
        said = Withdrawing(reason=leaving.reason, emergency=leaving.emergency)
        move = judging.would_withdraw if leaving.dry_run else judging.withdraw
        return await move(at.room, order=order, said=said)

    tell_moved(enter(act, by=by), as_json=as_json)


@guard.command("list")
@spread
def list_entries(
    *,
    state: Annotated[
        EntryState | None,
        typer.Option(metavar="STATE", help=f"In this state alone: {', '.join(EntryState)}."),
    ] = None,
    by: Terminal,
    as_json: AsJson = False,
) -> None:
    """What is listed, or was, or is asked to be; every value masked."""

    async def look(at: At) -> list[showing.EntryView]:
        refuse_unless(at.caller.role, right=Right.SEE_GUARD)
        found: list[showing.EntryView] = []
        after: UUID | None = None
        while True:
            wanted = Wanted(limit=PAGE, after=after, states=None if state is None else (state,))
            page = await showing.list_entries(at.room, caller=at.caller, wanted=wanted)
            found += page.entries
            if page.next is None:
                return found
            after = UUID(page.next)

    tell_entries(enter(look, by=by), as_json=as_json)


@guard.command("show")
@spread
def show(entry_id: EntryId, *, by: Terminal, as_json: AsJson = False) -> None:
    """One entry and what was done to it; whole for whoever proposed it or has to judge it."""

    async def look(at: At) -> showing.EntryView:
        refuse_unless(at.caller.role, right=Right.SEE_GUARD)
        return await showing.show_entry(at.room, caller=at.caller, entry_id=entry_id)

    tell_entry(enter(look, by=by), as_json=as_json)


def enter(act: Callable[[At], Awaitable[_Found]], *, by: Terminal) -> _Found:
    """What came of it, done by a user at the terminal."""

    async def inside(house: House, caller: Caller) -> _Found:
        return await act(At(guarding.governance_room(house), caller))

    return terminal.enter(inside, by=by)
