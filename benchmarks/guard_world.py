"""`make guard-world`: everything listed is asked for on every surface of a simulated platform.

Its surfaces ask a real `tutela up`, two by the library and two over HTTP. The same world is asked
without a guard and with a list compared letter by letter, so that it is seen to leak. Exit 1 where
something leaked through the guard, or benign asks were harmed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import machine
from benchmarks.guard_world_figures import Seen, recall_table, table
from benchmarks.guard_world_house import house_guards
from benchmarks.guard_world_run import Staged, Tell, judged, run, stage
from tutela.drills.surfaces.adapters import Surfaces
from tutela.drills.surfaces.asking import Asking, ExactList
from tutela.drills.surfaces.callers import Decided
from tutela.drills.surfaces.listing import snapshot_of
from tutela.drills.surfaces.world import Size
from tutela.guard.asking import Reason, Surface
from tutela.guard.deciding import decider

LISTED = 5_000
SEED = 20_261_122
#: Reasons that say nothing of what is listed: a run in which they stand shows nothing.
UNASKED = frozenset({Reason.UNAVAILABLE, Reason.TOO_MANY, Reason.SURFACE_SHUT})
NOBODY, EXACT, GUARD = "nobody", "exact list", "guard"


@dataclass(frozen=True, slots=True)
class Compared:
    """The runs by what guarded, and the surfaces that the guard stood before."""

    runs: dict[str, Seen]
    surfaces: Surfaces

    def is_fit(self) -> bool:
        """Nothing leaked and little was harmed, nobody went unasked, and without it all leaks."""
        unasked = sum(
            count for (_, _, reason), count in self.surfaces.told.items() if reason in UNASKED
        )
        runs = self.runs
        return runs[GUARD].is_fit() and not unasked and not runs[NOBODY].is_fit()


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


async def compared(staged: Staged, *, guards: Mapping[Surface, Asking], tell: Tell) -> Compared:
    """The run with the guard, beside those without one and with exact comparison."""
    seen, surfaces = await run(staged, guards=guards, tell=tell)
    exact = ExactList(snapshot_of(staged.world, version=1, at=datetime.now(UTC)))
    compared_with, _ = await run(staged, guards=dict.fromkeys(Surface, exact), tell=tell)
    nobody = judged(staged, pages=staged.unguarded)
    return Compared({GUARD: seen, EXACT: compared_with, NOBODY: nobody}, surfaces)


def in_memory(staged: Staged) -> Mapping[Surface, Asking]:
    """One snapshot of what is planted, asked directly by every surface."""
    snapshot = snapshot_of(staged.world, version=1, at=datetime.now(UTC))
    return dict.fromkeys(Surface, Decided(decider(snapshot)))


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
    if chosen.in_memory:
        found = await compared(staged, guards=in_memory(staged), tell=_tell)
    else:
        async with house_guards(staged.world, tell=_tell) as guards:
            found = await compared(staged, guards=guards, tell=_tell)
    print(f"{chosen.listed:,} listed tags and queries, seed {chosen.seed}")
    for line in _lines(found):
        print(line)
    return 0 if found.is_fit() else 1


def _lines(found: Compared) -> Iterator[str]:
    yield from table(found.runs)
    yield "answers of the guard:"
    yield from told(found.surfaces)
    yield from recall_table(found.runs[GUARD])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listed", type=int, default=LISTED, help="tags and queries in all")
    parser.add_argument("--in-memory", action="store_true", help="without a service")
    parser.add_argument("--seed", type=int, default=SEED, help="of the world")
    sys.exit(asyncio.run(_main(parser.parse_args())))
