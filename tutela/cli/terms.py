"""`tutela terms`: files of terms against files of texts."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from tutela.cli.options import AsJson
from tutela.cli.output import print_json, progress

if TYPE_CHECKING:
    from tutela.detection.terms.files import Matched

terms = typer.Typer(no_args_is_help=True, help="Terms in texts, however they are written.")

#: So many refused lines are named in words; `--json` names all.
_NAMED: Final = 20


@terms.command("match")
def match(
    *,
    listed: Annotated[
        Path, typer.Option("--terms", help="One term a line; after a tab its kind, languages.")
    ],
    text: Annotated[Path, typer.Option(help="JSON Lines: id, text, language where known.")],
    out: Annotated[Path, typer.Option(help="JSON Lines: id, hits.")],
    as_json: AsJson = False,
) -> None:
    """Find terms in texts, by their places; a term is told by its line only."""
    from tutela.detection.terms.files import match_files

    with progress("bytes") as tell, _whole(out) as written:
        matched = match_files(listed, texts=text, out=written, tell=tell)
    if as_json:
        print_json(matched)
    else:
        _tell(matched)
    if matched.refused:
        raise typer.Exit(1)


def _tell(matched: "Matched") -> None:
    for each in matched.refused[:_NAMED]:
        print(f"tutela: {each}", file=sys.stderr)
    if len(matched.refused) > _NAMED:
        print(f"and {len(matched.refused) - _NAMED} more; --json names all", file=sys.stderr)
    print(
        f"{matched.texts_with_hits} of {matched.texts} texts match, {matched.hits} hits, "
        f"{matched.terms} terms looked for, {len(matched.refused)} lines refused"
    )


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """A file that stands there whole, or as it was where anything fails."""
    from tutela.detection.terms.files import TermFileUnfit

    is_special = path.exists() and not path.is_file()
    written = path if is_special else path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with written.open("wb") as out:
            yield out
        if not is_special:
            written.replace(path)
    except OSError as error:
        raise TermFileUnfit(f"{path}: {error.strerror}.") from error
    finally:
        if not is_special:
            written.unlink(missing_ok=True)
