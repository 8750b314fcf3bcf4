"""`tutela notices import`: a file of notices in, an answer a line."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from tutela import app
from tutela.access import services
from tutela.access.founding import MAIN
from tutela.access.tokens import refuse_bad_name
from tutela.app import House
from tutela.cli.attachment import attached, house_of
from tutela.cli.import_answers import Answers, Summary, answers_in
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.domain.vocabulary import Channel
from tutela.errors import TutelaError
from tutela.intake.channels import file as notice_file
from tutela.intake.channels.file import FileImport, FileUnfit, Line, ReadLine
from tutela.intake.channels.mapped import MappedFile
from tutela.intake.mapping.filling import Filled
from tutela.intake.mapping.mapping import FileFormat
from tutela.intake.mapping.reading import MappingFile
from tutela.intake.reading import NoticeRead, read_notice
from tutela.intake.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForWhom:
    """On whose behalf notices are taken."""

    tenant: Annotated[str, typer.Option(help="The operator.")] = MAIN
    service: Annotated[str, typer.Option(help="The service that was reported on.")] = MAIN
    channel: Annotated[
        Channel, typer.Option(metavar="CHANNEL", help="By whom the notices were sent.")
    ] = Channel.USER
    sender: Annotated[
        str, typer.Option(help="The sender's name: that of their token, where they have one.")
    ] = services.OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """How the file is read, and where the answers go."""

    mapping: Annotated[
        Path | None,
        typer.Option(metavar="MAP", help="What each field is filled from; see `mapping`."),
    ] = None
    format: Annotated[
        FileFormat | None,
        typer.Option(metavar="FORMAT", help="csv or jsonl, where the mapping doesn't say."),
    ] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only read and count; nothing is sent.")
    ] = False
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines go, with what is wrong.")
    ] = None
    answers: Annotated[
        Path | None, typer.Option(help="Where the answer to each line goes, with its receipt.")
    ] = None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A file that can be read: its lines, what makes notices of them, and how many they are."""

    path: Path
    sha256: str
    line_count: int
    mapped: MappedFile | None

    def lines(self) -> Iterator[Line]:
        if self.mapped is not None:
            return self.mapped.lines()
        return notice_file.read_lines(self.path)

    def reader(self, read: "_Read") -> ReadLine:
        if self.mapped is not None:
            return self.mapped.reader(read)
        return lambda line: Filled(read(line.raw))


class _Read:
    """What reads a notice, by a clock."""

    def __init__(self, house: House | None) -> None:
        self._clock = app.now if house is None else house.clock

    def __call__(self, raw: bytes) -> NoticeRead:
        return read_notice(raw, now=self._clock())


@spread
def import_notices(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines, one notice a line; or what the mapping says.")
    ],
    *,
    handling: Handling,
    for_whom: ForWhom,
    as_json: AsJson = False,
    where: Where,
) -> None:
    """Take the notices of a file, again if need be; exit 1 where a line was refused."""
    refuse_bad_name(for_whom.sender, what="sender")
    opened = _open(file, handling=handling)
    with _answers(handling) as answers, progress("lines") as tell:
        if handling.dry_run:
            read_line = opened.reader(_Read(None))
            for taken in notice_file.only_read(opened.lines(), read_line=read_line):
                answers.add(taken)
                tell(taken.line.number, opened.line_count)
        else:
            with attached(where) as attachment:

                async def run() -> None:
                    async with house_of(attachment) as house:
                        importing = await _importing(house, for_whom=for_whom, opened=opened)
                        async for taken in importing.take(opened.lines()):
                            answers.add(taken)
                            tell(taken.line.number, opened.line_count)

                asyncio.run(run())
    _tell(answers.summary, as_json=as_json)
    if answers.summary.refused:
        raise typer.Exit(1)


def _open(file: Path, *, handling: Handling) -> _Opened:
    """`MappingUnfit` or `FileUnfit` where the file as a whole can't be read as it is said."""
    mapping = None if handling.mapping is None else MappingFile(handling.mapping)
    if mapping is None and handling.format is FileFormat.CSV:
        raise FileUnfit(
            "A CSV file needs --mapping; `tutela notices mapping example` prints one to begin with."
        )
    if mapping is None:
        found = notice_file.survey(file)
        return _Opened(file, found.sha256, found.line_count, None)
    said = mapping.mapping.file
    if handling.format not in {None, said.format}:
        raise FileUnfit(f"--format {handling.format}, and {mapping.path} says {said.format}.")
    found = notice_file.survey(file, encoding=said.encoding)
    return _Opened(file, found.sha256, found.line_count, MappedFile(file, mapping=mapping))


async def _importing(house: House, *, for_whom: ForWhom, opened: _Opened) -> FileImport:
    service = await services.find(house.pool, tenant=for_whom.tenant, service=for_whom.service)
    caller = services.operator(service, channel=for_whom.channel, name=for_whom.sender)
    refusals = app.refusals(house)

    async def record_line(line: Line, *, error: TutelaError) -> None:
        await refusals.record(Refusal(notice_file.DOOR, caller, error, line.raw, line.number))

    return FileImport(
        app.intake(house),
        caller=caller,
        sha256=opened.sha256,
        record_line=record_line,
        read_line=opened.reader(_Read(house)),
    )


@contextmanager
def _answers(handling: Handling) -> Iterator[Answers]:
    summary = Summary(lines=0, accepted=0, duplicate=0, refused=0, dry_run=handling.dry_run)
    with answers_in(handling.rejects) as rejects, answers_in(handling.answers) as answers:
        yield Answers(summary, rejects=rejects, answers=answers)


def _tell(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
        return
    remarked = f", {summary.remarked} with remarks" if summary.remarked else ""
    if summary.dry_run:
        print(
            f"{summary.lines} lines: {summary.accepted} would be taken, "
            f"{summary.refused} refused{remarked}; nothing was sent"
        )
        return
    print(
        f"{summary.lines} lines: {summary.accepted} accepted, "
        f"{summary.duplicate} duplicate, {summary.refused} refused{remarked}"
    )
