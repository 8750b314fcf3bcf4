"""Reads files of hashes in bounded memory: one hex hash a line, or CSV with a column a kind."""

import binascii
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.kinds import SIZES_BYTES, HashKind
from tutela.errors import TutelaError

#: A line may have so many bytes; what is longer is no line of hashes.
LINE_MAX_BYTES: Final = 65_536
_READ_BYTES: Final = 1 << 20
_MARK: Final = b"\xef\xbb\xbf"
_OTHER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = (b",", b";", b"\t")
#: Bad lines that are named one by one.
_NAMED_AT_MOST: Final = 5
_LINES_A_BATCH: Final = 16_384


class HashFileUnfit(TutelaError):
    """The file can't be read as hashes; names the file, line and column."""

    code = "hash_file_unfit"
    title = "The file can't be read as hashes"
    status = 422


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is wrong with a line; never the line itself."""

    number: int
    #: The column of a CSV file; empty in a file of lines.
    column: str
    why: str

    def __str__(self) -> str:
        place = (
            f"line {self.number}, column {self.column}" if self.column else f"line {self.number}"
        )
        return f"{place}: {self.why}"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some hashes of one kind, as (rows, bytes), and the line that each stands on, from 1."""

    kind: HashKind
    hashes: NDArray[np.uint8]
    lines: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read."""

    #: What 64 digits are in a file without columns: a PDQ hash, or SHA-256.
    long_kind: HashKind = HashKind.PDQ
    #: Takes each bad line; without it the file is refused as a whole.
    refuse: Callable[[BadLine], None] | None = None
    #: Told how many bytes of how many are read.
    tell: Callable[[int, int], None] | None = None


def read_hashes(path: Path, *, reading: Reading | None = None) -> Iterator[Batch]:
    """The hashes of the file, in batches of one kind; blank lines are passed over.

    The kind of a line follows from its length: 32 digits MD5, 40 SHA-1, 64 PDQ or as `reading`
    says. A file whose first line names a column `pdq`, `md5`, `sha1` or `sha256` is CSV. Raises
    HashFileUnfit where the file can't be read, and without `refuse` where a line is bad.
    """
    reading = reading or Reading()
    bad = _Bad(path)
    refused = Reading(reading.long_kind, reading.refuse or bad.note, reading.tell)
    try:
        with path.open("rb") as file:
            yield from _batches(_blocks(file, path=path, reading=refused), reading=refused)
    except OSError as error:
        raise HashFileUnfit(f"{path}: {error.strerror}.") from error
    except HashFileUnfit:
        raise
    except csv.Error as error:
        raise HashFileUnfit(f"{path}: not CSV: {error}.") from error
    bad.raise_any()


class _Bad:
    """Bad lines of a file, the first ones by name."""

    def __init__(self, path: Path) -> None:
        self._path, self._named, self._count = path, list[str](), 0

    def note(self, line: BadLine) -> None:
        self._count += 1
        if len(self._named) < _NAMED_AT_MOST:
            self._named.append(str(line))

    def raise_any(self) -> None:
        """Raises HashFileUnfit where there was a bad line."""
        if not self._count:
            return
        more = self._count - len(self._named)
        rest = f"; and {more} more" if more else ""
        raise HashFileUnfit(f"{self._path}: {'; '.join(self._named)}{rest}.")


@dataclass(frozen=True, slots=True)
class _Block:
    """Successive lines without their ends; of one that is too long, None."""

    first: int
    lines: Sequence[bytes | None]


def _blocks(file: BinaryIO, *, path: Path, reading: Reading) -> Iterator[_Block]:
    total, done, number, rest, too_long = path.stat().st_size, 0, 1, b"", False
    while raw := file.read(_READ_BYTES):
        raw, done = raw if done else _without_mark(raw, path=path), done + len(raw)
        *lines, rest = (rest + raw).split(b"\n")
        if too_long and lines:
            lines[0], too_long = b"", False
            yield _Block(number, [None])
            number, lines = number + 1, lines[1:]
        if lines:
            yield _Block(number, [line if len(line) <= LINE_MAX_BYTES else None for line in lines])
            number += len(lines)
        if len(rest) > LINE_MAX_BYTES:
            rest, too_long = b"", True
        if reading.tell is not None:
            reading.tell(done, total)
    if too_long or rest:
        yield _Block(number, [None if too_long else rest])


def _without_mark(raw: bytes, *, path: Path) -> bytes:
    if raw.startswith(_OTHER_MARKS):
        raise HashFileUnfit(f"{path}: line 1: UTF-16; hashes are read from UTF-8 or ASCII.")
    return raw.removeprefix(_MARK)


def _batches(blocks: Iterator[_Block], *, reading: Reading) -> Iterator[Batch]:
    for block in blocks:
        first = next((line for line in block.lines if line is None or line.strip()), b"")
        delimiter = _delimiter_of(first or b"")
        if delimiter is not None:
            yield from _from_csv(
                _chained(block, later=blocks), delimiter=delimiter, reading=reading
            )
        elif first != b"":
            for each in _chained(block, later=blocks):
                yield from _plain(each, reading=reading)


def _delimiter_of(header: bytes) -> bytes | None:
    for delimiter in _DELIMITERS:
        if set(_names(header.split(delimiter))) & set(HashKind):
            return delimiter
    return None


def _names(cells: Sequence[bytes]) -> list[str]:
    return [cell.strip().strip(b'"').lower().decode(errors="replace") for cell in cells]


def _plain(block: _Block, *, reading: Reading) -> Iterator[Batch]:
    size = SIZES_BYTES[reading.long_kind]
    whole = _all_alike(block.lines, size_bytes=size)
    if whole is not None:
        lines = np.arange(block.first, block.first + len(block.lines))
        yield Batch(reading.long_kind, whole, lines)
        return
    by_length = {2 * size: kind for kind, size in SIZES_BYTES.items()} | {
        2 * size: reading.long_kind
    }
    taken = _Taken()
    for number, line in _told(block, reading=reading):
        if text := line.strip():
            kind = by_length.get(len(text))
            taken.take(text, kind=kind, place=(number, ""), reading=reading)
    yield from taken.batches()


def _all_alike(lines: Sequence[bytes | None], *, size_bytes: int) -> NDArray[np.uint8] | None:
    """The hashes, where every line is one of that size."""
    try:
        joined = b"".join(line.removesuffix(b"\r") for line in lines if line is not None)
        if {len(line.removesuffix(b"\r")) for line in lines if line is not None} != {
            2 * size_bytes
        }:
            return None
        raw = binascii.unhexlify(joined)
    except binascii.Error:
        return None
    if len(raw) != size_bytes * len(lines):
        return None
    return np.frombuffer(raw, np.uint8).reshape(-1, size_bytes)


class _Taken:
    """Hashes by kind, as lines gave them."""

    def __init__(self) -> None:
        self._raw: dict[HashKind, list[bytes]] = {}
        self._lines: dict[HashKind, list[int]] = {}

    def take(
        self, text: bytes, *, kind: HashKind | None, place: tuple[int, str], reading: Reading
    ) -> None:
        """Notes the hash of the kind, or refuses its line; None: no kind has this length."""
        raw = None if kind is None else _from_hex(text)
        if kind is not None and raw is not None and len(raw) == SIZES_BYTES[kind]:
            self._raw.setdefault(kind, []).append(raw)
            self._lines.setdefault(kind, []).append(place[0])
        elif reading.refuse is not None:
            reading.refuse(BadLine(*place, _why(text, kind=kind)))

    def __len__(self) -> int:
        return sum(map(len, self._raw.values()))

    def batches(self) -> Iterator[Batch]:
        for kind, raw in self._raw.items():
            hashes = np.frombuffer(b"".join(raw), np.uint8).reshape(-1, SIZES_BYTES[kind])
            yield Batch(kind, hashes, np.array(self._lines[kind], np.int64))


def _from_hex(text: bytes) -> bytes | None:
    try:
        return binascii.unhexlify(text)
    except binascii.Error:
        return None


def _why(text: bytes, *, kind: HashKind | None) -> str:
    wanted = "32, 40 or 64" if kind is None else str(2 * SIZES_BYTES[kind])
    if kind is None or len(text) != 2 * SIZES_BYTES[kind]:
        return f"{len(text)} bytes, where a hash has {wanted} hexadecimal digits"
    return "not hexadecimal"


def _from_csv(blocks: Iterator[_Block], *, delimiter: bytes, reading: Reading) -> Iterator[Batch]:
    numbers: list[int] = []
    texts = _texts(blocks, numbers=numbers, reading=reading)
    rows = csv.reader(texts, delimiter=delimiter.decode())
    header = [name.strip().lower() for name in next(row for row in rows if any(row))]
    kinds = {header.index(kind): kind for kind in HashKind if kind in header}
    if any(header.count(kind) > 1 for kind in kinds.values()):
        raise csv.Error("a column stands there twice")
    numbers.clear()
    taken = _Taken()
    for row in rows:
        cells = {kind: row[at].strip() for at, kind in kinds.items() if at < len(row)}
        for kind, cell in cells.items():
            if cell:
                text = cell.encode(errors="replace")
                taken.take(text, kind=kind, place=(numbers[0], kind), reading=reading)
        if row and not any(cells.values()) and reading.refuse is not None:
            reading.refuse(BadLine(numbers[0], "", "no hash in any column"))
        numbers.clear()
        if len(taken) >= _LINES_A_BATCH:
            yield from taken.batches()
            taken = _Taken()
    yield from taken.batches()


def _texts(blocks: Iterator[_Block], *, numbers: list[int], reading: Reading) -> Iterator[str]:
    """The lines as text; `numbers` takes which ones the reader of CSV has asked for."""
    for block in blocks:
        for number, line in _told(block, reading=reading):
            numbers.append(number)
            yield line.decode(errors="replace") + "\n"


def _told(block: _Block, *, reading: Reading) -> Iterator[tuple[int, bytes]]:
    """The lines with their numbers; those that are too long are refused."""
    for number, line in enumerate(block.lines, block.first):
        if line is not None:
            yield number, line
        elif reading.refuse is not None:
            reading.refuse(BadLine(number, "", f"longer than {LINE_MAX_BYTES} bytes"))


def _chained(block: _Block, *, later: Iterator[_Block]) -> Iterator[_Block]:
    yield block
    yield from later
