"""PDQ search beside threatexchange's PDQIndex and faiss's IndexBinaryFlat, one thread each.

``python -m benchmarks.hashes [--hashes 1000000] [--rounds 5] [--seed 1]`` (`make bench-hashes`)
searches a list of random hashes and one of near-duplicates. Sides take turns within each round;
medians over the rounds are told, by processor time and by the clock. All answers are held against
each other: hashes planted at 0 to 31 bits must be found, at 32 to 40 nothing. Building, memory and
adding one are measured in a process of each side's own. Exit 1 where an answer or a bar is missed.
"""

import argparse
import importlib.metadata
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import faiss
import msgspec
import numpy as np
from numpy.typing import NDArray

from benchmarks import machine
from benchmarks.hashes_sides import RADIUS, SIDES, Flat, Ours, Side, Some, Threatexchange, some

HASHES, ROUNDS, SEED = 1_000_000, 5, 1
#: How many times the queries of the others ours must do.
BARS = {Threatexchange.name: 8.0, Flat.name: 5.0}
PLANTED_UP_TO, PLANTED_EACH = 40, 8
BATCHES = {1: 64, 64: (PLANTED_UP_TO + 1) * PLANTED_EACH}
CLUSTER_ROWS, CLUSTER_BITS = 100, 12
ADDED = 5


class Cost(msgspec.Struct, frozen=True):
    """What it takes to have one side's index."""

    build_cpu_seconds: float
    memory_mib: float
    add_one_ms: float


@dataclass(frozen=True, slots=True)
class World:
    """A list, and queries at each distance from 0 to 40 from some row of it."""

    name: str
    listed: NDArray[np.uint8]
    queries: Some
    #: The row that each query was made from, and how many bits it is off.
    rows: list[int]
    distances: list[int]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of the processor, and by the clock."""

    cpu: float
    wall: float


def random_world(chance: np.random.Generator, *, hashes: int) -> World:
    """Hashes by chance; queries differ in any bits."""
    listed = chance.integers(0, 256, (hashes, 32), dtype=np.uint8)
    return _planted("random", listed=listed, bits=np.arange(256), chance=chance)


def clustered_world(chance: np.random.Generator, *, hashes: int) -> World:
    """Near-duplicates, about a hundred a cluster; queries are off where duplicates don't differ."""
    centres = chance.integers(0, 256, (max(1, hashes // CLUSTER_ROWS), 32), dtype=np.uint8)
    listed = centres[chance.integers(0, len(centres), hashes)]
    for begin in range(0, hashes, 100_000):
        part = listed[begin : begin + 100_000]
        ranks = chance.random((len(part), 128)).argsort(axis=1)
        bits = np.zeros((len(part), 256), np.uint8)
        bits[:, ::2] = ranks < chance.integers(0, CLUSTER_BITS + 1, len(part))[:, None]
        part ^= np.packbits(bits, axis=1)
    return _planted("clustered", listed=listed, bits=np.arange(1, 256, 2), chance=chance)


def _planted(
    name: str,
    *,
    listed: NDArray[np.uint8],
    bits: NDArray[np.int64],
    chance: np.random.Generator,
) -> World:
    distances = np.repeat(np.arange(PLANTED_UP_TO + 1), PLANTED_EACH)
    chance.shuffle(distances)
    rows = chance.integers(0, len(listed), len(distances))
    flips = np.zeros((len(rows), 256), np.uint8)
    for query, distance in enumerate(distances):
        flips[query, chance.choice(bits, distance, replace=False)] = 1
    queries = some(listed[rows] ^ np.packbits(flips, axis=1))
    return World(name, listed, queries, rows.tolist(), distances.tolist())


def faults(world: World, *, sides: Sequence[Side]) -> list[str]:
    """What our answers get wrong: planted rows, or what a full scan finds."""
    answers = {side.name: side.found(world.queries) for side in sides}
    wrong = []
    for name, found in answers.items():
        planted = list(zip(found, world.rows, world.distances, strict=True))
        near = [row in rows for rows, row, distance in planted if distance <= RADIUS]
        extra = sum(len(rows) for rows, _, distance in planted if distance > RADIUS)
        print(
            f"  {name:<26} recall at 0..31 bits {sum(near) / len(near):.4f}   hits beyond {extra}"
        )
        if name == Ours.name and not (all(near) and extra == 0):
            wrong.append(f"{world.name}: something planted was missed, or found beyond the radius")
    if answers[Ours.name] != answers[Flat.name]:
        wrong.append(f"{world.name}: the answers are not those of {Flat.name}")
    return wrong


def taken_in_turns(
    queries: Some, *, sides: Sequence[Side], batch: int, rounds: int
) -> dict[str, Spent]:
    """What a query takes each side: the median over rounds in which they take turns."""
    spent: dict[str, list[Spent]] = {side.name: [] for side in sides}
    for turn in range(rounds):
        first = turn % len(sides)
        for side in [*sides[first:], *sides[:first]]:
            spent[side.name].append(_spent(partial(_ask, side, queries=queries, batch=batch)))
    count = len(queries.digits)
    return {
        name: Spent(
            statistics.median(each.cpu for each in times) / count,
            statistics.median(each.wall for each in times) / count,
        )
        for name, times in spent.items()
    }


def _ask(side: Side, *, queries: Some, batch: int) -> None:
    for at in range(0, len(queries.digits), batch):
        side.ask(queries.part(slice(at, at + batch)))


def _spent(work: Callable[[], object]) -> Spent:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Spent(time.process_time() - cpu, time.perf_counter() - wall)


def cost(kind: type[Side], *, hashes: int, chance: np.random.Generator) -> Cost:
    """What the side takes in this process, which has done nothing else."""
    world = random_world(chance, hashes=hashes)
    listed = some(world.listed) if kind is Threatexchange else Some(world.listed, [])
    before, built = _resident_mib(), list[Side]()
    spent = _spent(lambda: built.append(kind(listed)))
    memory = _resident_mib() - before
    added = [
        _spent(partial(built[0].add, world.queries.part(slice(at, at + 1)))) for at in range(ADDED)
    ]
    return Cost(spent.cpu, memory, statistics.median(each.cpu for each in added) * 1000)


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _cost_alone(kind: type[Side], *, hashes: int, seed: int) -> Cost:
    size = ["--hashes", str(hashes), "--seed", str(seed)]
    command = [sys.executable, "-m", "benchmarks.hashes", "--cost", kind.name, *size]
    done = subprocess.run(command, capture_output=True, check=True)
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=Cost)


def bench(world: World, *, rounds: int) -> list[str]:
    """Tells the figures of one list; gives what was missed."""
    print(f"\n{world.name}: {len(world.listed):,} hashes, radius {RADIUS}, one thread")
    listed = some(world.listed)
    sides = [kind(listed) for kind in SIDES]
    wrong = faults(world, sides=sides)
    for batch, count in BATCHES.items():
        queries = world.queries.part(slice(count))
        spent = taken_in_turns(queries, sides=sides, batch=batch, rounds=rounds)
        ours = spent[Ours.name]
        for name, each in spent.items():
            ratio = each.cpu / ours.cpu
            print(
                f"  {name:<26} {batch:>2} at a time {1 / each.cpu:9,.0f} queries/s of processor"
                f" {1 / each.wall:9,.0f} by the clock   ours does {ratio:6.1f}x"
            )
            if ratio < BARS.get(name, 0.0):
                wrong.append(f"{world.name}, {batch} at a time: {ratio:.1f}x {name}")
    return wrong


def main() -> int:
    """Runs the benchmark; the process's exit status."""
    arguments = _arguments()
    faiss.omp_set_num_threads(1)
    chance = np.random.default_rng(arguments.seed)
    if arguments.cost:
        (kind,) = (kind for kind in SIDES if kind.name == arguments.cost)
        print(msgspec.json.encode(cost(kind, hashes=arguments.hashes, chance=chance)).decode())
        return 0
    _tell_where()
    print("\nto have the index of random hashes, each in a process of its own")
    for kind in SIDES:
        took = _cost_alone(kind, hashes=arguments.hashes, seed=arguments.seed)
        print(
            f"  {kind.name:<26} build {took.build_cpu_seconds:7.2f} s of processor   memory "
            f"{took.memory_mib:6.0f} MiB   add one {took.add_one_ms:8.3f} ms"
        )
    wrong: list[str] = []
    for world in (random_world, clustered_world):
        wrong += bench(world(chance, hashes=arguments.hashes), rounds=arguments.rounds)
    print("\n" + ("\n".join(wrong) or "every bar met; every answer is that of a full scan"))
    return 1 if wrong else 0


def _tell_where() -> None:
    for what, value in machine.described(Path.cwd()).items():
        print(f"{what:<18} {value}")
    for package in ("numpy", "faiss-cpu", "threatexchange"):
        print(f"{package:<18} {importlib.metadata.version(package)}")
    print(f"{'load':<18} {machine.load_average():.1f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hashes", type=int, default=HASHES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--cost", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
