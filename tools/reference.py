"""Fills what is generated into the pages of `docs/`: `python -m tools.reference [--check]`.

A page says where by `<!-- generated: NAME -->` and `<!-- end -->`; the rest of it is written by
hand. With `--check` nothing is written: exit 1 names the pages that are out of date.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.reference_calls import call_terms, calls_table
from tools.reference_client import client_calls, client_errors, client_settings
from tools.reference_fields import fields_table
from tools.reference_ledger import worked_example
from tools.reference_lists import (
    atproto_reasons,
    checks,
    errors_table,
    families,
    members,
    rights_table,
    state_table,
    variables_of_events,
)
from tools.reference_use import commands, mapping_example, settings_table

DOCS = Path(__file__).resolve().parents[1] / "docs"
BLOCK = re.compile(r"(<!-- generated: (?P<name>.+?) -->\n)(?P<text>.*?)(<!-- end -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    """0 where every page is up to date (now)."""
    stale = [path for path, text in pages() if path.read_text(encoding="utf-8") != text]
    for path in stale:
        if "--check" in arguments:
            print(f"{path}: run python -m tools.reference")
        else:
            path.write_text(dict(pages())[path], encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with generated parts, as it should be."""
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        if BLOCK.search(text):
            yield path, BLOCK.sub(_filled, text)


def generated(name: str, *, before: str = "") -> str:
    """The text of one block; `before` is what it holds now, for tables whose last column stays."""
    what, _, of = name.partition(" ")
    if what == "call":
        return call_terms(of)
    if what == "fields":
        return fields_table(of, before=before)
    if what == "list":
        return members(of)
    if what == "states":
        return state_table(of)
    return _WHOLE[name]()


def names_in(path: Path) -> list[str]:
    """The names of the blocks of a page, in their order."""
    return [found["name"] for found in BLOCK.finditer(path.read_text(encoding="utf-8"))]


def _filled(found: "re.Match[str]") -> str:
    text = generated(found["name"], before=found["text"])
    return f"{found[1]}{text.strip()}\n{found[4]}"


_WHOLE = {
    "atproto reasons": atproto_reasons,
    "calls": calls_table,
    "checks": checks,
    "client calls": client_calls,
    "client errors": client_errors,
    "client settings": client_settings,
    "commands": commands,
    "errors": errors_table,
    "families": families,
    "ledger example": worked_example,
    "mapping example": mapping_example,
    "rights": rights_table,
    "rules variables": variables_of_events,
    "settings": settings_table,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
