"""`tutela notices mapping`: whether a mapping works, and what it makes of the first rows."""

from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from tutela import app
from tutela.cli.options import AsJson
from tutela.cli.output import print_json
from tutela.errors import TutelaError
from tutela.intake.channels import file as notice_file
from tutela.intake.channels.batch import LineError
from tutela.intake.channels.file import Line
from tutela.intake.channels.mapped import MappedFile
from tutela.intake.mapping.filling import Remark
from tutela.intake.mapping.reading import MappingFile
from tutela.intake.reading import NoticeRead, read_notice

ROWS_SHOWN = 5

mappings = typer.Typer(no_args_is_help=True, help="What fills a notice from a file of elsewhere.")


class RowShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row as the notice it would become, or why it would be refused."""

    line: int
    notice: msgspec.Raw | None = None
    remarks: tuple[Remark, ...] = ()
    errors: list[LineError] | None = None


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A mapping that can be used, and the first rows of a sample."""

    mapping: str
    ok: bool
    rows: list[RowShown]


@mappings.command("check")
def check(
    mapping: Annotated[Path, typer.Argument(metavar="MAP", help="The mapping.")],
    *,
    sample: Annotated[Path | None, typer.Option(help="A file to try it on.")] = None,
    rows: Annotated[int, typer.Option(min=1, max=1000, help="How many rows of it.")] = ROWS_SHOWN,
    as_json: AsJson = False,
) -> None:
    """Say whether a mapping works and what the first rows become; sends nothing."""
    read = MappingFile(mapping)
    shown = [] if sample is None else _rows(sample, mapping=read, count=rows)
    checked = Checked(mapping=str(mapping), ok=all(row.errors is None for row in shown), rows=shown)
    if as_json:
        print_json(checked)
    else:
        _tell(checked)
    if not checked.ok:
        raise typer.Exit(1)


@mappings.command("example")
def example(*, as_json: AsJson = False) -> None:
    """Print a mapping to begin with, with a comment on each part."""
    file = resources.files("tutela.intake.mapping").joinpath("example.toml")
    text = file.read_text(encoding="utf-8")
    if as_json:
        print_json({"mapping": text})
    else:
        print(text, end="")


def _rows(sample: Path, *, mapping: MappingFile, count: int) -> list[RowShown]:
    notice_file.survey(sample, encoding=mapping.mapping.file.encoding)
    mapped = MappedFile(sample, mapping=mapping)
    return [_row(line, mapped=mapped) for line in islice(mapped.lines(), count)]


def _row(line: Line, *, mapped: MappedFile) -> RowShown:
    def read(raw: bytes) -> NoticeRead:
        return read_notice(raw, now=app.now())

    try:
        found = notice_file.read_checked(line, read_line=mapped.reader(read))
    except TutelaError as error:
        named = [LineError(each.pointer, each.message) for each in error.errors]
        return RowShown(
            line=line.number, errors=named or [LineError("", error.detail or error.title)]
        )
    return RowShown(line=line.number, notice=msgspec.Raw(found.notice.body), remarks=found.remarks)


def _tell(checked: Checked) -> None:
    print(f"{checked.mapping}: can be used")
    for row in checked.rows:
        if row.errors is not None:
            for error in row.errors:
                print(f"line {row.line}: refused: {error.pointer} {error.message}")
        elif row.notice is not None:
            print(f"line {row.line}: {bytes(row.notice).decode()}")
        for remark in row.remarks:
            print(f"line {row.line}: {remark.field}: {remark.message}")
