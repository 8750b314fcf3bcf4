"""Account removals from a file to filed, beside pgbench that inserts as many bare rows.

`python -m benchmarks.removals [--removals 490000]` (`make bench-removals`) sends a file of random
tokens, has a second person agree, and lets a worker run it, which is killed with -9 at random
points and started again. Of each removal there must be one decision, statement, measure and leaf
and two messages, none twice; a stand-in of the Transparency Database takes the statements. Then a
simulated platform, which has carried out a few other removals before, is told and reports back; the
whole is undone, and it must do again what it did at first. All processes of a service run. pgbench
inserts rows of the same size, each its own transaction, half of them before and half after.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import machine, removals_work
from benchmarks.arena import Arena
from benchmarks.removals_platform import InForce, Platform, platform
from benchmarks.removals_work import House, Processes, bare_inserts, processes

REMOVALS, SMALL, KILLS, SEED = 490_000, 10_000, 3, 1
#: Removals that the platform has carried out before, and that stay.
BEFORE = 50
RATIO_MOST, RATIO_AIM, COST_TIMES, MEMORY_MIB = 10.0, 6.0, 1.3, 1_024
LOOK_SECONDS = 0.5
#: Columns of a removal's rows that pgbench's one row is as large as.
TABLES = ("decision", "statement", "measure", "outbox", "ledger_leaf", "bulk_subject")
#: Canaries are decided meanwhile as well, with no bulk.
COUNTS = """
SELECT (SELECT count(*) FROM decision WHERE bulk_id IS NOT NULL),
    (SELECT count(DISTINCT subject_key) FROM decision WHERE bulk_id IS NOT NULL),
    (SELECT count(DISTINCT decision_id) FROM statement), (SELECT count(*) FROM statement),
    (SELECT count(DISTINCT decision_id) FROM measure), (SELECT count(*) FROM measure),
    (SELECT count(*) FROM outbox WHERE kind = 'measure.apply'),
    (SELECT count(*) FROM outbox WHERE kind = 'statement.issued'),
    (SELECT count(*) FROM ledger_leaf JOIN decision ON decision.id = fact_id
        WHERE fact_type = 'decision.taken' AND bulk_id IS NOT NULL),
    (SELECT count(*) FROM bulk_subject WHERE state = 'decided')
"""
DUE = "SELECT EXISTS (SELECT FROM statement WHERE filing_state = 'due')"
UNDONE = """
SELECT (SELECT count(*) FROM decision WHERE undone_at IS NOT NULL),
    (SELECT count(*) FROM measure WHERE undone_at IS NOT NULL),
    (SELECT count(*) FROM outbox WHERE kind = 'measure.undo'),
    (SELECT count(*) FROM ledger_leaf WHERE fact_type = 'decision.undone')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one file of removals took; `whole` where nothing is missing and nothing is twice."""

    removals: int
    #: From the file to the last subject decided, and, where that was asked, filed.
    seconds: float
    #: Statements by where they stand with the Transparency Database.
    filing: dict[str, int]
    #: Of these, until it was stored and agreed to.
    send_seconds: float
    #: From the start to the last subject, without the commands before.
    run_seconds: float
    #: From the first message to the platform to its last report.
    tell_seconds: float
    #: From the command to the last subject, and to the last report of the platform.
    undo_seconds: float
    untell_seconds: float
    peak_mib: dict[str, float]
    #: Processor time from the file to filed, by process.
    cpu_seconds: dict[str, float]
    row_bytes: int
    kills: int
    whole: bool
    undone: bool
    #: What the platform does: before, when it was told all, and after the undo.
    in_force: tuple[InForce, InForce, InForce]

    @property
    def restored(self) -> bool:
        """Whether the platform carried everything out, and then stood as before."""
        before, told, after = self.in_force
        return told.measures == self.removals + BEFORE and before == after


def main() -> int:
    """0 where every bar is met."""
    asked = _asked()
    with Arena() as arena:
        for name, text in machine.described(arena.folder).items():
            print(f"{name:<17} {text}", flush=True)
        small = _removed(arena, removals=asked.small, kills=0, asked=asked)
        _tell(small)
        half, rest = asked.removals // 2, asked.removals - asked.removals // 2
        before = bare_inserts(arena, rows=half, row_bytes=small.row_bytes)
        large = _removed(arena, removals=asked.removals, kills=asked.kills, asked=asked)
        _tell(large)
        peer = before + bare_inserts(arena, rows=rest, row_bytes=small.row_bytes)
    return 0 if _verdict(small, large=large, peer_seconds=peer) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.removals", description=__doc__)
    parser.add_argument("--removals", type=int, default=REMOVALS)
    parser.add_argument("--small", type=int, default=SMALL, help="held against the large one")
    parser.add_argument("--kills", type=int, default=KILLS, help="of the worker, with -9")
    parser.add_argument(
        "--file", action=argparse.BooleanOptionalAction, default=True, help="also file them"
    )
    parser.add_argument("--seed", type=int, default=SEED)
    return parser.parse_args()


def _removed(arena: Arena, *, removals: int, kills: int, asked: argparse.Namespace) -> Run:
    name = f"removals_{removals}_{kills}"
    points = _points(removals, kills=kills, seed=asked.seed)
    with (
        removals_work.house(arena, database=name) as house,
        removals_work.filed_with(house if asked.file else None),
        processes(house) as running,
        platform(house) as theirs,
    ):
        first = _before(arena, house=house, theirs=theirs)
        file = _file(arena.folder / f"{name}.jsonl", removals=removals, prefix="account")
        spent, begun = _spent(arena, running=running), time.monotonic()
        bulk_id = house.send(file)
        house.approve(bulk_id)
        send_seconds = time.monotonic() - begun
        run_seconds = _run(house, bulk_id=bulk_id, points=points, running=running)
        _wait(partial(_nothing_due, house, asked=asked))
        seconds = time.monotonic() - begun
        cpu_seconds = _since(spent, now=_spent(arena, running=running))
        whole = set(house.rows(COUNTS)) == {removals + BEFORE}
        filing, row_bytes = house.filing(), house.bytes_each(TABLES, removals=removals + BEFORE)
        tell_seconds, told = _tell_platform(theirs)
        undo_seconds, untell_seconds = _undo(house, bulk_id=bulk_id, theirs=theirs)
        return Run(
            removals=removals,
            seconds=seconds,
            filing=filing,
            send_seconds=send_seconds,
            run_seconds=run_seconds,
            tell_seconds=tell_seconds,
            undo_seconds=undo_seconds,
            untell_seconds=untell_seconds,
            peak_mib={"command": house.command_peak_mib, **running.peak_mib()},
            cpu_seconds=cpu_seconds,
            row_bytes=row_bytes,
            kills=kills,
            whole=whole,
            undone=set(house.rows(UNDONE)) == {removals},
            in_force=(first, told, theirs.in_force()),
        )


def _points(removals: int, *, kills: int, seed: int) -> list[int]:
    """Decisions after which the worker is killed."""
    chance = random.Random(seed)
    return sorted(BEFORE + chance.randrange(removals) for _ in range(kills))


def _before(arena: Arena, *, house: House, theirs: Platform) -> InForce:
    """What the platform does, once a few removals were carried out; then it is left alone."""
    file = _file(arena.folder / "before.jsonl", removals=BEFORE, prefix="before")
    bulk_id = house.send(file)
    house.start(bulk_id)
    _wait(partial(_stands, house, bulk_id=bulk_id, state="done"))
    _wait(theirs.is_told)
    theirs.leave_alone()
    return theirs.in_force()


def _run(house: House, *, bulk_id: str, points: list[int], running: Processes) -> float:
    house.start(bulk_id)
    started = time.monotonic()
    for point in points:
        _wait(partial(_came_to, house, point=point))
        running.kill_worker()
    _wait(partial(_stands, house, bulk_id=bulk_id, state="done"))
    return time.monotonic() - started


def _tell_platform(theirs: Platform) -> tuple[float, InForce]:
    begun = time.monotonic()
    theirs.tell_again()
    _wait(theirs.is_told)
    return time.monotonic() - begun, theirs.in_force()


def _undo(house: House, *, bulk_id: str, theirs: Platform) -> tuple[float, float]:
    begun = time.monotonic()
    house.undo(bulk_id)
    _wait(partial(_stands, house, bulk_id=bulk_id, state="undone"))
    undone = time.monotonic() - begun
    _wait(theirs.is_told)
    return undone, time.monotonic() - begun


def _spent(arena: Arena, *, running: Processes) -> dict[str, float]:
    return {**running.cpu_seconds(), "postgres": arena.cpu_seconds()}


def _since(before: dict[str, float], *, now: dict[str, float]) -> dict[str, float]:
    return {name: spent - before[name] for name, spent in now.items()}


def _file(path: Path, *, removals: int, prefix: str) -> Path:
    with path.open("w", encoding="utf-8") as out:
        for line in removals_work.lines(removals, prefix=prefix):
            out.write(json.dumps(line) + "\n")
    return path


def _wait(until: Callable[[], bool]) -> None:
    while not until():
        time.sleep(LOOK_SECONDS)


def _nothing_due(house: House, *, asked: argparse.Namespace) -> bool:
    return not asked.file or house.rows(DUE) == (False,)


def _came_to(house: House, *, point: int) -> bool:
    return house.inserted("decision") >= point


def _stands(house: House, *, bulk_id: str, state: str) -> bool:
    return house.state(bulk_id) == state


def _tell(run: Run) -> None:
    peak = ", ".join(f"{name} {mib:.0f}" for name, mib in run.peak_mib.items())
    spent = ", ".join(f"{name} {seconds:.0f}" for name, seconds in run.cpu_seconds.items())
    print(
        f"{run.removals:,} removals: {run.seconds:.1f} s from the file to filed, of these "
        f"{run.send_seconds:.1f} s to store and agree and {run.run_seconds:.1f} s to decide, "
        f"{_us(run):.0f} us each; killed {run.kills} times, "
        f"none missing and none twice: {_met(run.whole)}; filing {run.filing}; "
        f"CPU seconds: {spent}; the platform told in {run.tell_seconds:.1f} s; undone in "
        f"{run.undo_seconds:.1f} s, whole: {_met(run.undone)}, carried out after "
        f"{run.untell_seconds:.1f} s, as at first: {_met(run.restored)}; peak MiB: {peak}; "
        f"{run.row_bytes:,} bytes of rows each",
        flush=True,
    )


def _verdict(small: Run, *, large: Run, peer_seconds: float) -> bool:
    ratio, times = large.seconds / peer_seconds, _us(large) / _us(small)
    memory = sum(large.peak_mib.values())
    bars = {
        f"{ratio:.2f} times the {peer_seconds:.1f} s of pgbench (at most {RATIO_MOST:g}, "
        f"aim {RATIO_AIM:g})": ratio <= RATIO_MOST,
        f"{times:.2f} times the cost of one of {small.removals:,} (at most {COST_TIMES})": (
            times <= COST_TIMES
        ),
        f"{memory:.0f} MiB at the peaks of all processes (at most {MEMORY_MIB})": (
            memory <= MEMORY_MIB
        ),
        "none missing, none twice": small.whole and large.whole,
        "undone whole": small.undone and large.undone,
        "the platform as at first": small.restored and large.restored,
        "no statement refused or held": not large.filing.keys() & {"refused", "held"},
    }
    for said, met in bars.items():
        print(f"{said}: {_met(met)}")
    return all(bars.values())


def _us(run: Run) -> float:
    """What one costs from the start to filed."""
    return (run.seconds - run.send_seconds) / run.removals * 1e6


def _met(is_met: bool) -> str:  # noqa: FBT001 - the value itself is told
    return "met" if is_met else "MISSED"


if __name__ == "__main__":
    sys.exit(main())
