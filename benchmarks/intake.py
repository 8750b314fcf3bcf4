"""Notices over HTTP beside pgbench: validated, signed and committed before 201, against bare rows.

`python -m benchmarks.intake` runs the sides in turn, each from an equal database and a fresh
checkpoint, and prints the median of the ratios of each round. The service does not run while
pgbench does; its sequencer runs beside it, as part of what a notice costs.
"""

import argparse
import pstats
import signal
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import msgspec

from benchmarks import figures, machine, sides
from benchmarks.arena import Arena
from benchmarks.figures import Figures
from benchmarks.sides import CONNECTIONS, Match

PEER_CLIENTS = 32
SMALL, LARGE = 10_000, 3_000_000
LARGE_ROUNDS = 3

RATIO_FLOOR = 0.8
P99_TIMES = 2.0
P99_CEILING_MS = 150.0
PROFILE_LINES = 60

Side = Callable[[Match], Figures]
Rounds = list[dict[str, Figures]]

#: What has a bar, then what is shown without one.
CONTEST: Mapping[str, Side] = {
    "http": sides.single_notices,
    "peer": partial(sides.transactions, clients=PEER_CLIENTS),
    "peer_64": partial(sides.transactions, clients=CONNECTIONS),
}
SHOWN: Mapping[str, Side] = {
    "one_statement": partial(sides.one_statement, clients=PEER_CLIENTS),
    "batches": sides.batches,
}


def main() -> int:
    """0 where every bar is met, else 1; SIGTERM ends it with all that it started."""
    wanted = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    with Arena() as arena:
        described = machine.described(arena.folder)
        print("\n".join(f"{name:<17} {text}" for name, text in described.items()), flush=True)
        if wanted.profile:
            _profile(arena, wanted=wanted)
            return 0
        shown = {} if wanted.only_bars else SHOWN
        small = _play(arena, contest={**CONTEST, **shown}, wanted=wanted)
        large = _play_large(arena, wanted=wanted) if wanted.full else []
    verdict = _verdict(small)
    _tell_shown(small, large=large)
    if wanted.json:
        _write(wanted.json, machine=described, small=small, large=large)
    return 0 if verdict else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=15.0, help="measured, of each side")
    parser.add_argument("--stored", type=int, default=SMALL, help="notices stored before")
    parser.add_argument("--full", action="store_true", help=f"also with {LARGE:,} stored")
    parser.add_argument("--only-bars", action="store_true", help="only what has a bar")
    parser.add_argument("--json", type=Path, help="write every figure there")
    parser.add_argument("--profile", action="store_true", help="profile the web process instead")
    return parser.parse_args()


def _play(arena: Arena, *, contest: Mapping[str, Side], wanted: argparse.Namespace) -> Rounds:
    _progress(f"a database with {wanted.stored:,} notices stored")
    template = f"stored_{wanted.stored}"
    world = arena.build(template, notices=wanted.stored)
    match = Match(arena=arena, world=world, template=template, seconds=wanted.seconds)
    rounds: Rounds = []
    for number in range(wanted.rounds):
        _progress(f"round {number + 1} of {wanted.rounds}")
        rounds.append(_round(match, contest=contest, first=number))
    return rounds


def _round(match: Match, *, contest: Mapping[str, Side], first: int) -> dict[str, Figures]:
    names = list(contest)
    found = {}
    for index in range(len(names)):
        name = names[(first + index) % len(names)]
        found[name] = contest[name](match)
        print(figures.line(found[name]), flush=True)
    return found


def _play_large(arena: Arena, *, wanted: argparse.Namespace) -> Rounds:
    larger = argparse.Namespace(**{**vars(wanted), "stored": LARGE, "rounds": LARGE_ROUNDS})
    return _play(arena, contest={name: CONTEST[name] for name in ("http", "peer")}, wanted=larger)


def _verdict(rounds: Rounds) -> bool:
    ratio = _median_ratio(rounds, over="peer")
    each = ", ".join(f"{_ratio(found, over='peer'):.2f}" for found in rounds)
    p99 = statistics.median(found["http"].p99_ms for found in rounds)
    peer_p99 = statistics.median(found["peer_64"].p99_ms for found in rounds)
    allowed = max(P99_TIMES * peer_p99, P99_CEILING_MS)
    print(f"\nratio to pgbench, {PEER_CLIENTS} clients: median {ratio:.2f} ({each})", end="; ")
    print(f"at least {RATIO_FLOOR}: {_met(ratio >= RATIO_FLOOR)}")
    print(f"p99 {p99:.1f} ms, pgbench at {CONNECTIONS} clients {peer_p99:.1f} ms", end="; ")
    print(f"at most {allowed:.0f} ms: {_met(p99 <= allowed)}")
    return ratio >= RATIO_FLOOR and p99 <= allowed


def _tell_shown(rounds: Rounds, *, large: Rounds) -> None:
    if "one_statement" in rounds[0]:
        print(f"ratio to one statement: {_median_ratio(rounds, over='one_statement'):.2f}")
        batches = statistics.median(found["batches"].per_second for found in rounds)
        print(f"batches: {batches:,.0f} notices/s")
    if large:
        few, many = (_cost_us(each) for each in (rounds, large))
        print(f"processor time of a notice: {few:.0f} us with {SMALL:,} stored", end=", ")
        print(f"{many:.0f} us with {LARGE:,}; ratio {_median_ratio(large, over='peer'):.2f}")


def _cost_us(rounds: Sequence[Mapping[str, Figures]]) -> float:
    return statistics.median(sum(found["http"].cpu_us_each.values()) for found in rounds)


def _ratio(found: Mapping[str, Figures], *, over: str) -> float:
    return found["http"].per_second / found[over].per_second


def _median_ratio(rounds: Rounds, *, over: str) -> float:
    return statistics.median(_ratio(found, over=over) for found in rounds)


def _met(is_met: bool) -> str:  # noqa: FBT001 - the value itself is told
    return "met" if is_met else "MISSED"


def _profile(arena: Arena, *, wanted: argparse.Namespace) -> None:
    template = "profiled"
    world = arena.build(template, notices=wanted.stored)
    profile = arena.folder / "web.profile"
    match = Match(
        arena=arena,
        world=world,
        template=template,
        seconds=wanted.seconds,
        profile_to=profile,
    )
    found = sides.single_notices(match)
    print(figures.line(found), flush=True)
    pstats.Stats(str(profile)).sort_stats("tottime").print_stats(PROFILE_LINES)


def _write(path: Path, *, machine: dict[str, str], small: Rounds, large: Rounds) -> None:
    told = {
        "machine": machine,
        "rounds": [{name: asdict(each) for name, each in found.items()} for found in small],
        "rounds_large": [{name: asdict(each) for name, each in found.items()} for found in large],
        "ratio": _median_ratio(small, over="peer"),
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told)))


def _progress(text: str) -> None:
    print(f"intake: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
