"""The leaves and receipts of an export, read by several processes; the same checks, without words.

Whatever does not pass makes it `Irregular`: the export is then read line by line, which finds the
first fault and names it. So this may only ever accept what reading line by line accepts.
"""

import base64
import multiprocessing
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tutela_verify import formats
from tutela_verify.formats import Malformed
from tutela_verify.lines import NOTE
from tutela_verify.trust import CLOCK_TOLERANCE, shifted

#: How much of a file a process reads at a time.
RANGE_BYTES: Final = 8 << 20
INTRODUCTION: Final = "key.introduced"

_TIME: Final = rb"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z"
_TEXT: Final = rb'[^"\\\x00-\x1f]+'
_LEAF: Final = (
    rb'leaf\t(\{"at":"(%(time)b)","body_commitment":"[0-9a-f]{64}","id":"%(text)b","projection":'
    rb'(\{[^\n]*\}),"service":"%(text)b","type":"(%(text)b)","v":1\})\n'
) % {b"time": _TIME, b"text": _TEXT}
_RECEIPT: Final = (
    rb'(?:receipt\t\{"include_by":"(%(time)b)","key_id":"([0-9a-f]{16})",'
    rb'"leaf_hash":"([0-9a-f]{64})","log_id":"%(log)b","received_at":"(%(time)b)",'
    rb'"signature":"([A-Za-z0-9+/]{85}[AQgw]==)"\}\n)?'
)


class Irregular(Exception):
    """Something is not as most exports have it; whether it is wrong is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every range is read by; keys as id, raw key, first and last instant of their time."""

    path: Path
    log_id: str
    keys: tuple[tuple[bytes, bytes, bytes, bytes], ...]
    sample: int | None
    expected: int


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes of the file from one leaf line to another, and how many receipts stand before them."""

    begin: int
    end: int
    first_receipt: int


@dataclass(slots=True)
class Found:
    """What a range, or all that was read so far, holds; ``notes`` in the form of the notebook."""

    leaves: int = 0
    receipts: int = 0
    signatures: int = 0
    first_at: str = "~"
    last_at: str = ""
    types: Counter[str] = field(default_factory=Counter)
    introductions: list[dict[str, Any]] = field(default_factory=list)
    notes: bytes = b""


def read(terms: Terms, *, begin: int, processes: int) -> Iterator[tuple[int, Found]]:
    """Where each range of the leaves from ``begin`` on ends, and what it holds; in their order."""
    ranges = list(_ranges(terms.path, begin=begin))
    if processes == 1 or len(ranges) == 1:
        yield from ((each.end, read_range(terms, part=each)) for each in ranges)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(min(processes, len(ranges)), mp_context=context) as pool:
        found = pool.map(_read_range, [(terms, each) for each in ranges])
        yield from ((each.end, got) for each, got in zip(ranges, found, strict=True))


def read_range(terms: Terms, *, part: Range) -> Found:
    """What the range holds; Irregular where anything in it is not as it should be."""
    with terms.path.open("rb") as file:
        file.seek(part.begin)
        text = file.read(part.end - part.begin)
    return _Reader(terms, first_receipt=part.first_receipt).read(text)


def _read_range(asked: tuple[Terms, Range]) -> Found:
    return read_range(asked[0], part=asked[1])


class _Reader:
    def __init__(self, terms: Terms, *, first_receipt: int) -> None:
        self._terms = terms
        self._nth = first_receipt
        self._log = formats.canonical({"log_id": terms.log_id})[len(b'{"log_id":"') : -len(b'"}')]
        named = {b"time": _TIME, b"log": re.escape(self._log)}
        self._pattern = re.compile(_LEAF + _RECEIPT % named)
        self._keys = {key_id: (raw, begin, end) for key_id, raw, begin, end in terms.keys}
        self._dates: set[bytes] = set()
        self._found = Found()

    def read(self, text: bytes) -> Found:
        position, notes, types, times = 0, [], Counter[bytes](), []
        for match in self._pattern.finditer(text):
            if match.start() != position:
                raise Irregular
            position = match.end()
            content, at, projection, kind, *promise = match.groups()
            digest = sha256(b"\0" + content).digest()
            value = _projection(content, projection=projection)
            if promise[0] is not None:
                self._check(promise, digest=digest, at=at)
            if kind == INTRODUCTION.encode():
                self._found.introductions.append(value)
            types[kind] += 1
            times.append(at)
            notes.append(NOTE.pack(0, digest, at, promise[0] or b""))
        if position != len(text):
            raise Irregular
        self._conclude(types, times=times)
        self._found.notes = b"".join(notes)
        return self._found

    def _check(self, promise: Sequence[bytes], *, digest: bytes, at: bytes) -> None:
        include_by, key_id, leaf_hash, received_at, _ = promise
        key = self._keys.get(key_id)
        if key is None or leaf_hash != digest.hex().encode() or include_by < received_at:
            raise Irregular
        if received_at < key[1] or (key[2] and received_at > key[2]):
            raise Irregular
        self._dates.add(include_by[:10])
        if at != received_at:
            self._dates.add(received_at[:10])
            _require_near(at.decode(), received_at=received_at.decode())
        nth, sample, expected = self._nth, self._terms.sample, self._terms.expected
        self._nth = nth + 1
        self._found.receipts += 1
        whole = sample is None or expected <= sample
        if whole or nth * (sample or 0) // expected != (nth - 1) * (sample or 0) // expected:
            self._require_signed(promise, raw=key[0])

    def _require_signed(self, promise: Sequence[bytes], *, raw: bytes) -> None:
        include_by, _, leaf_hash, received_at, signature = promise
        signed = b'{"include_by":"%b","leaf_hash":"%b","log_id":"%b","received_at":"%b","v":1}' % (
            *(include_by, leaf_hash, self._log, received_at),
        )
        try:
            Ed25519PublicKey.from_public_bytes(raw).verify(base64.b64decode(signature), signed)
        except InvalidSignature as error:
            raise Irregular from error
        self._found.signatures += 1

    def _conclude(self, types: Counter[bytes], *, times: list[bytes]) -> None:
        found = self._found
        self._dates.update({at[:10] for at in times})
        try:
            for day in self._dates:
                date.fromisoformat(day.decode())
            found.types = Counter({kind.decode(): count for kind, count in types.items()})
        except ValueError as error:
            raise Irregular from error
        found.leaves = len(times)
        found.first_at, found.last_at = min(times).decode(), max(times).decode()


def _projection(content: bytes, *, projection: bytes) -> dict[str, Any]:
    try:
        if not content.isascii():
            content.decode()
        return formats.read_canonical(projection)
    except (Malformed, UnicodeDecodeError) as error:
        raise Irregular from error


def _require_near(at: str, *, received_at: str) -> None:
    try:
        earliest = shifted(received_at, by=-CLOCK_TOLERANCE)
        latest = shifted(received_at, by=CLOCK_TOLERANCE)
    except ValueError as error:
        raise Irregular from error
    if not earliest <= at <= latest:
        raise Irregular


def _ranges(path: Path, *, begin: int) -> Iterator[Range]:
    receipts = 0
    with path.open("rb") as file:
        while True:
            file.seek(begin)
            text = file.read(RANGE_BYTES)
            places = [text.find(kind) for kind in (b"\nhead\t", b"\nend\t")]
            last = min((place for place in places if place >= 0), default=-1)
            end = (last if last >= 0 else text.rfind(b"\nleaf\t")) + 1
            if not end:
                raise Irregular
            yield Range(begin, begin + end, receipts)
            if last >= 0:
                return
            receipts += text.count(b"\nreceipt\t", 0, end)
            begin += end
