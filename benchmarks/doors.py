"""`make doors`: a world of reports through every door; each one is stored, queued and answered.

Most reports lack something that Article 16(2) DSA asks for. Exit 1 where one is lost, with its id.
"""

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
import msgspec

from benchmarks import doors_proof
from benchmarks.doors_neighbours import neighbours
from benchmarks.doors_place import Place, started
from benchmarks.doors_sending import Acknowledged, Door
from benchmarks.doors_stored import Faults, match, stored_in
from benchmarks.doors_table import DOORS
from benchmarks.doors_world import Report, reports
from tutela.drills.reviewers import SimulatedReviewer

REPORTS: Final = 10_000
SEED: Final = 20_261_122
REVIEWERS: Final = 4
#: How long a synthetic reviewer thinks.
THINKING_SECONDS: Final = 0.001


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one run showed."""

    reports: int
    seed: int
    #: Reports by door, and by door and what is missing.
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    items: int = 0
    decisions: int = 0
    looked_up: int = 0
    proved: int = 0
    reconciled: str = ""
    verified: str = ""
    faults: Faults = field(default_factory=Faults)


async def run(*, count: int, seed: int, tell: Callable[[str], None]) -> Outcome:
    """The whole way of a world, in a service of its own: sent, kept, decided, answered, proved."""
    async with neighbours() as known:
        with started(known) as place:
            return await _run(place, count=count, seed=seed, tell=tell)


async def _run(place: Place, *, count: int, seed: int, tell: Callable[[str], None]) -> Outcome:
    world = reports(count, forms=[door.form for door in DOORS], seed=seed)
    outcome = Outcome(reports=count, seed=seed)
    faults = outcome.faults
    taken = await _send(world, place=place, outcome=outcome, tell=tell)
    tell(f"{len(taken)} acknowledged")
    notices = match(taken, stored=stored_in(place), world=world, faults=faults)
    doors_proof.check_queued(notices, faults=faults)
    outcome.items = sum(each.said_items for each in notices.values())
    outcome.counted = doors_proof.check_counts(notices, world=world, faults=faults)
    outcome.decisions = await _decide(place, seed=seed)
    tell(f"{outcome.decisions} decisions; nothing is open any more")
    notices = match(taken, stored=stored_in(place), world=world, faults=faults)
    doors_proof.check_answered(notices, faults=faults)
    outcome.reconciled = doors_proof.check_reconciliation(place, faults=faults)
    outcome.looked_up = await doors_proof.check_codes(place, taken=taken, faults=faults)
    tell(f"{outcome.looked_up} codes looked up")
    outcome.proved = await doors_proof.check_proofs(
        place, taken=taken, chance=random.Random(seed), faults=faults
    )
    outcome.verified = doors_proof.check_export(place, faults=faults)
    return outcome


async def _send(
    world: Sequence[Report], *, place: Place, outcome: Outcome, tell: Callable[[str], None]
) -> list[Acknowledged]:
    """Through all doors at once, as people do."""
    async with AsyncExitStack() as stack:

        async def through(door: Door) -> list[Acknowledged]:
            send = await door.opens(place, stack=stack)
            begun = time.monotonic()
            taken = await send([each for each in world if each.door == door.form.name])
            outcome.seconds[door.form.name] = time.monotonic() - begun
            tell(f"{door.form.name}: {len(taken)}")
            return taken

        found = await asyncio.gather(*(through(door) for door in DOORS))
    return [each for of_door in found for each in of_door]


async def _decide(place: Place, *, seed: int) -> int:
    """How many decisions it took until no reviewer found a case any more."""
    tokens = [
        place.token(role="specialist", name=f"doors-reviewer-{number}")
        for number in range(REVIEWERS)
    ]

    async def review(client: httpx.AsyncClient, *, token: str, number: int) -> int:
        reviewer = SimulatedReviewer(
            client,
            token=token,
            chance=random.Random(f"{seed} {number}"),
            clock=lambda: datetime.now(UTC),
        )
        decided = 0
        while await reviewer.review_one(seconds_per_case=THINKING_SECONDS):
            decided += 1
        return decided

    async with httpx.AsyncClient(base_url=place.url, timeout=60.0, trust_env=False) as client:
        working = [
            review(client, token=token, number=number) for number, token in enumerate(tokens)
        ]
        return sum(await asyncio.gather(*working))


def table(outcome: Outcome) -> str:
    """A line for each door: how many came, what they lacked, how long it took."""
    pointers = sorted({pointer for _, pointer in outcome.counted if pointer})
    heads = ["door", "reports", *(pointer.removeprefix("/") for pointer in pointers), "seconds"]
    lines = [heads]
    for door in DOORS:
        name = door.form.name
        counts = [outcome.counted[name, pointer] for pointer in ("", *pointers)]
        lines.append([name, *map(str, counts), f"{outcome.seconds.get(name, 0.0):.1f}"])
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def main(arguments: list[str]) -> int:
    """0 where every report was kept and answered."""
    parser = argparse.ArgumentParser(prog="benchmarks.doors", description=__doc__)
    parser.add_argument("--reports", type=int, default=REPORTS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    tell = (lambda _: None) if given.json else print
    outcome = asyncio.run(run(count=given.reports, seed=given.seed, tell=tell))
    print(as_json(outcome) if given.json else told(outcome))
    return 1 if outcome.faults.found else 0


def told(outcome: Outcome) -> str:
    """The whole for a reader."""
    return "\n".join(
        [
            table(outcome),
            outcome.reconciled,
            f"{outcome.looked_up} codes say answered, {outcome.proved} inclusions proved",
            outcome.verified,
            *(outcome.faults.lines() if outcome.faults.found else ["nothing is lost"]),
        ]
    )


def as_json(outcome: Outcome) -> str:
    """The whole for a program."""
    by_door: dict[str, dict[str, int]] = {door.form.name: {} for door in DOORS}
    for (door, pointer), count in sorted(outcome.counted.items()):
        by_door[door][pointer or "reports"] = count
    shown = {
        "reports": outcome.reports,
        "seed": outcome.seed,
        "doors": by_door,
        "seconds": outcome.seconds,
        "items": outcome.items,
        "decisions": outcome.decisions,
        "looked_up": outcome.looked_up,
        "proved": outcome.proved,
        "reconciled": outcome.reconciled,
        "verified": outcome.verified,
        "faults": outcome.faults.found,
    }
    return msgspec.json.encode(shown).decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
