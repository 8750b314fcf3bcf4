"""The sides of a match: the service over HTTP, and pgbench, each from an equal database."""

import subprocess
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks import figures, load, machine, pgbench, service
from benchmarks.arena import Arena
from benchmarks.figures import Figures
from benchmarks.load import Outcome, Plan
from benchmarks.pgbench import Course, Peer
from benchmarks.service import Service
from benchmarks.stored import SUBJECTS_EACH, World

CONNECTIONS = 64
BATCH_LINES = 100
BATCH_CONNECTIONS = 4
WARM_UP_SECONDS = 2.0
#: A service at rest takes less than this share of one processor.
REST_SHARE = 0.1
REST_LOOK_SECONDS = 1.0
REST_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What all sides share; with `profile_to`, the web process leaves its profile there."""

    arena: Arena
    world: World
    template: str
    seconds: float
    profile_to: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meter:
    """The log and the processor time of the database server at an instant."""

    wal_bytes: int
    cpu_seconds: float
    load_average: float


def single_notices(match: Match) -> Figures:
    """Our side: one notice a call."""
    return _over_http(match, name="http, one notice a call", batch_lines=0)


def batches(match: Match) -> Figures:
    """Our side: batches of notices, on a few connections."""
    return _over_http(match, name=f"http, batches of {BATCH_LINES}", batch_lines=BATCH_LINES)


def transactions(match: Match, *, clients: int) -> Figures:
    """The peer: one transaction of eight statements a notice."""
    return _over_pgbench(
        match, name=f"pgbench, {clients} clients", script=pgbench.TRANSACTION, clients=clients
    )


def one_statement(match: Match, *, clients: int) -> Figures:
    """The peer at its best: all rows of a notice by one statement."""
    return _over_pgbench(
        match,
        name=f"pgbench, one statement, {clients}",
        script=pgbench.ONE_STATEMENT,
        clients=clients,
    )


def _over_http(match: Match, *, name: str, batch_lines: int) -> Figures:
    with match.arena.copy_of(match.template) as url, _service(match, url=url) as running:
        _come_to_rest(match.arena, running=running)
        match.arena.settle()
        before, own_before = _read(match.arena), running.cpu_seconds()
        outcome = _send(match, running=running, batch_lines=batch_lines)
        own = {
            kind: used - own_before.get(kind, 0.0) for kind, used in running.cpu_seconds().items()
        }
        after = _read(match.arena)
    if outcome.other_answers:
        raise SystemExit(f"{name}: answers that were not asked for: {outcome.other_answers}")
    return _figures(
        name,
        done=pgbench.Transactions(
            measured=outcome.notices,
            with_warm_up=outcome.notices_with_warm_up,
            latencies_ms=outcome.latencies_ms,
        ),
        meters=(before, after),
        seconds=match.seconds,
        own_cpu_seconds={**own, "load": outcome.cpu_seconds},
    )


def _come_to_rest(arena: Arena, *, running: Service) -> None:
    """Returns once the work of a start is over, such as the first reconciliation of all rows."""
    deadline = time.monotonic() + REST_SECONDS
    while time.monotonic() < deadline:
        before, began = _busy_seconds(arena, running=running), time.monotonic()
        time.sleep(REST_LOOK_SECONDS)
        share = (_busy_seconds(arena, running=running) - before) / (time.monotonic() - began)
        if share < REST_SHARE:
            return
    raise SystemExit(f"the service did not come to rest in {REST_SECONDS:.0f} s")


def _busy_seconds(arena: Arena, *, running: Service) -> float:
    return arena.cpu_seconds() + sum(running.cpu_seconds().values())


def _service(match: Match, *, url: str) -> AbstractContextManager[Service]:
    if match.profile_to is None:
        return service.running(url, key_folder=match.world.key_folder)
    return service.profiled(url, key_folder=match.world.key_folder, profile_to=match.profile_to)


def _send(match: Match, *, running: Service, batch_lines: int) -> Outcome:
    plan = Plan(
        port=running.port,
        token=match.world.token,
        server_processes=running.process_ids(),
        connections=BATCH_CONNECTIONS if batch_lines else CONNECTIONS,
        warm_up_seconds=WARM_UP_SECONDS,
        seconds=match.seconds,
        stored_subjects=SUBJECTS_EACH,
        seed=1,
        batch_lines=batch_lines,
    )
    done = subprocess.run(
        [sys.executable, "-m", load.__name__],
        input=msgspec.json.encode(plan),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Outcome)


def _over_pgbench(match: Match, *, name: str, script: str, clients: int) -> Figures:
    course = Course(
        script=script,
        clients=clients,
        warm_up_seconds=WARM_UP_SECONDS,
        seconds=match.seconds,
    )
    with match.arena.copy_of(match.template) as url:
        peer = Peer(program=match.arena.pgbench, url=url, folder=match.arena.folder)
        match.arena.settle()
        before = _read(match.arena)
        done, client_cpu_seconds = pgbench.run(peer, world=match.world, course=course)
        after = _read(match.arena)
    return _figures(
        name,
        done=done,
        meters=(before, after),
        seconds=match.seconds,
        own_cpu_seconds={"load": client_cpu_seconds},
    )


def _figures(
    name: str,
    *,
    done: pgbench.Transactions,
    meters: tuple[_Meter, _Meter],
    seconds: float,
    own_cpu_seconds: dict[str, float],
) -> Figures:
    before, after = meters
    cpu_seconds = {**own_cpu_seconds, "postgres": after.cpu_seconds - before.cpu_seconds}
    return Figures(
        name=name,
        notices=done.measured,
        seconds=seconds,
        p50_ms=figures.quantile(done.latencies_ms, share=0.5),
        p99_ms=figures.quantile(done.latencies_ms, share=0.99),
        max_ms=done.latencies_ms[-1],
        wal_bytes_each=(after.wal_bytes - before.wal_bytes) / done.with_warm_up,
        load_before=before.load_average,
        cpu_us_each={kind: used * 1e6 / done.with_warm_up for kind, used in cpu_seconds.items()},
    )


def _read(arena: Arena) -> _Meter:
    return _Meter(
        wal_bytes=arena.wal_bytes(),
        cpu_seconds=arena.cpu_seconds(),
        load_average=machine.load_average(),
    )
