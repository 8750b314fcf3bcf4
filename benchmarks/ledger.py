"""A ledger of a real database exported and verified, beside bare SHA-256 of the same bytes.

``python -m benchmarks.ledger [--leaves 1000000] [--receipts 10000]`` (`make bench-ledger`) fills a
PostgreSQL of its own with so many notices of which each has a leaf of about 600 bytes and a receipt
that the house's key signed, lets the sequencer give them their places and sign its heads, and then
measures, in one run: `tutela ledger export`, SHA-256 over each leaf with its prefix one by one, one
SHA-256 over the whole file, and `tutela-verify` of it. Ratios are told by the clock on the wall and
by processor time, which says more on a busy machine.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from benchmarks import machine
from benchmarks.arena import Arena
from benchmarks.verify import Taken, hash_each_leaf, hash_the_file, leaf, taken, verified
from tutela import app
from tutela.access.founding import MAIN, found
from tutela.access.keys import KeySet
from tutela.database.cluster import SUPERUSER
from tutela.database.migrations import migrate
from tutela.database.pool import open_pool
from tutela.database.readiness import connection_url
from tutela.domain import canonical
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.ledger import receipts, tree
from tutela.ledger.sequencer import Sequencer

DATABASE = "ledger"
TICK = timedelta(milliseconds=1)
ROWS_AT_ONCE = 20_000
BAR = 20.0

_LEAVES = "COPY ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash) FROM STDIN"
_NOTICES = (
    "COPY notice (tenant, service, id, channel, door, mark, category, imminent_danger,"
    " possible_minor, item_count, article_16_missing, received_at, include_by, code_hash, key_id,"
    " signature, committed_at) FROM STDIN"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notary:
    """Who signs, for which log, and when the first notice came."""

    keys: KeySet
    log_id: str
    begun: datetime

    def rows(self, number: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The rows of one notice: its leaf and itself."""
        at = self.begun + TICK * number
        chance = number.to_bytes(UUID7_RANDOM_BYTES)
        fact_id = uuid7(unix_ms=int(at.timestamp() * 1000), random=chance)
        content = canonical.encode(
            {**leaf(number), "id": str(fact_id), "at": canonical.timestamp(at)}
        )
        leaf_hash = tree.leaf_hash(content)
        promise = receipts.promise(leaf_hash, log_id=self.log_id, received_at=at)
        signature = receipts.sign(promise, signer=self.keys.sign)
        written = (fact_id, MAIN, "notice.received", at, content, leaf_hash)
        return written, self._notice(fact_id, at=at, leaf_hash=leaf_hash, signature=signature)

    def _notice(
        self, fact_id: UUID, *, at: datetime, leaf_hash: bytes, signature: bytes
    ) -> tuple[Any, ...]:
        category = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
        lacking: list[str] = []
        said = (MAIN, MAIN, fact_id, "user", "api", "real", category, False, False, 1, lacking)
        promised = (at, receipts.include_by(at), leaf_hash, self.keys.key_id, signature, at)
        return (*said, *promised)


def store(connection: psycopg.Connection, *, notary: Notary, numbers: range) -> None:
    """These notices with leaves that have no place yet; foreign keys are not checked."""
    rows = [notary.rows(number) for number in numbers]
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for command, which in ((_LEAVES, 0), (_NOTICES, 1)):
            with cursor.copy(command) as copy:
                for row in rows:
                    copy.write_row(row[which])
    connection.commit()


async def build(arena: Arena, *, leaves: int) -> int:
    """How many of them have their place in the log, by the sequencer of the house.

    It places them by a clock that stands at the newest of them, as it would have then: a leaf that
    is covered later than its receipt promised is refuted.
    """
    await migrate(arena.url(DATABASE))
    pool = await open_pool(arena.url(DATABASE), name="tutela benchmark")
    superuser_url = connection_url(arena.server.placement, role=SUPERUSER, database=DATABASE)
    try:
        begun = app.now() - TICK * leaves
        keys = await found(pool, key_folder=arena.folder / "keys", now=begun, chance=os.urandom)
        with psycopg.connect(superuser_url) as connection:
            row = connection.execute("SELECT log_id FROM ledger_log").fetchone()
            assert row is not None
            notary = Notary(keys=keys, log_id=row[0], begun=begun)
            placed = 0
            for begin in range(0, leaves, ROWS_AT_ONCE):
                numbers = range(begin, min(begin + ROWS_AT_ONCE, leaves))
                store(connection, notary=notary, numbers=numbers)
                then = partial(begun.__add__, TICK * numbers.stop)
                placed += await Sequencer(pool, keys=keys, clock=then).sequence_all()
    finally:
        await pool.close()
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
    return placed


def export(arena: Arena, *, path: Path) -> None:
    """`tutela ledger export` in a process of its own."""
    command = [str(Path(sys.executable).with_name("tutela")), "ledger", "export", str(path)]
    where = ["--database", arena.url(DATABASE), "--keys", str(arena.folder / "keys")]
    done = subprocess.run([*command, *where], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def measured(arena: Arena, *, receipts_checked: str, processes: str) -> Iterator[str]:
    """The lines of the report."""
    path = arena.folder / "ledger.export"
    before = arena.cpu_seconds()
    exporting = taken(lambda: export(arena, path=path))
    exporting = Taken(exporting.wall, exporting.cpu + arena.cpu_seconds() - before)
    each, whole = taken(lambda: hash_each_leaf(path)), taken(lambda: hash_the_file(path))
    came: list[tuple[float, str]] = []
    verifying = taken(
        lambda: came.append(verified(path, receipts=receipts_checked, processes=processes))
    )
    peak_mib, words = came[0]
    yield from words.splitlines()
    both = Taken(exporting.wall + verifying.wall, exporting.cpu + verifying.cpu)
    yield f"export of {path.stat().st_size / 2**20:.0f} MiB: {exporting}"
    yield f"verified by {processes} processes, the first of {peak_mib:.0f} MiB: {verifying}"
    for name, bare in (("each leaf, one by one", each), ("the whole file", whole)):
        yield f"bare SHA-256 of {name}: {bare}"
        yield f"  verified: {verifying.over(bare)}"
        yield f"  exported and verified: {both.over(bare)}"
    told = "met" if both.wall <= BAR * each.wall else "NOT met"
    yield f"exported and verified within {BAR:.0f} x bare SHA-256 of the leaves: {told}"


def main() -> None:
    """Prints the figures as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--receipts", default="10000", help="a number, or all")
    parser.add_argument("--processes", default=str(os.cpu_count()))
    given = parser.parse_args()
    with Arena() as arena:
        for name, value in machine.described(arena.folder).items():
            print(f"{name}: {value}", flush=True)
        arena.create(DATABASE)
        started = time.perf_counter()
        placed = asyncio.run(build(arena, leaves=given.leaves))
        seconds = time.perf_counter() - started
        print(f"{placed:,} leaves signed, stored and placed in {seconds:.0f} s", flush=True)
        arena.settle()
        print(f"load {machine.load_average():.1f}", flush=True)
        for line in measured(arena, receipts_checked=given.receipts, processes=given.processes):
            print(line, flush=True)


if __name__ == "__main__":
    main()
