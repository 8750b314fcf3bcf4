"""What the database keeps: each platform's PUIDs for ever, and the rows where a file is given.

In memory a statement is its PUID's digest and a number. A row goes to the file, one JSON line
each, and is read back from there; a register on a file that has lines knows them.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from uuid import UUID

import msgspec

_DIGEST_BYTES: Final = 16
_NUMBER_BYTES: Final = 6
_SUM_MODULUS: Final = 1 << (8 * _DIGEST_BYTES)


class Register:
    """PUIDs of every platform, numbered from 1 in the order in which they came."""

    def __init__(self, path: Path | None = None) -> None:
        self._numbers: dict[bytes, int] = {}
        self._offsets: list[int] = []
        self._sums: dict[str, int] = {}
        self._counts: dict[str, int] = {}
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._file = None if path is None else os.open(path, flags, 0o600)
        self._end = 0
        if path is not None:
            self._recall(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            os.close(self._file)

    @property
    def keeps_rows(self) -> bool:
        return self._file is not None

    def __len__(self) -> int:
        return len(self._numbers)

    def knows(self, puid: str, *, platform: str) -> bool:
        """Whether the platform ever used the PUID."""
        return _digest(puid, platform=platform) in self._numbers

    def next_number(self) -> int:
        """The number that the next statement gets."""
        return len(self._numbers) + 1

    def add(self, rows: Sequence[dict[str, object]], *, platform: str) -> None:
        """Stores the rows, all at once: they are numbered on from `next_number`."""
        lines = [msgspec.json.encode(row) + b"\n" for row in rows] if self.keeps_rows else []
        if self._file is not None:
            _write(self._file, content=b"".join(lines))
        for row in rows:
            self._count(str(row["puid"]), platform=platform)
        for line in lines:
            self._offsets.append(self._end)
            self._end += len(line)

    def row(self, number: int) -> dict[str, object] | None:
        """The stored row of that number; None where there is none, or no file."""
        if self._file is None or not 1 <= number <= len(self._offsets):
            return None
        offset = self._offsets[number - 1]
        end = self._offsets[number] if number < len(self._offsets) else self._end
        row: dict[str, object] = msgspec.json.decode(os.pread(self._file, end - offset, offset))
        return row

    def counts(self) -> dict[str, dict[str, object]]:
        """By platform: how many statements, and the sum of their PUIDs' digests in hex.

        Whoever knows which PUIDs should be there adds up `puid_digest` of each, modulo 2^128, and
        sees from one number whether exactly those are.
        """
        return {
            name: {"stored": count, "puid_sum": f"{self._sums[name]:032x}"}
            for name, count in self._counts.items()
        }

    def _count(self, puid: str, *, platform: str) -> None:
        self._numbers[_digest(puid, platform=platform)] = len(self._numbers) + 1
        self._counts[platform] = self._counts.get(platform, 0) + 1
        self._sums[platform] = (self._sums.get(platform, 0) + puid_digest(puid)) % _SUM_MODULUS

    def _recall(self, path: Path) -> None:
        with path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    os.truncate(path, self._end)
                    break
                row = msgspec.json.decode(line)
                self._count(str(row["puid"]), platform=row["platform_name"])
                self._offsets.append(self._end)
                self._end += len(line)


def puid_digest(puid: str) -> int:
    """BLAKE2b of the PUID in UTF-8, 16 bytes, as a number."""
    return int.from_bytes(hashlib.blake2b(puid.encode(), digest_size=_DIGEST_BYTES).digest())


def uuid_of(number: int, *, seed: int) -> str:
    """The UUID of the statement of that number: its last 6 bytes are the number."""
    tail = number.to_bytes(_NUMBER_BYTES)
    mixed = hashlib.blake2b(tail, key=str(seed).encode(), digest_size=16 - _NUMBER_BYTES).digest()
    whole = bytearray(mixed + tail)
    whole[6] = whole[6] & 0x0F | 0x40
    whole[8] = whole[8] & 0x3F | 0x80
    return str(UUID(bytes=bytes(whole)))


def number_of(uuid: str, *, seed: int) -> int | None:
    """The number within the UUID; None for one that isn't ours."""
    try:
        number = int.from_bytes(UUID(uuid).bytes[-_NUMBER_BYTES:])
    except ValueError:
        return None
    return number if uuid_of(number, seed=seed) == uuid else None


def _digest(puid: str, *, platform: str) -> bytes:
    key = _platform_key(platform)
    return hashlib.blake2b(puid.encode(), key=key, digest_size=_DIGEST_BYTES).digest()


@cache
def _platform_key(platform: str) -> bytes:
    return hashlib.blake2b(platform.encode(), digest_size=_DIGEST_BYTES).digest()


def _write(file: int, *, content: bytes) -> None:
    while content:
        content = content[os.write(file, content) :]
