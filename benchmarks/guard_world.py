"""`make guard-world`: everything listed is asked for on every surface of a simulated platform.

The same world is asked without a guard and with a list compared letter by letter, so that it is
seen to leak. Exit 1 where something leaked through the guard, or benign asks were harmed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine
from benchmarks.guard_world_figures import Seen, recall_table, table
from benchmarks.guard_world_run import Staged, Tell, judged, run, stage
from tutela.drills.surfaces.adapters import Surfaces
from tutela.drills.surfaces.asking import ExactList
from tutela.drills.surfaces.callers import Decided
from tutela.drills.surfaces.listing import snapshot_of
from tutela.drills.surfaces.world import Size
from tutela.guard.asking import Surface
from tutela.guard.deciding import decider

LISTED = 5_000
SEED = 20_261_122
NOBODY, EXACT, GUARD = "nobody", "exact list", "guard"


def size_of(listed: int) -> Size:
    """A world with so many listed tags and queries, and as many ordinary ones."""
    half = listed // 2
    return Size(
        accounts=listed // 2,
        tags=half,
        queries=half,
        planted_tags=half,
        planted_queries=half,
        confirmed=max(20, listed // 50),
        networks=max(2, listed // 500),
    )


async def compared(staged: Staged, *, at: datetime, tell: Tell) -> tuple[dict[str, Seen], Surfaces]:
    """The run with the guard, beside those without one and with exact comparison."""
    snapshot = snapshot_of(staged.world, version=1, at=at)
    seen, surfaces = await run(
        staged, guards=dict.fromkeys(Surface, Decided(decider(snapshot))), tell=tell
    )
    exact, _ = await run(staged, guards=dict.fromkeys(Surface, ExactList(snapshot)), tell=tell)
    runs = {GUARD: seen, EXACT: exact, NOBODY: judged(staged, pages=staged.unguarded)}
    return runs, surfaces


def told(surfaces: Surfaces) -> Iterator[str]:
    """How often the guard gave each answer."""
    for (surface, verdict, reason), count in sorted(surfaces.told.items()):
        yield f"  {surface} {verdict} {reason} {count:,}"


def _tell(line: str) -> None:
    print(f"{time.monotonic():10.1f} {line}", file=sys.stderr)


async def _main(chosen: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        for name, value in machine.described(Path(folder)).items():
            print(f"{name:<18} {value}")
    staged = await stage(size_of(chosen.listed), seed=chosen.seed, tell=_tell)
    runs, surfaces = await compared(staged, at=datetime.now(UTC), tell=_tell)
    print(f"{chosen.listed:,} listed tags and queries, seed {chosen.seed}")
    for line in (
        *table(runs),
        "answers of the guard:",
        *told(surfaces),
        *recall_table(runs[GUARD]),
    ):
        print(line)
    return 0 if runs[GUARD].is_fit() and not runs[NOBODY].is_fit() else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listed", type=int, default=LISTED, help="tags and queries in all")
    parser.add_argument("--seed", type=int, default=SEED, help="of the world")
    sys.exit(asyncio.run(_main(parser.parse_args())))
