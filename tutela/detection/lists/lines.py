"""Files of one entry a line, or CSV with a column a kind of hash: read as they come."""

import codecs
import csv
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from tutela.detection.lists.entries import (
    WIDTHS,
    BadLine,
    BadValue,
    Entry,
    Kind,
    Row,
    read_hash,
    read_term,
)
from tutela.detection.lists.errors import ListFileUnfit

#: Characters of one line; what is longer is no entry.
LINE_MAX_CODE_POINTS: Final = 65_536
#: Told so that a bar moves, by bytes read and bytes in all.
Tell = Callable[[int, int], None]

_TELL_EVERY_LINES: Final = 2_000
_OTHER_MARKS: Final = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


def read_lines(
    path: Path, *, kind: Kind | None, tell: Tell | None = None
) -> Iterator[Row | BadLine]:
    """Each line as its entry, or why it was refused; without a kind hashes tell it by their length.

    A first line that names kinds of hashes makes the file a CSV with these columns. Raises
    ListFileUnfit for a file that can't be read or holds no line at all.
    """
    with opened(path) as file:
        lines = bounded(file, tell=tell)
        first = next(lines, None)
        if first is None:
            raise ListFileUnfit(f"{path}: nothing is in it.")
        columns = {} if kind is Kind.TERMS else _columns(first[1])
        rest = itertools.chain([first], lines)
        if columns:
            yield from _of_csv(rest, columns=columns)
        else:
            yield from _of_lines(rest, kind=kind)


@contextmanager
def opened(path: Path, *, encoding: str = "utf-8") -> Iterator[TextIO]:
    """The file as text, without a byte order mark; bytes of no text stay as lone surrogates."""
    without_mark = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        if without_mark == "utf-8-sig":
            _refuse_other_mark(path)
        with path.open(encoding=without_mark, errors="surrogateescape", newline="") as file:
            yield file
    except OSError as error:
        raise ListFileUnfit(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ListFileUnfit(f"{path}: not {encoding}.") from error


def bounded(file: TextIO, *, tell: Tell | None = None) -> Iterator[tuple[int, str]]:
    """The lines with their numbers from 1, blank ones left out; a long one cut to too long."""
    size = _size(file)
    number = 0
    while line := file.readline(LINE_MAX_CODE_POINTS + 1):
        number += 1
        rest = line
        while not rest.endswith(("\n", "\r")) and (rest := file.readline(LINE_MAX_CODE_POINTS)):
            pass
        if tell is not None and number % _TELL_EVERY_LINES == 0:
            tell(file.buffer.tell(), size)
        if line.strip():
            yield number, line.rstrip("\r\n")
    if tell is not None:
        tell(size, size)


def _of_lines(lines: Iterator[tuple[int, str]], *, kind: Kind | None) -> Iterator[Row | BadLine]:
    field = "term" if kind is Kind.TERMS else "hash"
    for number, line in lines:
        try:
            yield Row(line=number, entries=(_read(line, kind=kind),))
        except BadValue as error:
            yield BadLine(line=number, field=field, why=str(error))


def _of_csv(
    lines: Iterator[tuple[int, str]], *, columns: dict[int, Kind]
) -> Iterator[Row | BadLine]:
    next(lines)
    for number, line in lines:
        yield _row(next(csv.reader([line])), number=number, columns=columns)


def _row(cells: list[str], *, number: int, columns: dict[int, Kind]) -> Row | BadLine:
    entries: list[Entry] = []
    for place, kind in columns.items():
        text = cells[place].strip() if place < len(cells) else ""
        if not text:
            continue
        try:
            entries.append(read_hash(text, kind=kind))
        except BadValue as error:
            return BadLine(line=number, field=kind, why=str(error))
    if not entries:
        return BadLine(line=number, field="hash", why="no hash is in any of the columns")
    return Row(line=number, entries=tuple(entries))


def _read(line: str, *, kind: Kind | None) -> Entry:
    if len(line) > LINE_MAX_CODE_POINTS:
        raise BadValue("the line is too long")
    return read_term(line) if kind is Kind.TERMS else read_hash(line.strip(), kind=kind)


def _columns(header: str) -> dict[int, Kind]:
    names = [cell.strip().lower() for cell in next(csv.reader([header[:LINE_MAX_CODE_POINTS]]))]
    return {place: Kind(name) for place, name in enumerate(names) if name in set(WIDTHS)}


def _refuse_other_mark(path: Path) -> None:
    with path.open("rb") as file:
        begin = file.read(4)
    for mark, name in _OTHER_MARKS.items():
        if begin.startswith(mark):
            raise ListFileUnfit(f"{path}: written in {name}; save it as UTF-8.")


def _size(file: TextIO) -> int:
    place = file.buffer.tell()
    size = file.buffer.seek(0, 2)
    file.buffer.seek(place)
    return size
