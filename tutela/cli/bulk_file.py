"""A file of a decision about many: its lines as bytes, and what becomes of each."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from tutela.decisions.bulk.uploading import LINE_MAX_BYTES, PartLine
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.batch import Line
from tutela.intake.channels.file import FileUnfit

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_READ_BYTES: Final = 1024 * 1024

_encode = msgspec.json.Encoder().encode


class BulkRejected(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was refused, to be mended and sent again; without its text where it is too long.

    Bytes that are not UTF-8 stand as U+FFFD.
    """

    line: int
    code: str
    detail: str
    errors: list[dict[str, str]]
    text: str | None


class BulkFile:
    """A file that is read once for its name and once for its lines, in bounded memory."""

    def __init__(self, path: Path) -> None:
        """Raises FileUnfit where it can't be read."""
        self.path = path
        try:
            with path.open("rb") as file:
                self.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                self.size_bytes = file.tell()
        except OSError as error:
            raise FileUnfit(f"{path}: {error.strerror}.") from error

    def lines(self, tell: Callable[[int, int], None]) -> Iterator[Line]:
        """The lines that are not blank, of one too long just more than that; `tell` how far."""
        with self.path.open("rb") as file:
            number = 0
            while raw := _whole_line(file):
                number += 1
                if number == 1:
                    raw = raw.removeprefix(_BYTE_ORDER_MARK)
                if raw and not raw.isspace():
                    yield Line(number, raw.rstrip(b"\r\n"))
                tell(file.tell(), self.size_bytes)


class Rejects:
    """Where refused lines go, if anywhere."""

    def __init__(self, out: BinaryIO | None) -> None:
        self._out = out

    async def record(self, line: Line, *, error: TutelaError) -> None:
        """Writes the line with what is wrong."""
        if self._out is None:
            return
        too_long = len(line.raw) > LINE_MAX_BYTES
        rejected = BulkRejected(
            line=line.number,
            code=error.code,
            detail=error.detail,
            errors=_named(error.errors),
            text=None if too_long else line.raw.decode(errors="replace"),
        )
        self._out.write(_encode(rejected) + b"\n")


def told(outcome: PartLine) -> str:
    """A line that was not taken, in words."""
    if outcome.status == "repeated":
        return f"line {outcome.line}: the subject is there already, with the same words"
    places = "; ".join(f"{each.pointer} {each.message}".strip() for each in outcome.errors or [])
    return f"line {outcome.line}: {outcome.code}: {places}"


def _whole_line(file: BinaryIO) -> bytes:
    kept = rest = file.readline(LINE_MAX_BYTES + 2)
    while rest and not rest.endswith(b"\n"):
        rest = file.readline(_READ_BYTES)
    return kept


def _named(errors: tuple[FieldError, ...] | list[FieldError]) -> list[dict[str, str]]:
    return [{"pointer": each.pointer, "message": each.message} for each in errors]
