"""Tables in Markdown, and the remarks that members of a closed list carry in their source."""

import inspect
from collections.abc import Iterable, Sequence
from enum import StrEnum


def table(heads: Sequence[str], *, rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def code(text: object) -> str:
    """The text as code."""
    return f"`{text}`"


def remarks(kind: type[StrEnum]) -> dict[str, str]:
    """What the `#:` lines above each member say, by the member's value."""
    said: dict[str, str] = {}
    pending: list[str] = []
    for line in inspect.getsource(kind).splitlines():
        text = line.strip()
        if text.startswith("#: "):
            pending.append(text.removeprefix("#: "))
            continue
        name = text.partition(" = ")[0]
        if pending and name in kind.__members__:
            said[kind[name].value] = " ".join(pending)
        pending = []
    return said


def first_sentence(documented: object) -> str:
    """The first paragraph of a docstring, on one line."""
    text = inspect.getdoc(documented) or ""
    return " ".join(text.partition("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
