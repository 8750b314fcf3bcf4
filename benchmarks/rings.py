"""How much of each planted ring is found from three of its accounts, and who is taken for one.

`python -m benchmarks.rings`; a world is made, each ring is grown from three members drawn by
chance, and what comes out is held against the truth. Exits 1 where a dense ring or one of hubs has
a recall or a precision below .9, where more than 1 % of the honest look-alikes are flagged, or
where seeds drawn by chance make a case in more than 5 % of the draws. Rings that are sparse or
joined by tags alone are told as they are.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import pyarrow.parquet as pq

from benchmarks.machine import described
from tutela.drills.world.making import make
from tutela.drills.world.plan import planned
from tutela.networks.choosing.rank import Asked as RankAsked
from tutela.networks.choosing.rank import rank
from tutela.networks.engines.engine import Places
from tutela.networks.engines.local import LocalEngine
from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.files.seeds import places_of
from tutela.networks.graph import Graph
from tutela.networks.grouping.cases import Asked, Cases, cases_among
from tutela.networks.grouping.ties import Ties, ties_of

SEEDS: Final = 3
WANTED: Final = 0.9
FLAGGED_AT_MOST: Final = 0.01
CASES_BY_CHANCE_AT_MOST: Final = 0.05
#: Shapes that the bars hold for.
HELD: Final = frozenset({"dense", "hub_and_spoke"})
#: How an empty place of the truth reads as text.
_NONE: Final = "None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A world as it was read, and what was planted there."""

    graph: Graph
    ties: Ties
    #: By name of the ring its members, and its shape.
    rings: dict[str, Places]
    shapes: dict[str, str]
    #: Members of look-alikes who are of no ring.
    look_alikes: Places
    ordinary: Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of one ring."""

    name: str
    shape: str
    members: int
    found: int
    right: int
    look_alikes: int
    seconds: float

    @property
    def recall(self) -> float:
        """The share of the ring that was found."""
        return self.right / self.members

    @property
    def precision(self) -> float:
        """The share of those found that are of the ring."""
        return self.right / self.found if self.found else 0.0

    @property
    def counts(self) -> bool:
        """Whether the bars hold for it."""
        return self.shape in HELD


def known(folder: Path) -> Known:
    """The world in the folder."""
    accounts = pq.read_table(folder / "accounts.parquet", columns=["account"])
    reading = Reading(directed=True, accounts=accounts["account"].combine_chunks())
    graph = read_edges(folder / "edges.parquet", reading=reading)
    truth = pq.read_table(folder / "truth.parquet")
    places = places_of(truth["account"].combine_chunks(), names=graph.names)
    ring, look_alike = (np.array(truth[name].to_pylist(), "U32") for name in ("ring", "look_alike"))
    of_none = ring == _NONE
    shapes = _shapes(folder)
    return Known(
        graph=graph,
        ties=ties_of(graph),
        rings={name: np.sort(places[ring == name]) for name in shapes},
        shapes=shapes,
        look_alikes=places[of_none & (look_alike != _NONE)],
        ordinary=places[of_none & (look_alike == _NONE)],
    )


def _shapes(folder: Path) -> dict[str, str]:
    told = msgspec.json.decode((folder / "world.json").read_bytes())
    return {ring["name"]: ring["shape"] for ring in told["rings"]}


def found(world: Known, *, seed: int, ranks: bool) -> Iterator[Found]:
    """Each ring from three of its members, with the ranking's help or without."""
    chance = np.random.default_rng(seed)
    for name, members in world.rings.items():
        seeds = np.sort(chance.choice(members, SEEDS, replace=False))
        begun = time.monotonic()
        cases = made(world, seeds=seeds, ranks=ranks)
        places = np.concatenate([np.empty(0, np.int64), *(case.places for case in cases.cases[:1])])
        yield Found(
            name=name,
            shape=world.shapes[name],
            members=len(members),
            found=len(places),
            right=int(np.isin(places, members).sum()),
            look_alikes=int(np.isin(places, world.look_alikes).sum()),
            seconds=time.monotonic() - begun,
        )


def made(world: Known, *, seeds: Places, ranks: bool) -> Cases:
    """The cases of the seeds."""
    ranked: Places = np.empty(0, np.int64)
    if ranks:
        ranking = rank(LocalEngine(world.graph), asked=RankAsked(seeds=seeds))
        ranked = ranking.places
    return cases_among(world.ties, asked=Asked(graph=world.graph, seeds=seeds, ranked=ranked))


def cases_by_chance(world: Known, *, draws: int, seed: int) -> float:
    """The share of draws of three ordinary accounts that make a case."""
    chance = np.random.default_rng(seed)
    drawn = (np.sort(chance.choice(world.ordinary, SEEDS, replace=False)) for _ in range(draws))
    return sum(bool(made(world, seeds=seeds, ranks=False).cases) for seeds in drawn) / draws


def told(ring: Found) -> str:
    """The line of a ring."""
    return (
        f"{ring.name:<8} {ring.shape:<14} {ring.members:>5} members: recall {ring.recall:.3f}, "
        f"precision {ring.precision:.3f}, look-alikes {ring.look_alikes}, {ring.seconds:.1f} s"
    )


def by_shape(rings: Sequence[Found]) -> Iterator[str]:
    """A line a shape."""
    for shape in sorted({ring.shape for ring in rings}):
        of_it = [ring for ring in rings if ring.shape == shape]
        good = sum(ring.recall >= WANTED and ring.precision >= WANTED for ring in of_it)
        recall = np.mean([ring.recall for ring in of_it])
        precision = np.mean([ring.precision for ring in of_it])
        yield (
            f"{shape}: {good} of {len(of_it)} rings with recall and precision from {WANTED}, "
            f"on average {recall:.3f} and {precision:.3f}"
        )


def main() -> int:
    """0 where the bars hold."""
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.world or Path(scratch) / "world"
        if options.world is None:
            plan = planned(options.accounts, seed=options.seed, rings=None, hide=options.hide)
            make(plan, folder=folder, tell=lambda _done, _total: None)
        for name, value in described(Path(scratch)).items():
            print(f"{name}: {value}")
        world = known(folder)
    rings = []
    for ring in found(world, seed=options.seed, ranks=options.rank):
        rings.append(ring)
        print(told(ring), flush=True)
    print(*by_shape(rings), sep="\n")
    flagged = sum(ring.look_alikes for ring in rings) / max(1, len(world.look_alikes))
    print(f"look-alikes flagged: {flagged:.2%} of {len(world.look_alikes)}")
    by_chance = cases_by_chance(world, draws=options.draws, seed=options.seed)
    print(f"three ordinary accounts make a case: {by_chance:.1%} of {options.draws} draws")
    held = all(r.recall >= WANTED and r.precision >= WANTED for r in rings if r.counts)
    few = flagged <= FLAGGED_AT_MOST and by_chance <= CASES_BY_CHANCE_AT_MOST
    return 0 if held and few else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hide", type=float, default=0.0)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--world", type=Path, help="a world that was made before")
    parser.add_argument("--rank", action="store_true", help="rank the accounts first, each time")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
