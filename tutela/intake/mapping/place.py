"""On which line of a TOML file a key stands: its reader does not say."""

import re

_HEADER = re.compile(r"^\s*\[(?P<many>\[)?(?P<key>.+?)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(
    r"^\s*(?P<key>(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_\-]+)(?:\s*\.\s*"
    r"(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_\-]+))*)\s*="
)
_STEP = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_\-]+)")


def line_of(path: tuple[str, ...], *, text: str) -> int | None:
    """The line, from 1, of the key or of the nearest thing around it; None where none is found.

    Items of an array of tables are counted from 0, as in `subjects.0.url`.
    """
    nearest, depth = None, 0
    table: tuple[str, ...] = ()
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        here = table
        if header := _HEADER.match(line):
            table = here = _steps(header["key"])
            if header["many"]:
                seen[table] = seen.get(table, -1) + 1
                table = here = (*table, str(seen[table]))
        elif key := _KEY.match(line):
            here = (*table, *_steps(key["key"]))
        else:
            continue
        shared = _shared(here, path=path)
        if shared == min(len(here), len(path)) and shared > depth:
            nearest, depth = number, shared
    return nearest


def _steps(key: str) -> tuple[str, ...]:
    return tuple(double or single or bare for double, single, bare in _STEP.findall(key))


def _shared(here: tuple[str, ...], *, path: tuple[str, ...]) -> int:
    count = 0
    for mine, wanted in zip(here, path, strict=False):
        if mine != wanted:
            break
        count += 1
    return count
