"""`tutela notices`: a file of notices in, and the erasure of one."""

import asyncio
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

import msgspec
import typer

from tutela import app
from tutela.access import services
from tutela.access.founding import MAIN
from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.domain.vocabulary import Channel
from tutela.errors import TutelaError
from tutela.intake.channels import file as notice_file
from tutela.intake.channels.file import FileImport, FileUnfit, Line, Taken
from tutela.intake.erasure import Erased, Erasing, erase, would_erase
from tutela.intake.refusals import Refusal

notices = typer.Typer(no_args_is_help=True, help="Notices from a file; erasure.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ForWhom:
    """On whose behalf notices are taken."""

    tenant: Annotated[str, typer.Option(help="The operator.")] = MAIN
    service: Annotated[str, typer.Option(help="The service that was reported on.")] = MAIN
    channel: Annotated[
        Channel, typer.Option(metavar="CHANNEL", help="By whom the notices were sent.")
    ] = Channel.USER


class Summary(msgspec.Struct, kw_only=True):
    """What became of the lines of a file."""

    lines: int
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A refused line, to be mended and sent again; without its text where that is too long."""

    line: int
    code: str
    detail: str
    errors: list[dict[str, str]]
    text: str | None


@notices.command("import")
@spread
def import_notices(
    file: Annotated[Path, typer.Argument(help="JSON Lines, one notice a line.")],
    *,
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines go, with what is wrong.")
    ] = None,
    for_whom: ForWhom,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Take the notices of a file, again if need be; exit 1 where a line was refused."""
    found = notice_file.survey(file)
    summary = Summary(lines=found.line_count)
    with attached(where) as attachment, _rejects_in(rejects) as out, progress("lines") as tell:

        async def run() -> None:
            async with house_of(attachment) as house:
                importing = await _importing(house, for_whom=for_whom, sha256=found.sha256)
                async for taken in importing.take(notice_file.read_lines(file)):
                    _count(taken, summary=summary)
                    _write_rejected(taken, out=out)
                    tell(taken.line.number, found.line_count)

        asyncio.run(run())
    _tell(summary, as_json=as_json)
    if summary.refused:
        raise typer.Exit(1)


@notices.command("erase")
@spread
def erase_notice(
    notice_id: Annotated[UUID, typer.Argument(metavar="ID", help="Which notice.")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept, sealed, with the erasure.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only look.")] = False,
    where: Where,
) -> None:
    """Destroy what a notice says, for ever; only looks unless --yes is given."""
    erasing = Erasing(notice_id=notice_id, reason=reason, erased_by=getpass.getuser())
    with attached(where) as attachment:

        async def run() -> Erased:
            async with house_of(attachment) as house:
                if not yes:
                    return await would_erase(house.pool, notice_id=notice_id)
                return await erase(
                    house.pool,
                    erasing=erasing,
                    keys=house.keys,
                    now=house.clock(),
                    chance=house.chance,
                )

        erased = asyncio.run(run())
    if not erased.fresh:
        print(f"{notice_id} was erased before")
    elif yes:
        print(f"{notice_id} erased")
    else:
        print(f"{notice_id} would be erased; nothing was changed. Add --yes to do it.")


async def _importing(house: House, *, for_whom: ForWhom, sha256: str) -> FileImport:
    service = await services.find(house.pool, tenant=for_whom.tenant, service=for_whom.service)
    caller = services.operator(service, channel=for_whom.channel)
    refusals = app.refusals(house)

    async def record_line(line: Line, *, error: TutelaError) -> None:
        await refusals.record(Refusal(notice_file.DOOR, caller, error, line.raw, line.number))

    return FileImport(app.intake(house), caller=caller, sha256=sha256, record_line=record_line)


def _count(taken: Taken, *, summary: Summary) -> None:
    if taken.acknowledged is None:
        summary.refused += 1
    elif taken.acknowledged.fresh:
        summary.accepted += 1
    else:
        summary.duplicate += 1


def _write_rejected(taken: Taken, *, out: BinaryIO | None) -> None:
    error, line = taken.error, taken.line
    if out is None or error is None:
        return
    rejected = Rejected(
        line=line.number,
        code=error.code,
        detail=error.detail,
        errors=[{"pointer": each.pointer, "message": each.message} for each in error.errors],
        text=None if line.is_too_long else line.raw.decode(errors="replace"),
    )
    out.write(msgspec.json.encode(rejected) + b"\n")


def _tell(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    print(
        f"{summary.lines} lines: {summary.accepted} accepted, "
        f"{summary.duplicate} duplicate, {summary.refused} refused"
    )


@contextmanager
def _rejects_in(path: Path | None) -> Iterator[BinaryIO | None]:
    if path is None:
        yield None
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise FileUnfit(f"{path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as out:
        yield out
