"""A graph of communities with heavy-tailed degrees, as files, and its exact PageRank."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tutela.networks.engines.push import Walk
from tutela.networks.graph import Graph

RESTART, SEEDS = 0.15, 50
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """The same graph as files, and the ids of the seeds."""

    numbers: Path
    strings: Path
    seeds: Path
    ids: list[int]


def made(folder: Path, *, accounts: int, edges: int) -> World:
    """Communities of 1,000, six edges of ten within; who has many edges follows a Pareto law."""
    chance = np.random.default_rng(1)
    until = np.cumsum(chance.pareto(2.0, accounts) + 1)
    until /= until[-1]
    src = np.searchsorted(until, chance.random(edges))
    near = (src // 1_000) * 1_000 + chance.integers(0, 1_000, edges)
    far = np.searchsorted(until, chance.random(edges))
    dst = np.where(chance.random(edges) < 0.6, near, far) % accounts
    ids = chance.permutation(accounts)
    world = World(
        folder / "numbers.parquet",
        folder / "strings.parquet",
        folder / "seeds.txt",
        np.sort(ids[:SEEDS]).tolist(),
    )
    names = pa.array([f"account-{number}" for number in range(accounts)])
    ends = {"src": pa.array(ids[src]), "dst": pa.array(ids[dst])}
    pq.write_table(pa.table(ends), world.numbers)
    pq.write_table(pa.table({end: names.take(each) for end, each in ends.items()}), world.strings)
    world.seeds.write_text("".join(f"{each}\n" for each in world.ids[:3]))
    return world


def exact(graph: Graph, *, walk: Walk) -> Numbers:
    """The shares in double precision, by plain iteration to 1e-11."""
    matrix = graph.adjacency["edge"].astype(np.float64)
    degrees = np.maximum(np.asarray(matrix.sum(axis=1)), 1e-300)
    start = np.zeros(matrix.shape[0])
    start[walk.seeds] = walk.shares
    shares = start.copy()
    for _ in range(200):
        new = (1 - RESTART) * (matrix @ (shares / degrees)) + RESTART * start
        moved = float(np.abs(new - shares).sum())
        shares = new
        if moved < 1e-11:
            break
    return shares
