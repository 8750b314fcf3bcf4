"""Files of one entry a line, or CSV with a column a kind of hash: read as they come."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from tutela.detection.hashes import reading as hash_files
from tutela.detection.hashes.kinds import HashKind
from tutela.detection.lists.entries import (
    BadLine,
    BadValue,
    Entry,
    Kind,
    Row,
    read_term,
    refuse_nothing,
)
from tutela.detection.lists.errors import ListFileUnfit
from tutela.detection.lists.folding import can_be_looked_for

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
    ListFileUnfit or HashFileUnfit for a file that can't be read or holds no line at all.
    """
    is_empty = True
    if kind is Kind.TERMS:
        rows = can_be_looked_for(_terms(path, tell=tell))
    else:
        rows = _hashes(path, kind=kind, tell=tell)
    for row in rows:
        is_empty = False
        yield row
    if is_empty:
        raise ListFileUnfit(f"{path}: nothing is in it.")


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


def _terms(path: Path, *, tell: Tell | None) -> Iterator[Row | BadLine]:
    with opened(path) as file:
        for number, line in bounded(file, tell=tell):
            try:
                yield Row(line=number, entries=(read_term(line),))
            except BadValue as error:
                yield BadLine(line=number, field="term", why=str(error))


def _hashes(path: Path, *, kind: Kind | None, tell: Tell | None) -> Iterator[Row | BadLine]:
    refused: list[hash_files.BadLine] = []
    reading = hash_files.Reading(
        long_kind=HashKind.SHA256 if kind is Kind.SHA256 else HashKind.PDQ,
        refuse=refused.append,
        tell=tell,
    )
    for batch in hash_files.read_hashes(path, reading=reading):
        yield from _taken(refused)
        for value, line in zip(batch.hashes, batch.lines.tolist(), strict=True):
            found = Entry(kind=Kind(batch.kind), value=value.tobytes())
            yield _row(found, line=line, wanted=kind)
    yield from _taken(refused)


def _row(found: Entry, *, line: int, wanted: Kind | None) -> Row | BadLine:
    if wanted not in {None, found.kind}:
        return BadLine(line=line, field="hash", why=f"{found.kind}, where {wanted} belongs")
    try:
        refuse_nothing(found)
    except BadValue as error:
        return BadLine(line=line, field=found.kind, why=str(error))
    return Row(line=line, entries=(found,))


def _taken(refused: list[hash_files.BadLine]) -> Iterator[BadLine]:
    for bad in refused:
        yield BadLine(line=bad.number, field=bad.column or "hash", why=bad.why)
    refused.clear()


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
