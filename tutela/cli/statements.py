"""`tutela statements`: what the DSA Transparency Database would say of statements of reasons."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tutela.cli.output import progress

if TYPE_CHECKING:
    from tutela.compliance.transparency.files import Checked

statements = typer.Typer(
    no_args_is_help=True, help="Statements of reasons and the Transparency Database."
)

#: So many invalid lines are named in words; `--json` names all.
_NAMED: Final = 20
_KIB: Final = 1024


@dataclass(slots=True)
class _Count:
    """What became of the lines so far."""

    valid: int = 0
    invalid: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, checked: "Checked") -> None:
        if checked.is_valid:
            self.valid += 1
            return
        self.invalid += 1
        if len(self.named) < _NAMED:
            self.named.append(_words(checked))


@statements.command("check")
def check_statements(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="JSON Lines of statements.")],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON document a line.")
    ] = False,
) -> None:
    """Give the Transparency Database's own answers to a file; exit 1 where any is invalid."""
    from tutela.compliance.transparency.files import checked_lines

    count = _Count()
    total_kib = file.stat().st_size // _KIB if file.is_file() else 0
    with progress("KiB") as tell:
        for checked, read_bytes in checked_lines(file):
            count.add(checked)
            if as_json:
                sys.stdout.write(_line(checked))
            tell(read_bytes // _KIB, total_kib)
    if not as_json:
        _tell(count)
    if count.invalid:
        raise typer.Exit(1)


def _line(checked: "Checked") -> str:
    name = {} if checked.name is None else {"name": checked.name}
    return json.dumps({**name, "valid": checked.is_valid, "errors": checked.errors}) + "\n"


def _words(checked: "Checked") -> str:
    named = "" if checked.name is None else f" ({ascii(checked.name)[1:-1]})"
    return "\n".join(
        [f"line {checked.number}{named}"]
        + [f"  {each}: {message}" for each, message in checked.errors.items()]
    )


def _tell(count: _Count) -> None:
    for each in count.named:
        print(each)
    if count.invalid > len(count.named):
        print(f"and {count.invalid - len(count.named)} more; --json names all")
    print(f"{count.valid + count.invalid} lines: {count.valid} valid, {count.invalid} invalid")
