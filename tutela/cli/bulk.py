"""`tutela decisions bulk`: many subjects on one ground, from a file."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeVar
from uuid import UUID

import typer

from tutela import app
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller, TokenDesk
from tutela.cli.attachment import Attachment, attached, house_of
from tutela.cli.bulk_file import BulkFile, Rejects, told
from tutela.cli.import_answers import answers_in
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.decisions.bulk import steering
from tutela.decisions.bulk.preview import BulkCount, BulkView, look_at
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.bulk.running import run_round
from tutela.decisions.bulk.steering import BulkMoved, BulkRecall, BulkStart, Order
from tutela.decisions.bulk.uploading import Part, PartCounts, RecordLine, take_part
from tutela.domain.bulk import BulkState
from tutela.errors import TutelaError
from tutela.intake.channels.batch import Line
from tutela.intake.refusals import Refusal

DOOR: Final = "file"
FOLLOW_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 0.2
NAMED_MAX: Final = 20
_MOVING: Final = frozenset({BulkState.RUNNING, BulkState.UNDOING})

_Result = TypeVar("_Result")

BulkId = Annotated[UUID, typer.Argument(metavar="ID", help="Which decision about many.")]
Rate = Annotated[int | None, typer.Option(min=1, help="Subjects a second, at most.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """Who decides; the database is found as ever."""

    token: Annotated[
        str, typer.Option(envvar="TUTELA_TOKEN", help="Your token: who decides is written down.")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What becomes of the file."""

    batch: Annotated[
        str | None, typer.Option(help="The name that its parts share. [the file's hash]")
    ] = None
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines go, with what is wrong.")
    ] = None
    run: Annotated[bool, typer.Option("--run", help="Also decide it, after the preview.")] = False
    rate: Rate = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalling:
    """Why it is taken back, and how quickly."""

    reason: Annotated[str, typer.Option(help="Why; the platform is told, and it is kept sealed.")]
    rate: Rate = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _At:
    """The room at the terminal, and on whose behalf it is entered."""

    room: BulkRoom
    caller: Caller
    refuse: RecordLine
    #: A service that was found running does the work; otherwise this command does some, or all.
    helps: bool


@spread
def send_file(
    file: Annotated[Path, typer.Argument(help="JSON Lines: what all share, then the subjects.")],
    *,
    sending: Sending,
    speaking: Speaking,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Send the subjects of a file and show the preview; exit 1 where a line was refused."""
    opened = BulkFile(file)
    with answers_in(sending.rejects) as out, progress("bytes") as tell:

        async def send(at: _At) -> tuple[UUID, PartCounts]:
            return await _send(at, opened=opened, sending=sending, rejects=Rejects(out), tell=tell)

        async def do(at: _At) -> tuple[BulkView, PartCounts]:
            bulk_id, counts = await send(at)
            shown = await look_at(at.room, caller=at.caller, bulk_id=bulk_id)
            if sending.run:
                said = BulkStart(rate_per_second=sending.rate)
                order = Order(caller=at.caller, bulk_id=bulk_id)
                await steering.start(at.room, order=order, said=said)
                await _follow(at, bulk_id=bulk_id)
                shown = await look_at(at.room, caller=at.caller, bulk_id=bulk_id)
            return shown, counts

        shown, counts = _enter(where, speaking=speaking, do=do)
    if as_json:
        print_json({"lines": counts, "bulk": shown})
    else:
        print(
            f"{counts.lines} lines: {counts.taken} taken, {counts.repeated} repeated, "
            f"{counts.refused} refused"
        )
        _print(shown)
    if counts.refused:
        raise typer.Exit(1)


@spread
def show_status(
    bulk_id: BulkId, *, speaking: Speaking, as_json: AsJson = False, where: Where
) -> None:
    """Show where it stands and, before it runs, what it would do."""
    shown = _enter(
        where,
        speaking=speaking,
        do=lambda at: look_at(at.room, caller=at.caller, bulk_id=bulk_id),
    )
    if as_json:
        print_json(shown)
    else:
        _print(shown)


@spread
def approve(bulk_id: BulkId, *, speaking: Speaking, as_json: AsJson = False, where: Where) -> None:
    """Agree, as the second person, to what someone else sent."""
    moved = _enter(
        where,
        speaking=speaking,
        do=lambda at: steering.approve(at.room, order=Order(caller=at.caller, bulk_id=bulk_id)),
    )
    _print_moved(moved, as_json=as_json)


@spread
def run(
    bulk_id: BulkId,
    *,
    rate: Rate = None,
    speaking: Speaking,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Decide its subjects, from where it stopped, and show how far it is."""

    async def do(at: _At) -> BulkMoved:
        order = Order(caller=at.caller, bulk_id=bulk_id)
        await steering.start(at.room, order=order, said=BulkStart(rate_per_second=rate))
        return await _follow(at, bulk_id=bulk_id)

    _print_moved(_enter(where, speaking=speaking, do=do), as_json=as_json)


@spread
def pause(bulk_id: BulkId, *, speaking: Speaking, as_json: AsJson = False, where: Where) -> None:
    """Stop between two subjects; `bulk-run` goes on from there."""
    moved = _enter(
        where,
        speaking=speaking,
        do=lambda at: steering.stop(at.room, order=Order(caller=at.caller, bulk_id=bulk_id)),
    )
    _print_moved(moved, as_json=as_json)


@spread
def undo(
    bulk_id: BulkId,
    *,
    recalling: Recalling,
    speaking: Speaking,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Take back all that it decided, and show how far it is; the rest is never decided."""
    said = BulkRecall(reason=recalling.reason, rate_per_second=recalling.rate)

    async def do(at: _At) -> BulkMoved:
        await steering.recall(at.room, order=Order(caller=at.caller, bulk_id=bulk_id), said=said)
        return await _follow(at, bulk_id=bulk_id)

    _print_moved(_enter(where, speaking=speaking, do=do), as_json=as_json)


def _enter(where: Where, *, speaking: Speaking, do: Callable[[_At], Awaitable[_Result]]) -> _Result:
    with attached(where) as attachment:
        return asyncio.run(_inside(attachment, speaking=speaking, do=do))


async def _inside(
    attachment: Attachment, *, speaking: Speaking, do: Callable[[_At], Awaitable[_Result]]
) -> _Result:
    async with house_of(attachment) as house:
        desk = TokenDesk(house.pool, monotonic=time.monotonic)
        caller = await desk.caller(f"Bearer {speaking.token}")
        refuse_unless(caller.role, right=Right.DECIDE_IN_BULK)
        refusals = app.refusals(house)

        async def refuse(line: Line, *, error: TutelaError) -> None:
            await refusals.record(Refusal(DOOR, caller, error, line.raw, line.number))

        at = _At(
            room=app.bulk_room(house),
            caller=caller,
            refuse=refuse,
            helps=not attachment.beside_service,
        )
        return await do(at)


async def _send(
    at: _At,
    *,
    opened: BulkFile,
    sending: Sending,
    rejects: Rejects,
    tell: Callable[[int, int], None],
) -> tuple[UUID, PartCounts]:
    async def record_line(line: Line, *, error: TutelaError) -> None:
        await rejects.record(line, error=error)
        await at.refuse(line, error=error)

    part = Part(
        caller=at.caller,
        key=sending.batch or f"file:{opened.sha256}",
        lines=opened.lines(tell),
        record_line=record_line,
    )
    bulk_id, counts, named = UUID(int=0), PartCounts(lines=0, taken=0, repeated=0, refused=0), 0
    async for outcome in take_part(at.room, part=part):
        bulk_id = UUID(outcome.id) if outcome.id else bulk_id
        counts = outcome.counts or counts
        if outcome.line is not None and named < NAMED_MAX:
            typer.echo(told(outcome), err=True)
            named += 1
    return bulk_id, counts


async def _follow(at: _At, *, bulk_id: UUID) -> BulkMoved:
    """Where it ended."""
    with progress("subjects") as tell:
        while True:
            await _work(at)
            shown = await look_at(at.room, caller=at.caller, bulk_id=bulk_id)
            left = "decided" if shown.state == BulkState.UNDOING else "pending"
            tell(shown.subjects - shown.counts[left], shown.subjects)
            if BulkState(shown.state) not in _MOVING:
                return BulkMoved(id=shown.id, state=shown.state)


async def _work(at: _At) -> None:
    """Returns after a while, or sooner where nothing is due."""
    until = time.monotonic() + FOLLOW_SECONDS
    while at.helps and time.monotonic() < until:
        if not await run_round(at.room):
            await asyncio.sleep(PAUSE_SECONDS)
            return
    if not at.helps:
        await asyncio.sleep(FOLLOW_SECONDS)


def _print_moved(moved: BulkMoved, *, as_json: bool) -> None:
    if as_json:
        print_json(moved)
    else:
        print(f"{moved.id} {moved.state}")


def _print(shown: BulkView) -> None:
    print(f"{shown.id} {shown.state}: {shown.subjects} subjects", end="")
    print("".join(f", {count} {name}" for name, count in shown.counts.items() if count))
    for reason in shown.reasons:
        print(f"  {reason.state.replace('_', ' ')}, {reason.why}: {reason.subjects}")
    preview = shown.preview
    if preview is None:
        return
    print(f"  decided before: {preview.decided_before}")
    print(f"  open cases: {preview.open_cases}")
    print("  open complaints: not known here")
    print(f"  not found: {'not known' if preview.not_found is None else preview.not_found}")
    print(f"  for a person: {_listed(preview.would_be_held_back)}")
    print(f"  by country: {_listed(preview.by_country)}")
    print(f"  by account age: {_listed(preview.by_account_age)}")
    if shown.needs_second_person and shown.approved_by is None:
        print("  a second person must agree before it runs")


def _listed(counts: list[BulkCount]) -> str:
    return ", ".join(f"{each.name} {each.subjects}" for each in counts) or "none"
