"""What a query costs in the guard, beside a bare search; what variants it finds; whom it harms.

``python -m benchmarks.guard [--terms 100000] [--asked 20000] [--queries 0] [--seed N]`` (`make
bench-guard`): each query is decided, and its folded text searched by `ahocorasick_rs` alone, one
after the other in one process, by the same clock. Exit code 1 where a bar fails.
"""

import argparse
import gc
import importlib.metadata
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import ahocorasick_rs

from benchmarks import guard_queries as asked_for
from benchmarks import machine
from benchmarks.figures import quantile
from tutela.detection.terms.keys import keys
from tutela.guard.asking import Surface, Verdict
from tutela.guard.deciding import Decider, decider
from tutela.guard.snapshot import Snapshot, Text

#: How many times the time of a bare search a query may take, at p50 and at p99.
TIMES_AT_MOST: Final = 4.0
#: The share of benign queries that may be harmed, and how many are asked.
HARMED_AT_MOST: Final = 0.001
CONTROLS: Final = 100_000
#: Megabytes that a long run may add.
GROWTH_MB_AT_MOST: Final = 8.0
#: The mixes that the bar is for; the others are told as they are.
WITH_BAR: Final = ("benign, ASCII", "realistic mix")
#: Each query is asked so often, all others between.
ROUNDS: Final = 3
_VARIED, _CHUNK = 400, 100_000
#: As long as those of a published snapshot.
_CANARIES: Final = ("vumelatopisoridagunesa", "kotarimudelasopunivega")


@dataclass(frozen=True, slots=True)
class Cost:
    """Nanoseconds of a query in the guard and of the bare search of its folded text."""

    guard: Sequence[int]
    bare: Sequence[int]

    def times(self, share: float) -> float:
        """How many times the bare search, at this quantile."""
        return quantile(self.guard, share=share) / quantile(self.bare, share=share)


def mixes(texts: Sequence[Text], *, count: int, chance: random.Random) -> dict[str, list[str]]:
    """The queries of each mix."""
    benign = asked_for.english(count, chance=chance)
    accented = asked_for.names(asked_for.ACCENTED, count=count // 2, chance=chance)
    scripts = asked_for.names(asked_for.SCRIPTS, count=count // 2, chance=chance)
    plain = asked_for.blocked(texts, count=count // 4, chance=chance)
    varied = asked_for.variants(texts, count=count // 4, chance=chance)
    parts = ((benign, 880), (accented, 60), (scripts, 50), (plain, 8), (varied, 2))
    real = [text for part, share in parts for text in chance.choices(part, k=count * share // 1000)]
    chance.shuffle(real)
    return {
        "benign, ASCII": benign,
        "benign, accented": accented,
        "benign, other scripts": scripts,
        "blocked, plain": plain,
        "blocked, variants": varied,
        "realistic mix": real,
    }


def cost(held: Decider, *, queries: Sequence[str], search: Callable[[bytes], Any]) -> Cost:
    """Of each query the least of some rounds, for what else runs."""
    folded = [key.encode("utf-8", "replace") for key in keys(queries)]
    rounds = [_round(held, queries=queries, folded=folded, search=search) for _ in range(ROUNDS)]
    guard = sorted(min(each) for each in zip(*(one for one, _ in rounds), strict=True))
    bare = sorted(min(each) for each in zip(*(other for _, other in rounds), strict=True))
    return Cost(guard=guard, bare=bare)


def _round(
    held: Decider,
    *,
    queries: Sequence[str],
    folded: Sequence[bytes],
    search: Callable[[bytes], Any],
) -> tuple[list[int], list[int]]:
    """Nanoseconds of each query in the guard, and of its bare search straight after."""
    clock, ask, surface = time.perf_counter_ns, held.verdict, Surface.SEARCH
    guard, bare = [], []
    for text, key in zip(queries, folded, strict=True):
        begin = clock()
        ask(surface, text)
        middle = clock()
        search(key)
        end = clock()
        guard.append(middle - begin)
        bare.append(end - middle)
    return guard, bare


def clock_alone() -> int:
    """Nanoseconds between two looks at the clock, at p50."""
    clock = time.perf_counter_ns
    looks = [clock() for _ in range(20_001)]
    return sorted(second - first for first, second in pairwise(looks))[10_000]


def recall(held: Decider, *, words: Sequence[str], chance: random.Random) -> dict[str, float]:
    """Of each class of variants: the share that is blocked as a tag's page, alone."""
    shares = {}
    for name, way in asked_for.CLASSES.items():
        found = [asked_for.written(word, by=way, chance=chance) for word in words]
        asked = [each for each in found if each is not None]
        stopped = [held.verdict(Surface.HASHTAG, each).verdict is Verdict.BLOCK for each in asked]
        shares[name] = sum(stopped) / len(stopped)
    return shares


def controls(texts: Sequence[Text], *, chance: random.Random) -> list[str]:
    """Benign queries; those in which a listed text happens to stand as a word are none."""
    found = asked_for.english(CONTROLS * 7 // 10, chance=chance)
    found += asked_for.names(asked_for.ACCENTED, count=CONTROLS * 2 // 10, chance=chance)
    found += asked_for.names(asked_for.SCRIPTS, count=CONTROLS // 10, chance=chance)
    words = {text.value for text in texts}
    return [text for text in found if words.isdisjoint(text.casefold().split())]


def harm(held: Decider, *, queries: Sequence[str]) -> dict[Surface, int]:
    """How many of the queries are not allowed, by surface."""
    return {
        surface: sum(held.verdict(surface, text).verdict is not Verdict.ALLOW for text in queries)
        for surface in (Surface.SEARCH, Surface.TYPEAHEAD, Surface.HASHTAG)
    }


def growth_mb(held: Decider, *, count: int, chance: random.Random) -> Iterator[tuple[int, float]]:
    """Megabytes that this process has more than at the first tenth, as queries go by."""
    mixed = mixes(held.snapshot.texts, count=20_000, chance=chance)["realistic mix"]
    begin = 0.0
    for done in range(_CHUNK, count + 1, _CHUNK):
        for at in range(_CHUNK):
            held.verdict(Surface.SEARCH, f"{mixed[at % len(mixed)]} {at + done}")
        if done >= count // 10:
            begin = begin or _resident_mb()
            yield done, _resident_mb() - begin


def _resident_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def cost_lines(costs: dict[str, Cost]) -> Iterator[str]:
    """A line a mix."""
    for name, each in costs.items():
        guard = "  ".join(
            f"{quantile(each.guard, share=share) / 1e3:7.2f}" for share in (0.5, 0.99)
        )
        bare = "  ".join(f"{quantile(each.bare, share=share) / 1e3:6.2f}" for share in (0.5, 0.99))
        times = "  ".join(f"{each.times(share):6.1f}x" for share in (0.5, 0.99))
        yield f"  {name:<24} {guard}   {bare}   {times}"


def described() -> str:
    """Where it runs."""
    with tempfile.TemporaryDirectory() as folder:
        told = machine.described(Path(folder))
    held = {name: told[name] for name in ("processor", "memory", "system", "python", "commit")}
    held["ahocorasick-rs"] = importlib.metadata.version("ahocorasick-rs")
    return "  ".join(f"{name}: {value}" for name, value in held.items())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="the guard in one process, beside a bare search")
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=20_000, help="queries of a mix")
    parser.add_argument("--queries", type=int, default=0, help="of the long run; 0: none")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


def built(count: int, *, seed: int) -> Decider:
    """A decider of so many texts, and how long it took."""
    texts = asked_for.listed(count, seed=seed)
    before, size = time.process_time(), _resident_mb()
    held = decider(
        Snapshot(
            tenant="main",
            service="main",
            version=1,
            published_at=datetime.now(UTC),
            texts=texts,
            canaries=_CANARIES,
        )
    )
    print(
        f"{count:,} texts compiled in {time.process_time() - before:.1f} s, "
        f"{_resident_mb() - size:.0f} MB"
    )
    return held


def main() -> None:
    """Prints the figures of one run."""
    asked = _arguments()
    chance = random.Random(asked.seed)
    print(f"seed {asked.seed}  load {machine.load_average():.1f}  {described()}")
    held = built(asked.terms, seed=asked.seed)
    texts = held.snapshot.texts
    bare = ahocorasick_rs.BytesAhoCorasick([key.encode() for key in keys([t.value for t in texts])])
    failed = list(_costs(held, search=bare.find_matches_as_indexes, asked=asked, chance=chance))
    failed += _recall_and_harm(held, chance=chance)
    if asked.queries:
        failed += _long_run(held, count=asked.queries, chance=chance)
    print("\n".join(f"bar missed: {each}" for each in failed) or "every bar is kept")
    sys.exit(1 if failed else 0)


def _costs(
    held: Decider,
    *,
    search: Callable[[bytes], Any],
    asked: argparse.Namespace,
    chance: random.Random,
) -> Iterator[str]:
    found = mixes(held.snapshot.texts, count=asked.asked, chance=chance)
    gc.freeze()
    costs = {name: cost(held, queries=each, search=search) for name, each in found.items()}
    print(f"microseconds a query, p50 and p99; the clock alone is {clock_alone()} ns of each")
    print(f"  {'':<24} {'guard':>16}   {'bare search':>14}   {'times':>14}")
    print("\n".join(cost_lines(costs)))
    for name in WITH_BAR:
        for share in (0.5, 0.99):
            if costs[name].times(share) > TIMES_AT_MOST:
                yield f"{name}, p{share * 100:.0f}: {costs[name].times(share):.1f} times"


def _recall_and_harm(held: Decider, *, chance: random.Random) -> Iterator[str]:
    words = [text.value for text in held.snapshot.texts if text.value.isalpha()]
    shares = recall(held, words=chance.sample(words, min(_VARIED, len(words))), chance=chance)
    print("variants of listed texts that are blocked, by class")
    for name, share in shares.items():
        print(f"  {name:<28} {share:6.1%}")
    queries = controls(held.snapshot.texts, chance=chance)
    for surface, count in harm(held, queries=queries).items():
        share = count / len(queries)
        print(f"benign queries harmed, {surface}: {count} of {len(queries):,} ({share:.3%})")
        if share > HARMED_AT_MOST and surface is not Surface.TYPEAHEAD:
            yield f"{surface} harms {share:.3%}"


def _long_run(held: Decider, *, count: int, chance: random.Random) -> Iterator[str]:
    growth = 0.0
    for done, growth in growth_mb(held, count=count, chance=chance):
        if done % (count // 10) < _CHUNK:
            print(f"after {done:>12,} queries: {growth:+.1f} MB", file=sys.stderr, flush=True)
    print(f"memory over {count:,} queries: {growth:+.1f} MB")
    if growth > GROWTH_MB_AT_MOST:
        yield f"memory grew by {growth:.1f} MB"


if __name__ == "__main__":
    main()
