"""`make bench-guard-library`: the guard in a program over millions of queries, server or no server.

While queries are asked as fast as they are answered, the server is killed, back with another
version, silent, and back again. Exit 1 where an answer was wrong, or memory grew.
"""

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import machine
from benchmarks.evasions import pseudo_words
from benchmarks.guard_library_server import ServerProcess
from tests.guard.library.guard_server import TOKEN
from tutela.guard import Guard
from tutela.guard.asking import Verdict, Viewer
from tutela.guard.library import Options

QUERIES, LISTED = 10_000_000, 100_000
SLICES = 24
#: What the server does from slice to slice.
ACTS = ("served", "killed", "back", "silent", "back")
#: Of the queries: those that are listed, and those that name a viewer, one in so many.
LISTED_EVERY, VIEWER_EVERY, TIMED_EVERY = 100, 10, 101
VIEWERS = 1_000_000
#: Of benign queries, how many may be refused; how much the process may grow over the queries of
#: one version, and how much larger it may be once versions were replaced.
HARMED_MAX, GROWTH_MAX, VERSIONS_MAX = 0.001, 0.02, 1.6
SEED = 20_261_122
HEADS = "server     queries/s   p99 us  slowest ms     MiB  version, age, fault"


@dataclass(slots=True)
class Answers:
    """What came of the queries, and the seconds of some."""

    missed: int = 0
    harmed: int = 0
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the run: what the server did, what came of the queries, what memory was held."""

    act: str
    seconds: float
    answers: Answers
    resident_mib: float
    version: int
    age_seconds: float
    fault: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """What is listed, and what nobody lists."""

    listed: Sequence[str]
    benign: Sequence[str]


def words(listed: int) -> Words:
    """Pseudo-words; none is in both."""
    made = pseudo_words(listed + 20_000, seed=SEED)
    return Words(made[:listed], made[listed:])


def ask(guard: Guard, *, of: Words, count: int, chance: random.Random) -> Answers:
    """Pairs of words, some with a listed one, some with a viewer, as fast as they are answered."""
    told = Answers()
    benign, search, draw = of.benign, guard.search, chance.random
    for number in range(count):
        is_listed = number % LISTED_EVERY == 0
        word = of.listed[int(draw() * len(of.listed))] if is_listed else ""
        query = f"{benign[int(draw() * len(benign))]} {word or benign[int(draw() * len(benign))]}"
        viewer = None
        if number % VIEWER_EVERY == 1:
            viewer = Viewer(account_id=f"a-{int(draw() * VIEWERS)}")
        begun = time.perf_counter() if number % TIMED_EVERY == 0 else 0.0
        verdict = search(query, viewer=viewer).verdict
        if begun:
            told.seconds.append(time.perf_counter() - begun)
        if is_listed:
            told.missed += verdict is not Verdict.BLOCK
        else:
            told.harmed += verdict is not Verdict.ALLOW
    return told


def run(guard: Guard, *, server: ServerProcess, of: Words, queries: int) -> Iterator[Slice]:
    """Each slice when it is done."""
    chance, version = random.Random(SEED), 1
    for number in range(SLICES):
        act = ACTS[number % len(ACTS)]
        if act == "back":
            version += 1
        play(server, act=act, words=of.listed, version=version)
        begun = time.perf_counter()
        answers = ask(guard, of=of, count=queries // SLICES, chance=chance)
        lasted = time.perf_counter() - begun
        if act == "back":
            assert came_to(guard, version=version), "the version never came"
        gc.collect()
        standing = guard.standing()
        yield Slice(
            act=act,
            seconds=lasted,
            answers=answers,
            resident_mib=resident_mib(),
            version=standing.version,
            age_seconds=standing.age_seconds,
            fault=standing.fault,
        )


def play(server: ServerProcess, *, act: str, words: Sequence[str], version: int) -> None:
    """What happens to the server before a slice; `back` brings a version with one word more."""
    if act == "killed":
        server.kill()
    elif act == "silent":
        server.fall_silent()
    elif act == "back":
        server.kill()
        server.start([*words, f"vexomir{version}"], version=version)


def came_to(guard: Guard, *, version: int) -> bool:
    """Whether the guard takes the version within a minute."""
    end = time.monotonic() + 60.0
    while guard.standing().version != version and time.monotonic() < end:
        time.sleep(0.05)
    return guard.standing().version == version


def resident_mib() -> float:
    """The memory of this process that is in use."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def main() -> None:
    """Runs it and prints what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--listed", type=int, default=LISTED)
    chosen = parser.parse_args()
    of, server = words(chosen.listed), ServerProcess()
    server.start(of.listed, version=1)
    options = Options(poll_seconds=0.5, backoff_seconds_max=1.0, silence_seconds=1.0)
    done: list[Slice] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, said in machine.described(Path(folder)).items():
            print(f"{name}: {said}")
        with Guard(server.url, token=TOKEN, folder=folder, options=options) as guard:
            assert guard.wait(120.0)
            print(HEADS)
            for each in run(guard, server=server, of=of, queries=chosen.queries):
                done.append(each)
                tell(each, queries=chosen.queries // SLICES)
    server.kill()
    sys.exit(0 if judge(done, queries=chosen.queries) else 1)


def tell(each: Slice, *, queries: int) -> None:
    """One slice as a line."""
    p99_seconds = statistics.quantiles(each.answers.seconds, n=100)[-1]
    print(
        f"{each.act:<9}{queries / each.seconds:>11,.0f}{p99_seconds * 1e6:>9.0f}"
        f"{max(each.answers.seconds) * 1e3:>12.1f}{each.resident_mib:>8.0f}"
        f"  {each.version}, {each.age_seconds:.1f} s, {each.fault or 'none'}",
        flush=True,
    )


def judge(done: Sequence[Slice], *, queries: int) -> bool:
    """Whether nothing listed was let through, little harmed, and memory stayed flat.

    Queries leave nothing behind: slices of one version are held against the first of that version.
    Versions jitter with the heap and settle: two lie side by side while one replaces the other.
    """
    quiet = [each for each in done if each.act != "back"]
    first: dict[int, float] = {}
    for each in quiet:
        first.setdefault(each.version, each.resident_mib)
    growth = max(each.resident_mib / first[each.version] for each in quiet) - 1
    most = max(first.values()) / quiet[0].resident_mib
    missed = sum(each.answers.missed for each in done)
    harmed = sum(each.answers.harmed for each in done) / queries
    print(f"listed and let through: {missed}; benign and not allowed: {harmed:.3%}")
    print(f"memory over the queries of one version: {growth:+.1%} at most")
    print(f"memory over {len(first)} versions: {most:.2f} times that of the first at most")
    return missed == 0 and harmed <= HARMED_MAX and growth <= GROWTH_MAX and most <= VERSIONS_MAX


if __name__ == "__main__":
    main()
