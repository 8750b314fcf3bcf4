"""What was acknowledged, written down before it is counted; and what went wrong, by name."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

#: Faults of one kind that are told in full.
TOLD_MAX = 20
_BEGIN = time.monotonic()


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a sender was told of a notice: its key, the id, the receipt, and whether it was new."""

    key: str
    id: str
    fresh: bool
    receipt: dict[str, Any]


class DecisionTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer was told of a decision: its key, the id, and the items it answered."""

    key: str
    id: str
    case: str
    answered: list[str]


class Faults:
    """Every promise that was broken, counted by kind, the first of each kind in full."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.told: list[str] = []

    def add(self, kind: str, *, text: str) -> None:
        """One more; said at once on standard error as long as there are few of its kind."""
        self.counted[kind] += 1
        if self.counted[kind] <= TOLD_MAX:
            self.told.append(f"{kind}: {text}")
            tell(f"FAULT {kind}: {text}")


class Book:
    """An append-only file of acknowledgements; a line is written before it counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = 0
        self._file = path.open("ab", buffering=0)
        self._encode = msgspec.json.Encoder().encode

    def write(self, line: msgspec.Struct) -> None:
        """The line is in the file when this returns."""
        self._file.write(self._encode(line) + b"\n")
        self.lines += 1

    def close(self) -> None:
        self._file.close()


def acknowledgements(path: Path) -> Iterator[Acknowledgement]:
    """The notices that were acknowledged, in order, line by line."""
    decode = msgspec.json.Decoder(Acknowledgement).decode
    with path.open("rb") as file:
        yield from map(decode, file)


def decisions(path: Path) -> Iterator[DecisionTaken]:
    """The decisions that were acknowledged, in order, line by line."""
    decode = msgspec.json.Decoder(DecisionTaken).decode
    with path.open("rb") as file:
        yield from map(decode, file)


def tell(text: str) -> None:
    """A line of progress, with the seconds since the start."""
    print(f"crash: {time.monotonic() - _BEGIN:6.1f} s: {text}", file=sys.stderr, flush=True)
