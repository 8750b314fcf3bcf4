"""A file from elsewhere under a mapping: rows of a table, or JSON Lines, that become notices."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.file import (
    LINE_MAX_BYTES,
    FileUnfit,
    Line,
    ReadLine,
    lines_of,
    open_text,
    read_lines,
)
from tutela.intake.mapping.filling import Filled, Filling, ReadBytes
from tutela.intake.mapping.mapping import FileFormat, FileShape
from tutela.intake.mapping.meaning import faults_with_header
from tutela.intake.mapping.reading import MappingFile
from tutela.intake.places import step
from tutela.intake.reading import read_json


class RowUnfit(TutelaError):
    """The row is not one of this table."""

    code = "row_unfit"
    title = "The row does not fit the table"
    status = 422


class _Tape:
    """Lines of a text, with those of the row under way at hand and the way back to them."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self.number = 0
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.number += 1
        self.row.append(line)
        self._size += len(line)
        if self._size > LINE_MAX_BYTES:
            raise csv.Error(f"more than {LINE_MAX_BYTES} characters in a row")
        return line

    def begin(self) -> int:
        """The number of the line with which the next row begins."""
        self.row = []
        self._size = 0
        return self.number + 1

    def keep_one(self) -> None:
        """Of the row under way only the first line is done with."""
        self._again.extendleft(reversed(self.row[1:]))
        self.number -= len(self.row) - 1
        self.row = self.row[:1]


class MappedFile:
    """A file that a mapping was found to fit; its rows, and the notice of each."""

    def __init__(self, path: Path, *, mapping: MappingFile) -> None:
        """`FileUnfit` for a table without a header, `MappingUnfit` where it has other columns."""
        self._path = path
        self._mapping = mapping.mapping
        self._filling = Filling(mapping.mapping)
        self._header: tuple[str, ...] = ()
        if self._mapping.file.format is FileFormat.CSV:
            self._header = _header(path, shape=self._mapping.file)
            faults = faults_with_header(self._mapping, header=self._header)
            mapping.refuse_if_any(list(faults))

    def lines(self) -> Iterator[Line]:
        """Every row, in bounded memory; one that can't be read says why."""
        shape = self._mapping.file
        if shape.format is FileFormat.JSONL:
            return read_lines(self._path, encoding=shape.encoding)
        rows = _rows(self._path, shape=shape)
        next(rows)
        return (_held_to(self._header, line=line) for line in rows)

    def reader(self, read: ReadBytes) -> ReadLine:
        """What makes a notice of a row, by what reads a notice."""
        if self._mapping.file.format is FileFormat.JSONL:
            return lambda line: self._of_value(read_json(line.raw), read=read)
        return lambda line: self._of_cells(line.cells, read=read)

    def _of_value(self, value: object, *, read: ReadBytes) -> Filled:
        return self._filling.fill(lambda source: _at(source.pointer, value=value), read=read)

    def _of_cells(self, cells: tuple[str, ...], *, read: ReadBytes) -> Filled:
        row = dict(zip(self._header, cells, strict=True))
        return self._filling.fill(lambda source: row[source.column or ""], read=read)


def _header(path: Path, *, shape: FileShape) -> tuple[str, ...]:
    try:
        first = next(_rows(path, shape=shape), None)
    except OSError as error:
        raise FileUnfit(f"{path}: {error.strerror}.") from error
    if first is None:
        raise FileUnfit(f"{path}: empty; a table begins with a header line.")
    if first.fault is not None:
        raise FileUnfit(f"{path}, line {first.number}: the header: {first.fault.detail}")
    return tuple(name.strip() for name in first.cells)


def _rows(path: Path, *, shape: FileShape) -> Iterator[Line]:
    """Every row that is not empty, the header among them.

    Of a row whose quotes are broken its first line alone is refused: what follows is read anew, so
    that a quote that is never closed swallows no other row.
    """
    with open_text(path, encoding=shape.encoding, newline="") as file:
        tape = _Tape(lines_of(file))
        while True:
            reader = csv.reader(tape, delimiter=shape.delimiter, quotechar=shape.quote, strict=True)
            try:
                yield from _until_broken(tape, reader=reader)
                return
            except csv.Error as error:
                number = tape.number - len(tape.row) + 1
                tape.keep_one()
                fault = RowUnfit(f"{error}.", errors=[FieldError("", str(error))])
                yield Line(number, _raw(tape), fault=fault)


def _until_broken(tape: _Tape, *, reader: Iterator[list[str]]) -> Iterator[Line]:
    while True:
        number = tape.begin()
        cells = next(reader, None)
        if cells is None:
            return
        if cells:
            yield Line(number, _raw(tape), cells=tuple(cells))


def _raw(tape: _Tape) -> bytes:
    return "".join(tape.row).rstrip("\r\n").encode()


def _held_to(header: tuple[str, ...], *, line: Line) -> Line:
    """The row with as many cells as there are columns, or with what is wrong with it."""
    if line.fault is not None:
        return line
    cells = line.cells
    while len(cells) > len(header) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != len(header):
        message = f"{len(cells)} cells where the header has {len(header)}"
        return _faulty(line, errors=[FieldError("", message)])
    errors = [
        FieldError(step(name), "U+0000 can't be stored")
        for name, cell in zip(header, cells, strict=True)
        if "\0" in cell
    ]
    return _faulty(line, errors=errors) if errors else Line(line.number, line.raw, cells)


def _faulty(line: Line, *, errors: list[FieldError]) -> Line:
    fault = RowUnfit("; ".join(each.message for each in errors) + ".", errors=errors)
    return Line(line.number, line.raw, fault=fault)


def _at(pointer: str | None, *, value: object) -> object:
    """What a JSON pointer (RFC 6901) leads to; None where it leads nowhere."""
    for raw in (pointer or "").split("/")[1:]:
        name = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
