"""How early a replacement of a blocked tag is among the leads, in worlds that a seed draws.

`python -m benchmarks.guard_drift`; exits 1 where fewer than nine of ten usual worlds have the
replacement tag among the first 20 leads when 24 hours are over. Everything else is told as it is.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.drift_counting import Tally, tally
from benchmarks.drift_world import Ints, Statistics, World, draw
from benchmarks.machine import described
from tutela.guard.drift.rising import BEFORE_DAYS, rising
from tutela.guard.drift.room import ACCOUNTS_MIN

USUAL: Final = Statistics()
HARDER: Final[Mapping[str, Statistics]] = {
    "slow: 72 hours on average": replace(USUAL, adoption_hours_mean=72.0),
    "few: a group of 60": replace(USUAL, group=60),
    "very few: a group of 30": replace(USUAL, group=30),
    "partial: one in five goes over": replace(USUAL, adoption=0.2),
    "split: five tags and five queries": replace(USUAL, replacement_tags=5, replacement_queries=5),
    "taken over: 60 others a day used it": replace(USUAL, replacement_users_before=60.0),
    "drowned: 1,000 others a day used it": replace(USUAL, replacement_users_before=1_000.0),
    "strangers: five for each of the group": replace(USUAL, outsiders_per_member=5.0),
    "covered: all in two communities": replace(USUAL, cover_share=1.0),
    "quiet: one use in 25": replace(USUAL, group_uses=0.04),
    "all of it, by half": replace(
        USUAL,
        group=100,
        adoption=0.4,
        adoption_hours_mean=24.0,
        outsiders_per_member=2.0,
        replacement_users_before=20.0,
        group_uses=0.1,
        cover_share=0.8,
    ),
}
AMONG: Final = 20
WITHIN_HOURS: Final = 24
HOURS: Final = (6, 12, 24, 48)
WANTED_SHARE: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The ranks in one world: of the best replacement tag and query, by hours after the block."""

    seed: int
    tags: tuple[int | None, ...]
    queries: tuple[int | None, ...]
    #: Of the tag after 24 hours, were leads ranked by growth alone, or by share alone.
    by_growth: int | None
    by_share: int | None
    #: What the other leads before the 21st are, after 24 hours.
    beside: Mapping[str, int]


def ranks(counts: Tally, *, world: World) -> dict[int, int]:
    """The rank of each value that is a lead."""
    found = rising(counts.counted(without=world.blocked), active=counts.active)
    return {
        int.from_bytes(each.counted.value_key): rank for rank, each in enumerate(found, start=1)
    }


def found_in(world: World) -> Found:
    """What is found in a world."""
    tags = world.planted[~world.is_query[world.planted]]
    queries = world.planted[world.is_query[world.planted]]
    tallies = [tally(world, until=world.blocked_hour + hours) for hours in HOURS]
    by_hour = [ranks(each, world=world) for each in tallies]
    day = HOURS.index(WITHIN_HOURS)
    first = [value for value, rank in by_hour[day].items() if rank <= AMONG]
    names = [world.sorts[value] for value in first]
    return Found(
        seed=world.seed,
        tags=tuple(_best(each, values=tags) for each in by_hour),
        queries=tuple(_best(each, values=queries) for each in by_hour),
        by_growth=_best(_by_growth(tallies[day], world=world), values=tags),
        by_share=_best(_by_share(tallies[day], world=world), values=tags),
        beside={name: names.count(name) for name in sorted(set(names)) if name != "replacement"},
    )


def _best(by_value: Mapping[int, int], *, values: Ints) -> int | None:
    there = [by_value[value] for value in values.tolist() if value in by_value]
    return min(there, default=None)


def _by_growth(counts: Tally, *, world: World) -> dict[int, int]:
    """By how much oftener it was used than on a day before: what a list of trends shows."""
    grown = counts.uses - counts.uses_before / BEFORE_DAYS
    return _ranked(grown, counts=counts, world=world)


def _by_share(counts: Tally, *, world: World) -> dict[int, int]:
    """By the share of accounts that used something blocked, without the rise."""
    shares = counts.near / np.maximum(counts.everybody, 1)
    return _ranked(shares, counts=counts, world=world)


def _ranked(scores: NDArray[np.float64], *, counts: Tally, world: World) -> dict[int, int]:
    fit = counts.near >= ACCOUNTS_MIN
    fit[world.blocked] = False
    order = np.argsort(np.where(fit, -scores, np.inf), kind="stable")
    return {int(value): rank for rank, value in enumerate(order[: int(fit.sum())], start=1)}


def told(found: Found) -> str:
    """One world as a line."""
    beside = ", ".join(f"{count} {name}" for name, count in found.beside.items()) or "none"
    return (
        f"  {found.seed:>4}   {_row(found.tags)}   {_row(found.queries)}"
        f"   {_cell(found.by_growth)}  {_cell(found.by_share)}   {beside}"
    )


def _row(cells: Sequence[int | None]) -> str:
    return " ".join(map(_cell, cells))


def _cell(rank: int | None) -> str:
    return f"{'-' if rank is None else rank:>5}"


def _worlds(of: Statistics, *, seeds: Sequence[int]) -> Iterator[Found]:
    for seed in seeds:
        found = found_in(draw(of, seed=seed))
        print(told(found), flush=True)
        yield found


def _section(name: str, *, of: Statistics, seeds: Sequence[int]) -> float:
    """Prints a kind of worlds; the share in which the tag is found in time."""
    print(f"\n{name}")
    hours = " ".join(f"{hour:>4}h" for hour in HOURS)
    print(f"  seed   {hours}   {hours}   growth share   other leads before the 21st, after 24 h")
    found = list(_worlds(of, seeds=seeds))
    day = HOURS.index(WITHIN_HOURS)
    tags = sum((each.tags[day] or AMONG + 1) <= AMONG for each in found)
    queries = sum((each.queries[day] or AMONG + 1) <= AMONG for each in found)
    print(f"  among the first {AMONG} after {WITHIN_HOURS} h: the tag in {tags} of {len(found)},")
    print(f"  the query in {queries}")
    return tags / len(found)


def main() -> int:
    """Prints every world; 1 where the usual ones fall short."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10, help="of each kind")
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--accounts", type=int, default=USUAL.accounts)
    parser.add_argument("--only-usual", action="store_true")
    asked = parser.parse_args()
    seeds = range(asked.first_seed, asked.first_seed + asked.worlds)
    begun = time.monotonic()
    where = described(Path(tempfile.gettempdir()))
    print(", ".join(f"{name} {said}" for name, said in where.items()))
    print(f"numpy {np.__version__}")
    print("Ranks among leads by hours after the block: of the best replacement tag, then query;")
    print("then of the tag after 24 h by growth alone, by share alone. -: no lead.")
    usual = replace(USUAL, accounts=asked.accounts)
    share = _section("usual", of=usual, seeds=seeds)
    for name, of in () if asked.only_usual else HARDER.items():
        _section(name, of=replace(of, accounts=asked.accounts), seeds=seeds)
    print(f"\n{time.monotonic() - begun:.0f} s")
    return int(share < WANTED_SHARE)


if __name__ == "__main__":
    sys.exit(main())
