"""Files of statements, checked line by line as they are read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from tutela.compliance.transparency.checking import check, check_batch
from tutela.errors import TutelaError

#: A longer line is no call that anybody would take.
LINE_MAX_BYTES: Final = 32 * 1024 * 1024

_BATCH_ENDPOINT: Final = "/statements"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_INTEGER_DIGITS: Final = 20


class StatementFileUnfit(TutelaError):
    """The file can't be read, or a line of it is neither a statement nor a case of one."""

    code = "statement_file_unfit"
    title = "The file of statements can't be read"
    status = 422


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to one line; `errors` are empty where it is valid."""

    number: int
    errors: Mapping[str, str]
    name: str | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the database would take it."""
        return not self.errors


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a line asks: a body, to which call, and what was filed before."""

    payload: object
    is_batch: bool = False
    seen_puids: tuple[object, ...] = ()
    name: str | None = None


def checked_lines(path: Path) -> Iterator[tuple[Checked, int]]:
    """The answer to each line that isn't blank, in order, with the bytes read so far.

    A line holds a statement, a batch body, or `{payload, name?, endpoint?, seen_puids?}`, where an
    `endpoint` that ends in `/statements` makes the payload a batch body. `StatementFileUnfit` names
    file, line and field of the first that is none of these; what came before was answered.
    """
    try:
        with path.open("rb") as file:
            read_bytes = 0
            for number, raw in _lines(file, path=path):
                read_bytes += len(raw)
                if raw.strip():
                    yield _checked(raw, path=path, number=number), read_bytes
    except OSError as error:
        raise StatementFileUnfit(f"{path}: {error.strerror}.") from error


def _lines(file: BinaryIO, *, path: Path) -> Iterator[tuple[int, bytes]]:
    number = 0
    while raw := file.readline(LINE_MAX_BYTES + 1):
        number += 1
        if len(raw) > LINE_MAX_BYTES:
            raise _unfit(path, number=number, wrong=f"longer than {LINE_MAX_BYTES:,} bytes")
        yield number, raw.removeprefix(_BYTE_ORDER_MARK) if number == 1 else raw


def _checked(raw: bytes, *, path: Path, number: int) -> Checked:
    try:
        asked = _asked(_read(raw))
    except _Wrong as wrong:
        raise _unfit(path, number=number, wrong=str(wrong)) from wrong
    call = check_batch if asked.is_batch else check
    return Checked(number, call(asked.payload, seen_puids=asked.seen_puids), asked.name)


class _Wrong(Exception):
    """What is wrong with a line."""


def _unfit(path: Path, *, number: int, wrong: str) -> StatementFileUnfit:
    return StatementFileUnfit(f"{path}, line {number}: {wrong}.", evidence={"line": number})


def _read(raw: bytes) -> dict[str, object]:
    try:
        value = json.loads(raw.decode(), parse_constant=_no_number, parse_int=_number)
    except UnicodeDecodeError as cause:
        raise _Wrong(f"not UTF-8 at byte {cause.start}") from cause
    except json.JSONDecodeError as cause:
        raise _Wrong(f"not JSON: {cause.msg} at column {cause.colno}") from cause
    except RecursionError as cause:
        raise _Wrong("nested too deeply") from cause
    if not isinstance(value, dict):
        raise _Wrong("not an object")
    return value


def _no_number(word: str) -> object:
    raise _Wrong(f"{word} is no number of JSON")


def _number(digits: str) -> float:
    """The integer; beyond 64 bits a float, as PHP reads it."""
    return int(digits) if len(digits) <= _INTEGER_DIGITS else float(digits)


def _asked(line: Mapping[str, object]) -> _Asked:
    if "payload" not in line:
        return _Asked(line, is_batch=line.keys() == {"statements"})
    name, endpoint = _text_or_none(line, field="name"), _text_or_none(line, field="endpoint")
    seen = line.get("seen_puids")
    if not (seen is None or isinstance(seen, list)):
        raise _Wrong("field seen_puids must be a list")
    is_batch = endpoint is not None and endpoint.rstrip("/ ").endswith(_BATCH_ENDPOINT)
    return _Asked(line["payload"], is_batch, tuple(seen or ()), name)


def _text_or_none(line: Mapping[str, object], *, field: str) -> str | None:
    value = line.get(field)
    if value is None or isinstance(value, str):
        return value
    raise _Wrong(f"field {field} must be text")
