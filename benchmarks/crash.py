"""Nothing acknowledged is lost, nothing stands twice: kill -9 and broken connections under load.

`python -m benchmarks.crash` starts the service with an embedded database, and a second web process
and sequencer whose connections go through a proxy. Eight clients send notices and repeat each with
its key until it is acknowledged; reviewers decide; meanwhile processes are killed and connections
broken. Afterwards every acknowledgement is held against the database and the signed ledger.
Exit 1 where any promise was broken.
"""

import argparse
import asyncio
import os
import random
import shutil
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from psycopg.conninfo import conninfo_to_dict

from benchmarks import crash_outside, crash_proof, machine, proxy
from benchmarks.crash_book import Book, Faults, tell
from benchmarks.crash_killer import Break, Killer, Targets, Victim
from benchmarks.crash_proof import Evidence
from benchmarks.crash_reviewers import Reviewer
from benchmarks.crash_senders import Sender, World
from benchmarks.crash_sites import TUTELA, Command, Site, left_over
from tutela.database.cluster import DATABASE, ROLE
from tutela.database.placement import placed
from tutela.database.readiness import connection_url

SENDERS, REVIEWERS = 8, 2
NOTICES, KILLS = 50_000, 200
#: A short run that acknowledges less than this a second has shown nothing.
FLOOR_EACH_SECOND = 15
#: A run that has not done all it should by then is given up.
GIVEN_UP_SECONDS = 1_800.0
TELL_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How much is done: until a time, or until so many notices and kills."""

    seconds: float | None
    notices: int
    kills: int
    seed: int
    json: Path | None


@dataclass(slots=True, kw_only=True)
class Result:
    """What a run has shown."""

    seed: int
    load_seconds: float
    killer: Killer
    dropped_commits: int
    tally: Mapping[str, int]
    evidence: Evidence


def main() -> int:
    """0 where every promise was kept, else 1."""
    wanted = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="tutela-crash-"))
    folder.chmod(0o711)
    described = machine.described(folder)
    print("\n".join(f"{name:<24} {text}" for name, text in described.items()))
    print(f"{'seed':<24} {wanted.seed}", flush=True)
    faults = Faults()
    result = asyncio.run(_run(wanted, folder=folder, faults=faults))
    for each in left_over(folder):
        faults.add("left running", text=each)
    _check_amount(wanted, result=result)
    _print(result)
    if wanted.json:
        _write(wanted.json, described=described, result=result)
    if faults.counted:
        print(f"\nFAILED; logs and acknowledgements are kept in {folder}")
        return 1
    shutil.rmtree(folder)
    print("\nnothing acknowledged was lost, nothing stands twice, every receipt is proven")
    return 0


def _arguments() -> Wanted:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__)
    parser.add_argument("--seconds", type=float, help="a short run of about so long")
    parser.add_argument("--notices", type=int, default=NOTICES, help="acknowledged, at least")
    parser.add_argument("--kills", type=int, default=KILLS, help="processes killed, at least")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--json", type=Path, help="write every figure there")
    return Wanted(**vars(parser.parse_args()))


async def _run(wanted: Wanted, *, folder: Path, faults: Faults) -> Result:
    async with AsyncExitStack() as stack:
        targets = await stack.enter_async_context(_services(folder, faults=faults))
        where = ("--data", str(folder / "data"), "--keys", str(folder / "keys"))
        world = World(
            seed=wanted.seed,
            ports=targets.ports,
            token=await _token(where, role="service", name="sender"),
            book=Book(folder / "notices.jsonl"),
            faults=faults,
        )
        reviewing = Book(folder / "decisions.jsonl")
        tokens = [
            await _token(where, role="specialist", name=f"reviewer-{number}")
            for number in range(REVIEWERS)
        ]
        reviewers = [
            Reviewer(number, world=world, token=token, book=reviewing)
            for number, token in enumerate(tokens)
        ]
        killer = Killer(targets, chance=random.Random(wanted.seed), book=world.book)
        load_seconds = await _under_load(wanted, world=world, reviewers=reviewers, killer=killer)
        evidence = await crash_proof.prove(
            targets.url,
            key_folder=folder / "keys",
            books=(world.book.path, reviewing.path),
            refused=[key for each in reviewers for key in each.refused],
            faults=faults,
        )
        await crash_outside.look(
            world, key_folder=folder / "keys", where=where, export_to=folder / "export"
        )
    return Result(
        seed=wanted.seed,
        load_seconds=load_seconds,
        killer=killer,
        dropped_commits=targets.proxy.dropped_commits,
        tally=world.tally,
        evidence=evidence,
    )


async def _under_load(
    wanted: Wanted, *, world: World, reviewers: Sequence[Reviewer], killer: Killer
) -> float:
    enough = asyncio.Event()
    begin = time.monotonic()

    def done() -> bool:
        spent = time.monotonic() - begin
        if wanted.seconds is not None:
            return spent >= wanted.seconds and killer.every_kind_done.is_set()
        kills = killer.done.kills.total()
        return (kills >= wanted.kills and world.book.lines >= wanted.notices) or (
            spent > GIVEN_UP_SECONDS
        )

    async with asyncio.TaskGroup() as group:
        for number in range(SENDERS):
            group.create_task(Sender(number, world=world).send_until(enough))
        for reviewer in reviewers:
            group.create_task(reviewer.decide_until(enough))
        telling = group.create_task(_keep_telling(world, killer=killer))
        await killer.kill_until(done)
        enough.set()
        telling.cancel()
    return time.monotonic() - begin


async def _keep_telling(world: World, *, killer: Killer) -> None:
    while True:
        await asyncio.sleep(TELL_SECONDS)
        done = killer.done
        tell(
            f"{world.book.lines} acknowledged, {world.tally['decided']} decided, "
            f"{done.kills.total()} killed, {done.breaks.total()} times connections broken"
        )


@asynccontextmanager
async def _services(folder: Path, *, faults: Faults) -> AsyncIterator[Targets]:
    ports = _free_ports()
    data, keys, relay_folder = folder / "data", folder / "keys", folder / "proxy"
    relay_folder.mkdir()
    sites = []
    async with AsyncExitStack() as stack:

        async def start(name: str, *, at: Path, arguments: tuple[str, ...]) -> Site:
            given = ("--data", str(at), "--keys", str(keys), *arguments)
            command = Command(name=name, data_folder=at, arguments=given)
            site = Site(command, log=folder / f"{name.replace(' ', '-')}.log", faults=faults)
            stack.push_async_callback(site.stop)
            await site.start()
            sites.append(site)
            return site

        await start("service", at=data, arguments=("--port", str(ports[0])))
        url = _database_url(data)
        relay = await stack.enter_async_context(
            proxy.running(relay_folder, server_socket=_socket(url))
        )
        through = ("--database", f"postgresql://{ROLE}@/{DATABASE}?host={relay_folder}")
        await start("second web", at=folder / "second",
                    arguments=("--role", "web", "--port", str(ports[1]), *through))  # fmt: skip
        await start("second worker", at=folder / "third", arguments=("--role", "worker", *through))
        main_site, second, third = sites
        yield Targets(
            main=main_site, second=second, third=third, ports=ports, url=url, proxy=relay,
            faults=faults,
        )  # fmt: skip


def _database_url(data_folder: Path) -> str:
    placement = placed(data_folder)
    assert placement is not None
    return connection_url(placement, role=ROLE, database=DATABASE)


def _socket(url: str) -> Path:
    return Path(str(conninfo_to_dict(url)["host"])) / proxy.SOCKET_NAME


async def _token(where: tuple[str, ...], *, role: str, name: str) -> str:
    arguments = ("token", "create", "--role", role, "--name", name, *where)
    status, told, complained = await crash_outside.output_of(TUTELA, arguments=arguments)
    if status:
        raise SystemExit(f"no token: {complained}")
    return told.split()[-1]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        for each in (first, second):
            each.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def _check_amount(wanted: Wanted, *, result: Result) -> None:
    short = wanted.seconds is not None
    notices = int((wanted.seconds or 0) * FLOOR_EACH_SECOND) if short else wanted.notices
    kills = len(Victim) if short else wanted.kills
    done, faults = result.killer.done, result.evidence.faults
    if result.evidence.acknowledged < notices:
        faults.add("too little", text=f"{result.evidence.acknowledged} of {notices} acknowledged")
    if done.kills.total() < kills:
        faults.add("too little", text=f"{done.kills.total()} of {kills} kills")
    for kind in [*Victim, *Break]:
        if not (done.kills if isinstance(kind, Victim) else done.breaks)[kind]:
            faults.add("too little", text=f"not once: {kind}")


def _rows(result: Result) -> dict[str, object]:
    done, evidence = result.killer.done, result.evidence
    counted = evidence.faults.counted
    return {
        "seconds under load": round(result.load_seconds, 1),
        "acknowledged": evidence.acknowledged,
        "acknowledged each second": round(evidence.acknowledged / result.load_seconds, 1),
        "acknowledgements written": sum(
            result.tally[name] for name in ("created", "answered as duplicate")
        ),
        "receipts proven": evidence.proven,
        "decisions": evidence.decisions,
        "kills": done.kills.total(),
        "connections broken": done.breaks.total(),
        "commits answered to nobody": result.dropped_commits,
        "lost": counted["lost"] + counted["decision lost"],
        "twice": counted["twice"] + counted["acknowledged twice as new"],
        "unproven": counted["unproven"] + counted["unproven over HTTP"],
        "faults of all kinds": counted.total(),
    }


def _print(result: Result) -> None:
    for name, figure in _rows(result).items():
        print(f"{name:<28} {figure}")
    print(f"\n{'killed':<28} {'times':>6} {'back after: median':>19} {'max':>8}")
    for victim, times in sorted(result.killer.done.kills.items()):
        seconds = result.killer.done.restart_seconds[victim] or [float("nan")]
        print(
            f"{victim:<28} {times:>6} {statistics.median(seconds):>17.2f} s {max(seconds):>6.2f} s"
        )
    print(f"\n{'broken':<28} {'times':>6}")
    for kind, times in sorted(result.killer.done.breaks.items()):
        print(f"{kind:<28} {times:>6}")
    print(f"\n{'what senders saw':<28} {'times':>6}")
    for what, times in sorted(result.tally.items()):
        print(f"{what:<28} {times:>6}")
    for line in result.evidence.faults.told:
        print(f"FAULT {line}")


def _write(path: Path, *, described: dict[str, str], result: Result) -> None:
    done = result.killer.done
    told = {
        "machine": described,
        "seed": result.seed,
        **_rows(result),
        "killed": done.kills,
        "broken": done.breaks,
        "restart_seconds": done.restart_seconds,
        "senders": result.tally,
        "faults": result.evidence.faults.told,
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(told)))


if __name__ == "__main__":
    sys.exit(main())
