"""How often seeds are said to connect: those of a planted ring, and some drawn by chance.

``python -m benchmarks.connects [--accounts 10000] [--draws 100]`` (`make bench-connects`): in a
synthetic world, three and ten accounts drawn by chance are ranked from, and three and ten members
of each ring; where the ranking says no, their rings are asked as `networks cases` does. Exits 1
where more than 5 % of the draws by chance are said to connect.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.machine import described
from benchmarks.rings import Known, known
from tutela.drills.world.making import make
from tutela.drills.world.plan import planned
from tutela.networks.choosing.rank import Asked, rank
from tutela.networks.engines.engine import Places
from tutela.networks.engines.local import LocalEngine
from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.grouping.connecting import rings_connect

CONNECT_BY_CHANCE_AT_MOST: Final = 0.05
SEEDS: Final = (3, 10)
_PACKAGES: Final = ("numpy", "pyarrow", "scikit-learn", "scipy")


def undirected(world: Known, *, folder: Path) -> Known:
    """The same world as `networks rank` reads it unless it is told otherwise."""
    reading = Reading(accounts=world.graph.names)
    return replace(world, graph=read_edges(folder / "edges.parquet", reading=reading))


def by_chance(world: Known, *, seeds: int, draws: int, chance: np.random.Generator) -> float:
    """The share of draws of accounts of all sorts that are said to connect."""
    everybody = len(world.graph.names)
    drawn = (np.sort(chance.choice(everybody, seeds, replace=False)) for _ in range(draws))
    return sum(connect(world, seeds=each) for each in drawn) / draws


def of_rings(
    world: Known, *, seeds: int, chance: np.random.Generator
) -> Iterator[tuple[str, bool]]:
    """The shape of each ring, and whether some of its members are said to connect."""
    for name, members in world.rings.items():
        drawn = np.sort(chance.choice(members, seeds, replace=False))
        yield world.shapes[name], connect(world, seeds=drawn)


def connect(world: Known, *, seeds: Places) -> bool:
    """Whether the ranking says so, or else the rings."""
    ranking = rank(LocalEngine(world.graph), asked=Asked(seeds=seeds))
    return ranking.connects or rings_connect(world.ties, seeds=seeds, seed=0)


def by_shape(found: Sequence[tuple[str, bool]]) -> str:
    """How many rings of each shape connect, in a line."""
    of_it = {shape: [one for other, one in found if other == shape] for shape, _ in sorted(found)}
    return ", ".join(f"{shape} {sum(ones)} of {len(ones)}" for shape, ones in of_it.items())


def main() -> int:
    """0 where the bar holds."""
    options = _options()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "world"
        plan = planned(options.accounts, seed=options.seed, rings=None, hide=0.0)
        make(plan, folder=folder, tell=lambda _done, _total: None)
        for name, value in described(Path(scratch), packages=_PACKAGES).items():
            print(f"{name}: {value}")
        world = undirected(known(folder), folder=folder)
    chance, most = np.random.default_rng(options.seed), 0.0
    for seeds in SEEDS:
        share = by_chance(world, seeds=seeds, draws=options.draws, chance=chance)
        most = max(most, share)
        print(f"{seeds} accounts by chance connect in {share:.1%} of {options.draws} draws")
        rings = list(of_rings(world, seeds=seeds, chance=chance))
        print(f"{seeds} members of a ring connect: {by_shape(rings)}", flush=True)
    return 0 if most <= CONNECT_BY_CHANCE_AT_MOST else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
