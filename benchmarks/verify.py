"""How long the offline verifier takes over a large ledger, and how much memory.

``python -m benchmarks.verify [--leaves 1000000] [--receipts 10000]`` writes an export of that many
leaves of about 600 bytes, a receipt for each and a signed head over every 1,000 of them, into a
temporary folder, and verifies it in a process of its own, by ``--processes`` of its children
(every core by default). In the same run the same bytes are hashed bare: SHA-256 over each leaf with
its prefix, one by one, and one SHA-256 over the whole file. The ratios are told by the clock on the
wall and by processor time, which says more on a busy machine.
"""

import argparse
import base64
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import machine
from tutela.domain import canonical
from tutela.ledger import tree

LOG_ID: Final = "log-benchmark"
START: Final = datetime(2026, 11, 21, tzinfo=UTC)
LEAVES_A_HEAD: Final = 1_000
PROMISE: Final = timedelta(seconds=60)
TICK: Final = timedelta(milliseconds=10)

#: The verifier's command, which then tells its own peak of resident memory in KiB.
VERIFY: Final = """
import re, sys
from pathlib import Path
from tutela_verify.cli import main
status = main()
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
sys.exit(status)
"""


class Writer:
    """An export as it grows on disk, leaf by leaf."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._private = Ed25519PrivateKey.generate()
        self._public = self._private.public_key().public_bytes_raw()
        self._key_id = hashlib.sha256(self._public).hexdigest()[:16]
        self._tiles: dict[tuple[int, int], bytes] = {}
        self._size = 0
        self._heads: list[dict[str, object]] = []
        self.content_bytes = 0

    def begin(self, leaves: int) -> None:
        """The lines before the leaves."""
        log = {"v": 1, "log_id": LOG_ID, "size": leaves, "format": "tutela-ledger-export"}
        self._line("log", value=log | {"exported_at": canonical.timestamp(START + TICK * leaves)})
        key = {"key_id": self._key_id, "public_key": base64.b64encode(self._public).decode()}
        self._line(
            "key", value=key | {"purpose": "ledger", "valid_from": canonical.timestamp(START)}
        )

    def append(self, numbers: range) -> None:
        """The leaves of these numbers with their receipts, and a head over all so far."""
        hashes = []
        for number in numbers:
            content = canonical.encode(leaf(number))
            self._file.write(b"leaf\t" + content + b"\n")
            self.content_bytes += len(content)
            hashes.append(tree.leaf_hash(content))
            self._receipt(hashes[-1], received_at=START + TICK * number)
        appended = tree.append(self._tiles, size=self._size, leaf_hashes=hashes)
        needed = set(tree.tiles_for_append(appended.new_size))
        tiles = self._tiles | appended.changed_tiles
        self._tiles = {at: tile for at, tile in tiles.items() if at in needed}
        self._size = appended.new_size
        head = {"v": 1, "log_id": LOG_ID, "size": self._size, "root": appended.root.hex()}
        at = canonical.timestamp(START + TICK * numbers.stop)
        self._heads.append(self._signed(head | {"at": at}))

    def end(self) -> None:
        """The lines behind the leaves."""
        for head in self._heads:
            self._line("head", value=head)
        counts = {"leaves": self._size, "heads": len(self._heads), "receipts": self._size}
        self._line("end", value=counts)

    def _receipt(self, leaf_hash: bytes, *, received_at: datetime) -> None:
        promise = {
            "v": 1,
            "log_id": LOG_ID,
            "leaf_hash": leaf_hash.hex(),
            "received_at": canonical.timestamp(received_at),
            "include_by": canonical.timestamp(received_at + PROMISE),
        }
        receipt = self._signed(promise)
        del receipt["v"]
        self._line("receipt", value=receipt)

    def _signed(self, named: Mapping[str, object]) -> dict[str, object]:
        signature = base64.b64encode(self._private.sign(canonical.encode(named))).decode()
        return {**named, "key_id": self._key_id, "signature": signature}

    def _line(self, kind: str, *, value: Mapping[str, object]) -> None:
        self._file.write(kind.encode() + b"\t" + canonical.encode(value) + b"\n")


def leaf(number: int) -> dict[str, object]:
    """A notice of two items, of about 600 bytes."""
    token = hashlib.sha256(b"%d" % number).hexdigest()
    items = [
        {"id": f"{token[:32]}-{nth}", "kind": "content", "harm": "protection_of_minors"}
        for nth in range(2)
    ]
    projection = {
        "category": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        "channel": "user",
        "items": items,
        "keyword": "KEYWORD_OTHER_PROTECTION_OF_MINORS",
        "language": "de",
        "missing": ["/explanation", "/notifier"],
        "surface": "app",
    }
    return {
        "v": 1,
        "type": "notice.received",
        "id": token[:36],
        "at": canonical.timestamp(START + TICK * number),
        "service": "main",
        "projection": projection,
        "body_commitment": token,
    }


def write(path: Path, *, leaves: int) -> float:
    """The mean bytes of a leaf's content in the export of that many leaves at the path."""
    with path.open("wb", buffering=1 << 20) as file:
        writer = Writer(file)
        writer.begin(leaves)
        for start in range(0, leaves, LEAVES_A_HEAD):
            writer.append(range(start, min(start + LEAVES_A_HEAD, leaves)))
        writer.end()
    return writer.content_bytes / leaves


@dataclass(frozen=True)
class Taken:
    """Seconds by the clock on the wall, and of processor time."""

    wall: float
    cpu: float

    def over(self, bare: "Taken") -> str:
        """How many times the other it took."""
        return f"{self.wall / bare.wall:.1f} x by the wall, {self.cpu / bare.cpu:.1f} x processor"

    def __str__(self) -> str:
        return f"{self.wall:.2f} s, {self.cpu:.2f} s of processor time"


def taken(work: Callable[[], object]) -> Taken:
    """What some work took, with that of children that ended in it."""
    before, started = os.times(), time.perf_counter()
    work()
    wall, after = time.perf_counter() - started, os.times()
    return Taken(wall, sum(after[:4]) - sum(before[:4]))


def hash_each_leaf(path: Path) -> None:
    """SHA-256(0x00 || content) of every leaf line, one by one."""
    with path.open("rb", buffering=1 << 20) as file:
        for line in file:
            if line.startswith(b"leaf\t"):
                hashlib.sha256(b"\0" + line[5:-1]).digest()


def hash_the_file(path: Path) -> None:
    """One SHA-256 over the file."""
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def verified(path: Path, *, receipts: str, processes: str) -> tuple[float, str]:
    """Peak memory in MiB and the words of one verification in its own process."""
    command = [sys.executable, "-c", VERIFY, str(path), "--receipts", receipts]
    command += ["--processes", processes]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stderr) / 1024, done.stdout


def figures(leaves: int, *, receipts: str, processes: str) -> Iterator[str]:
    """The lines of the report."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.export"
        started = time.perf_counter()
        content_bytes = write(path, leaves=leaves)
        yield f"written: {leaves:,} leaves of {content_bytes:.0f} bytes, a receipt each"
        yield f"  {path.stat().st_size / 2**20:.0f} MiB in {time.perf_counter() - started:.1f} s"
        load = machine.load_average()
        each = taken(lambda: hash_each_leaf(path))
        whole = taken(lambda: hash_the_file(path))
        came: list[tuple[float, str]] = []
        verifying = taken(
            lambda: came.append(verified(path, receipts=receipts, processes=processes))
        )
        peak_mib, words = came[0]
        yield from words.splitlines()
        yield f"bare SHA-256 of each leaf, read from the file: {each}"
        yield f"bare SHA-256 of the file: {whole}"
        yield f"verified: {verifying}; load {load:.1f}, {processes} processes"
        yield f"  over each leaf: {verifying.over(each)}"
        yield f"  over the file: {verifying.over(whole)}"
        yield f"peak memory of the first process: {peak_mib:.0f} MiB"
        for name, value in machine.described(Path(folder)).items():
            yield f"{name}: {value}"


def main() -> None:
    """Prints the figures as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--receipts", default="10000", help="a number, or all")
    parser.add_argument("--processes", default=str(os.cpu_count()))
    given = parser.parse_args()
    for line in figures(given.leaves, receipts=given.receipts, processes=given.processes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
