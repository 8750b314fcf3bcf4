"""`tutela hashes`: files of hashes into lists, and against each other."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from tutela.cli.list_files import import_hashes
from tutela.cli.options import AsJson, spread
from tutela.cli.output import print_json, progress

if TYPE_CHECKING:
    from tutela.detection.hashes.matching import Matched

hashes = typer.Typer(no_args_is_help=True, help="Hashes of known material.")
hashes.command("import")(import_hashes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Which files are held against each other."""

    listed: Annotated[
        Path, typer.Option("--list", help="One hex hash a line, or CSV with a column a kind.")
    ]
    queries: Annotated[Path, typer.Option(help="The hashes to look for, likewise.")]
    out: Annotated[Path, typer.Option(help="CSV: query,match,distance.")]


class LongKind(StrEnum):
    """What 64 digits are."""

    #: PDQ hashes.
    PDQ = "pdq"
    #: SHA-256 digests.
    SHA256 = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """When two hashes match."""

    radius: Annotated[
        int, typer.Option(min=0, max=256, help="Bits in which two PDQ hashes may differ.")
    ] = 31
    long_kind: Annotated[
        LongKind,
        typer.Option("--kind", help="What 64 digits are in a file without columns."),
    ] = LongKind.PDQ


@hashes.command("match")
@spread
def match(*, compared: Compared, tolerance: Tolerance, as_json: AsJson = False) -> None:
    """Every pair of a query and a listed hash that is near enough; digests must be the same."""
    from tutela.detection.hashes.kinds import HashKind
    from tutela.detection.hashes.matching import Asking, match_files

    with _progress() as tell, _whole(compared.out) as out:
        asking = Asking(
            listed=compared.listed,
            queries=compared.queries,
            radius=tolerance.radius,
            long_kind=HashKind(tolerance.long_kind),
            tell=tell,
        )
        matched = match_files(asking, out=out)
    _warn(matched)
    if as_json:
        print_json(matched)
    else:
        print(
            f"{matched.queries_matched} of {matched.queries} queries match, "
            f"{matched.matches} pairs, {matched.listed} hashes listed"
        )


@contextmanager
def _progress() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    with progress("list") as of_list, progress("queries") as of_queries:
        yield {"list": of_list, "queries": of_queries}.__getitem__


@contextmanager
def _whole(path: Path) -> Iterator[TextIO]:
    """A file that stands there whole, or as it was where anything fails."""
    from tutela.detection.hashes.reading import HashFileUnfit

    is_special = path.exists() and not path.is_file()
    written = path if is_special else path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with written.open("w", encoding="ascii", newline="") as out:
            yield out
        if not is_special:
            written.replace(path)
    except OSError as error:
        raise HashFileUnfit(f"{path}: {error.strerror}.") from error
    finally:
        if not is_special:
            written.unlink(missing_ok=True)


def _warn(matched: "Matched") -> None:
    """What looks like no match and may be none: said on stderr."""
    if not matched.listed:
        print("tutela: the list is empty: nothing can match", file=sys.stderr)
        return
    for kind, queries in matched.of_kinds_not_listed.items():
        print(
            f"tutela: {queries} queries are of kind {kind}, of which the list has none",
            file=sys.stderr,
        )
