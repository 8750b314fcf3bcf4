"""A file of JSON Lines: read as it comes, a bad line refuses that line alone, and again is safe."""

import asyncio
import codecs
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from tutela.access.tokens import Caller
from tutela.errors import FieldError, TutelaError
from tutela.intake.door import Acknowledged, Intake, Sending

DOOR = "file"
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
    """One line with its number from 1; `raw` is cut where the line is too long."""

    number: int
    raw: bytes

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than a notice may be."""
        return len(self.raw) > LINE_MAX_BYTES


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one line."""

    line: Line
    acknowledged: Acknowledged | None = None
    error: TutelaError | None = None


class RecordLine(Protocol):
    """Writes a refused line down."""

    def __call__(self, line: Line, *, error: TutelaError) -> Awaitable[None]: ...


def survey(path: Path) -> Survey:
    """The lines and the hash of a file; `FileUnfit` names the first line that is not UTF-8."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    newlines, last = 0, b"\n"
    try:
        with path.open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                digest.update(chunk)
                decoder.decode(chunk)
                newlines += chunk.count(b"\n")
                last = chunk[-1:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line = newlines + error.object[: error.start].count(b"\n") + 1
        raise FileUnfit(
            f"{path}, line {line}: not UTF-8. Nothing was taken.",
            errors=[FieldError(f"/{line - 1}", "not UTF-8")],
        ) from error
    except OSError as error:
        raise FileUnfit(f"{path}: {error.strerror}.") from error
    return Survey(newlines + (last != b"\n"), digest.hexdigest())


def read_lines(path: Path) -> Iterator[Line]:
    """The lines, each in bounded memory whatever its length."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LINE_MAX_BYTES + 2):
            number += 1
            rest = raw
            while not rest.endswith(b"\n") and (rest := file.readline(_READ_BYTES)):
                pass
            if number == 1:
                raw = raw.removeprefix(codecs.BOM_UTF8)
            yield Line(number, raw.rstrip(b"\r\n"))


class FileImport:
    """Takes the notices of one file on behalf of one caller."""

    def __init__(
        self, intake: Intake, *, caller: Caller, sha256: str, record_line: RecordLine
    ) -> None:
        self._intake = intake
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
        try:
            if line.is_too_long:
                raise LineTooLong(f"At most {LINE_MAX_BYTES} bytes are taken.")
            key = f"file:{self._sha256}:{line.number}"
            prepared = self._intake.prepare(
                self._intake.read(line.raw),
                sending=Sending(caller=self._caller, door=DOOR, key=key),
            )
            return Taken(line, await _patiently(lambda: self._intake.commit(prepared)))
        except TutelaError as error:
            if error.status in _COME_BACK:
                raise
            await self._record_line(line, error=error)
            return Taken(line, error=error)


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
