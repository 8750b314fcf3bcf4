"""The lines of an export, one at a time, and a notebook on disk for what must be read twice."""

import json
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from tutela_verify.merkle import leaf_hash
from tutela_verify.verdict import Fault, FaultKind, NotAnExport, Refuted

#: A longer line is refused unread.
LONGEST_LINE_BYTES: Final = 1 << 20

#: A note as it is kept: line, hash, time, and by when it was promised.
NOTE: Final = struct.Struct("<q32s27s27s")

_TAIL_BYTES: Final = 4096
_NOTEBOOK_MEMORY_BYTES: Final = 32 << 20
_LEAF_PREFIX: Final = b"leaf\t"


class Line(NamedTuple):
    """A line of an export: its number from 1, its kind, and the JSON behind the tab."""

    number: int
    kind: bytes
    json: bytes


def read_lines(file: BinaryIO) -> Iterator[Line]:
    """Every line; Refuted at one that is cut or too long, NotAnExport before the first."""
    number = 0
    while line := file.readline(LONGEST_LINE_BYTES):
        number += 1
        kind, tab, body = line[:-1].partition(b"\t")
        if number == 1 and not (tab and kind == b"log"):
            raise NotAnExport("it does not begin with a log line")
        if not line.endswith(b"\n"):
            raise Refuted(_broken_line(number, length=len(line)))
        yield Line(number, kind if tab else b"", body)
    if not number:
        raise NotAnExport("it is empty")


def promised_receipts(path: Path) -> int | None:
    """The number of receipts that the end line names, taken unchecked; None if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            _, _, body = file.read().rpartition(b"\nend\t")
        count = json.loads(body)["receipts"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return count if type(count) is int and count >= 0 else None


def leaf_with_hash(path: Path, *, wanted: bytes) -> int | None:
    """The index of the leaf line whose content has this hash, whatever else is wrong."""
    index = 0
    with path.open("rb") as file:
        while line := file.readline(LONGEST_LINE_BYTES):
            if line.startswith(_LEAF_PREFIX):
                if leaf_hash(line[len(_LEAF_PREFIX) : -1]) == wanted:
                    return index
                index += 1
    return None


@dataclass(frozen=True, slots=True)
class Note:
    """What the heads, which stand behind all leaves, are held against: one leaf."""

    line: int
    hash: bytes
    at: str
    include_by: str


class Notebook:
    """Notes in the order in which they were taken; beyond 32 MiB they lie in a temporary file."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_NOTEBOOK_MEMORY_BYTES)  # noqa: SIM115

    def take(self, note: Note) -> None:
        """Put a note behind the others."""
        self._file.write(
            NOTE.pack(note.line, note.hash, note.at.encode(), note.include_by.encode())
        )

    def take_packed(self, notes: bytes) -> None:
        """Put notes that are in their kept form behind the others."""
        self._file.write(notes)

    def read_packed(self, count: int) -> bytes:
        """The next so many notes in their kept form, where none was read yet by ``read``."""
        return self._file.read(count * NOTE.size)

    def rewind(self) -> None:
        """From here on notes are read, from the first."""
        self._file.seek(0)

    def read(self) -> Iterator[Note]:
        """Every note from the first; none may be taken from here on."""
        self._file.seek(0)
        while packed := self._file.read(NOTE.size):
            line, hash_, at, include_by = NOTE.unpack(packed)
            yield Note(line, hash_, at.decode(), include_by.rstrip(b"\0").decode())

    def close(self) -> None:
        """Forget all notes."""
        self._file.close()


def _broken_line(number: int, *, length: int) -> Fault:
    if length >= LONGEST_LINE_BYTES:
        words = f"the line is longer than {LONGEST_LINE_BYTES} bytes"
        return Fault(kind=FaultKind.MALFORMED, line=number, words=words)
    words = "the file is cut in the middle of this line"
    return Fault(kind=FaultKind.CUT, line=number, words=words)
