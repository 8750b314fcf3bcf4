"""A file of notices: read as it comes, a bad line refuses that line alone, and again is safe."""

import asyncio
import codecs
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol, TextIO

from tutela.access.tokens import Caller
from tutela.errors import FieldError, TutelaError
from tutela.intake.door import Acknowledged, Intake, Sending
from tutela.intake.mapping.filling import Filled

DOOR: Final = "file"
UTF_8: Final = "utf-8"
LINE_MAX_BYTES = 1024 * 1024
#: Lines that are prepared before the loop may do something else, and then committed together.
STRIDE_LINES = 128
#: How long a database that is away is waited for before the import gives up.
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.5

_READ_BYTES = 1024 * 1024
_COME_BACK = frozenset({429, 503})


class FileUnfit(TutelaError):
    """The file as a whole can't be read."""

    code = "file_unfit"
    title = "The file can't be read"
    status = 422


class LineTooLong(TutelaError):
    """The line is longer than a notice may be."""

    code = "too_large"
    title = "The line is too long"
    status = 413


@dataclass(frozen=True, slots=True)
class Survey:
    """What a first reading of a file finds."""

    line_count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or one row of a table, with its number from 1.

    `raw` is UTF-8 and cut where the line is too long; `cells` are a row's own, and `fault` says
    why it could not be read.
    """

    number: int
    raw: bytes
    cells: tuple[str, ...] = ()
    fault: TutelaError | None = None

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than a notice may be."""
        return len(self.raw) > LINE_MAX_BYTES


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one line; without `acknowledged` and `error` it was only read."""

    line: Line
    read: Filled | None = None
    acknowledged: Acknowledged | None = None
    error: TutelaError | None = None


ReadLine = Callable[[Line], Filled]


class RecordLine(Protocol):
    """Writes a refused line down."""

    def __call__(self, line: Line, *, error: TutelaError) -> Awaitable[None]: ...


def survey(path: Path, *, encoding: str = UTF_8) -> Survey:
    """The lines and the hash of a file; `FileUnfit` names the first that is not in its encoding."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder(encoding)()
    newlines, last = 0, "\n"
    try:
        with path.open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                digest.update(chunk)
                text = decoder.decode(chunk)
                newlines += text.count("\n")
                last = text[-1:] or last
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = newlines + error.object[: error.start].decode(encoding, "ignore").count("\n") + 1
        raise FileUnfit(
            f"{path}, line {line}: not {encoding.upper()}. Nothing was taken.",
            errors=[FieldError(f"/{line - 1}", f"not {encoding.upper()}")],
        ) from error
    except OSError as error:
        raise FileUnfit(f"{path}: {error.strerror}.") from error
    return Survey(newlines + (last != "\n"), digest.hexdigest())


def read_lines(path: Path, *, encoding: str = UTF_8) -> Iterator[Line]:
    """The lines, each in bounded memory whatever its length."""
    with open_text(path, encoding=encoding, newline="\n") as file:
        for number, text in enumerate(lines_of(file), start=1):
            yield Line(number, text.rstrip("\r\n").encode())


def open_text(path: Path, *, encoding: str, newline: str) -> TextIO:
    """The file as text, without a byte order mark."""
    without_mark = "utf-8-sig" if codecs.lookup(encoding).name == UTF_8 else encoding
    return path.open(encoding=without_mark, newline=newline)


def lines_of(file: TextIO) -> Iterator[str]:
    """The lines with their ends; of a longer one than a notice may be just more than that."""
    while text := file.readline(LINE_MAX_BYTES + 2):
        rest = text
        while not rest.endswith(("\n", "\r")) and (rest := file.readline(_READ_BYTES)):
            pass
        yield text


class FileImport:
    """Takes the notices of one file on behalf of one caller."""

    def __init__(
        self,
        intake: Intake,
        *,
        caller: Caller,
        sha256: str,
        record_line: RecordLine,
        read_line: ReadLine | None = None,
    ) -> None:
        self._intake = intake
        self._read_line = read_line or (lambda line: Filled(intake.read(line.raw)))
        self._caller = caller
        self._sha256 = sha256
        self._record_line = record_line

    async def take(self, lines: Iterator[Line]) -> AsyncIterator[Taken]:
        """What became of each line, in order, once it is durable or refused.

        A line without `external_id` is known by its place in this very file, so that the same file
        may be sent again. Raises what is left of a database that stays away.
        """
        while stride := list(islice(lines, STRIDE_LINES)):
            for taken in await asyncio.gather(*(self._take(line) for line in stride)):
                yield taken

    async def _take(self, line: Line) -> Taken:
        read = None
        try:
            read = read_checked(line, read_line=self._read_line)
            key = f"file:{self._sha256}:{line.number}"
            sending = Sending(caller=self._caller, door=DOOR, key=key)
            prepared = self._intake.prepare(read.notice, sending=sending)
            done = await _patiently(lambda: self._intake.commit(prepared))
            return Taken(line, read, acknowledged=done)
        except TutelaError as error:
            if error.status in _COME_BACK:
                raise
            await self._record_line(line, error=error)
            return Taken(line, read, error=error)


def only_read(lines: Iterator[Line], *, read_line: ReadLine) -> Iterator[Taken]:
    """What each line would be; nothing is sent."""
    for line in lines:
        try:
            yield Taken(line, read_checked(line, read_line=read_line))
        except TutelaError as error:
            yield Taken(line, error=error)


def read_checked(line: Line, *, read_line: ReadLine) -> Filled:
    """The notice of a line; an error where it is too long, broken, or no notice."""
    if line.is_too_long:
        raise LineTooLong(f"At most {LINE_MAX_BYTES} bytes are taken.")
    if line.fault is not None:
        raise line.fault
    return read_line(line)


async def _patiently(attempt: Callable[[], Awaitable[Acknowledged]]) -> Acknowledged:
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + PATIENCE_SECONDS
    while True:
        try:
            return await attempt()
        except TutelaError as error:
            if error.status not in _COME_BACK or loop.time() > give_up_at:
                raise
        await asyncio.sleep(PAUSE_SECONDS)
