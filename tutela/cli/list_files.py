"""`tutela hashes import` and `tutela lists import`: a file into a list, in bounded memory."""

import asyncio
import getpass
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Annotated

import msgspec
import typer

from tutela import app
from tutela.cli.attachment import attached, house_of
from tutela.cli.options import AsJson, Where, spread
from tutela.cli.output import print_json, progress
from tutela.detection.lists import importing
from tutela.detection.lists.changing import Account
from tutela.detection.lists.entries import BadLine, Family, Kind, Row, family_of
from tutela.detection.lists.errors import ListFileUnfit
from tutela.detection.lists.importing import Asked, Imported
from tutela.detection.lists.register import Terms
from tutela.detection.lists.room import ListName

#: Refused lines that are told one by one on stderr; a file of rejects takes them all.
REFUSED_SHOWN = 20

Rows = Iterable[Row | BadLine]
FileOfEntries = Annotated[Path, typer.Argument(metavar="FILE", help="The file of entries.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Into:
    """Which list takes the entries, and of what kind they are."""

    list: Annotated[str, typer.Option(metavar="NAME", help="The list; a new name makes one.")]
    kind: Annotated[
        Kind | None,
        typer.Option(metavar="KIND", help=f"{', '.join(Kind)}; of hashes their length tells it."),
    ] = None
    tenant: Annotated[str, typer.Option(help="The operator.")] = "main"
    service: Annotated[str, typer.Option(help="The service.")] = "main"

    @property
    def name(self) -> ListName:
        """The same as the room takes it."""
        return ListName(tenant=self.tenant, service=self.service, name=self.list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """How the file is taken, and on what terms a new list is kept."""

    owner: Annotated[str, typer.Option(help="Of a new list: who answers for it. [you]")] = ""
    provenance: Annotated[str, typer.Option(help="Of a new list: from where it comes.")] = ""
    licence: Annotated[str, typer.Option(help="Of a new list: on what terms it is used.")] = ""
    longest_age_days: Annotated[
        float | None,
        typer.Option(min=0.001, help="Of a new list: older than this it is stale. [31, terms 366]"),
    ] = None
    reason: Annotated[str, typer.Option(help="Why; kept, sealed, with the import.")] = ""
    expires: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day (UTC) from which they match no more."),
    ] = None
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of the lines.")
    ] = False
    rejects: Annotated[
        Path | None, typer.Option(help="Where refused lines go: number, field and why.")
    ] = None

    @property
    def terms(self) -> Terms:
        """On what terms a new list is kept."""
        days = self.longest_age_days
        return Terms(
            owner=self.owner or getpass.getuser(),
            reason=self.reason,
            provenance=self.provenance,
            licence=self.licence,
            longest_age=None if days is None else timedelta(days=days),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedInto(Into):
    """As `Into`, from a file of elsewhere."""

    mapping: Annotated[
        Path | None, typer.Option(metavar="MAP", help="Which column is what; else a line each.")
    ] = None


@spread
def import_hashes(
    file: FileOfEntries, *, into: Into, taking: Taking, as_json: AsJson = False, where: Where
) -> None:
    """Take hashes into a list, one hex hash a line or CSV; exit 1 where a line was refused."""
    from tutela.detection.lists import lines

    if into.kind is Kind.TERMS:
        raise ListFileUnfit("Terms are taken by `tutela lists import FILE --list NAME`.")
    with progress("bytes") as tell:
        rows = lines.read_lines(file, kind=into.kind, tell=tell)
        done = _take(rows, family=Family.HASHES, into=into, taking=taking, where=where)
    _tell(done, as_json=as_json)


@spread
def import_list(
    file: FileOfEntries, *, into: MappedInto, taking: Taking, as_json: AsJson = False, where: Where
) -> None:
    """Take terms or hashes into a list, a line each or mapped; exit 1 where a line was refused."""
    from tutela.detection.lists import lines, mapped

    kind = into.kind or Kind.TERMS
    with progress("bytes") as tell:
        if into.mapping is None:
            family, rows = family_of(kind), lines.read_lines(file, kind=kind, tell=tell)
        else:
            how = mapped.read_mapping(into.mapping)
            family, rows = how.family, mapped.read_mapped(file, mapping=how, tell=tell)
        done = _take(rows, family=family, into=into, taking=taking, where=where)
    _tell(done, as_json=as_json)


def _take(rows: Rows, *, family: Family, into: Into, taking: Taking, where: Where) -> Imported:
    asked = Asked(
        name=into.name,
        family=family,
        account=Account(by=getpass.getuser(), reason=taking.reason),
        terms=taking.terms,
        dry_run=taking.dry_run,
    )
    with attached(where) as attachment, ExitStack() as stack:
        rejects = (
            stack.enter_context(taking.rejects.open("wb")) if taking.rejects is not None else None
        )
        checked = _told_refused(_expiring(rows, taking=taking), rejects=rejects)

        async def run() -> Imported:
            async with house_of(attachment) as house:
                return await importing.take(app.list_room(house), asked=asked, rows=checked)

        return asyncio.run(run())


def _expiring(rows: Rows, *, taking: Taking) -> Rows:
    if taking.expires is None:
        return rows
    expires_at = taking.expires.replace(tzinfo=UTC)
    return (_expiring_row(row, expires_at=expires_at) for row in rows)


def _expiring_row(row: Row | BadLine, *, expires_at: datetime) -> Row | BadLine:
    if isinstance(row, BadLine):
        return row
    entries = tuple(
        each
        if each.expires_at is not None
        else msgspec.structs.replace(each, expires_at=expires_at)
        for each in row.entries
    )
    return msgspec.structs.replace(row, entries=entries)


def _told_refused(rows: Rows, *, rejects: IO[bytes] | None) -> Iterator[Row | BadLine]:
    shown = 0
    for row in rows:
        if isinstance(row, BadLine):
            shown += 1
            if rejects is not None:
                rejects.write(msgspec.json.encode(row) + b"\n")
            if shown <= REFUSED_SHOWN:
                print(f"line {row.line}, {row.field}: {row.why}", file=sys.stderr)
        yield row
    if shown > REFUSED_SHOWN:
        print(f"and {shown - REFUSED_SHOWN} more refused lines", file=sys.stderr)


def _tell(done: Imported, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        gone = f", {done.withdrawn} withdrawn" if done.withdrawn else ""
        still = f", {done.still_withdrawn} stay withdrawn" if done.still_withdrawn else ""
        print(
            f"{done.list}, version {done.version}: {done.added} added, {done.known} known"
            f"{gone}{still}, {done.refused} refused"
        )
        if done.dry_run:
            print("nothing was changed")
    if done.refused:
        raise typer.Exit(1)
