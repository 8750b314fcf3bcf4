"""Events that were stored, read line by line from a file of any size."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from tutela.domain.signals import Signal
from tutela.errors import TutelaError

LINE_MAX_BYTES: Final = 4 * 1024 * 1024
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
#: The field beside those of the contract that holds what other detectors said.
SIGNALS: Final = "signals"

_decode = msgspec.json.Decoder().decode


class EventsUnreadable(TutelaError):
    """The file of events can't be opened."""

    code = "events_unreadable"
    title = "The events can't be read"
    status = 422


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that holds no event; lines are counted from 1."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event, and what other detectors said of it."""

    line: int
    event: Mapping[str, Any]
    signals: tuple[Signal, ...] = ()


def read_events(
    path: Path, *, moved: Callable[[int, int], None] = lambda _done, _total: None
) -> Iterator[StoredEvent | BadLine]:
    """Each line that is not empty; `moved` hears the bytes read and those there are.

    Holds one line at a time. Raises EventsUnreadable where the file can't be opened.
    """
    try:
        file = path.open("rb")
        total = path.stat().st_size
    except OSError as error:
        raise EventsUnreadable(f"{path}: {error.strerror}.") from error
    with file:
        number = done = 0
        while raw := file.readline(LINE_MAX_BYTES + 1):
            number += 1
            done += len(raw)
            is_whole = len(raw) <= LINE_MAX_BYTES
            while not is_whole and not raw.endswith(b"\n"):
                raw = file.readline(LINE_MAX_BYTES)
                done += len(raw)
                if not raw:
                    break
            moved(done, total)
            if not is_whole:
                yield BadLine(line=number, message=f"more than {LINE_MAX_BYTES} bytes")
            elif raw.strip():
                yield read_event(raw, line=number)


def read_event(raw: bytes, *, line: int) -> StoredEvent | BadLine:
    """The event in a line: of the contract, or an action of Osprey's, also in its envelope."""
    try:
        value = _decode(raw.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return BadLine(line=line, message="not JSON")
    event = _unwrapped(value)
    if not isinstance(event, dict):
        return BadLine(line=line, message="not an object")
    if not isinstance(event.get("type", event.get("action_name")), str):
        return BadLine(line=line, message="neither `type` nor `action_name` is a text")
    try:
        signals = msgspec.convert(event.get(SIGNALS, ()), tuple[Signal, ...])
    except msgspec.ValidationError:
        return BadLine(line=line, message="`signals` are not signals")
    return StoredEvent(line=line, event=event, signals=signals)


def _unwrapped(value: object) -> object:
    """What an envelope of a queue holds, `{send_time, data: {action_name, ..}}`; else the value."""
    if not isinstance(value, dict) or "type" in value or "action_name" in value:
        return value
    inner = value.get("data")
    if isinstance(inner, str):
        try:
            inner = _decode(inner)
        except msgspec.DecodeError:
            return value
    return inner if isinstance(inner, dict) and "action_name" in inner else value
