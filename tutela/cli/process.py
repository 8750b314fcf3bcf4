"""The long-running processes: `python -m tutela.cli.process web|worker|courier|sequencer NAME`."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from enum import StrEnum
from typing import Protocol

import structlog
import uvloop
from psycopg import AsyncConnection, OperationalError

from tutela import app, logs
from tutela.access.processes import Process, end_beat
from tutela.app import House, Loop
from tutela.cli.loops import go_on
from tutela.database.errors import DatabaseError, DatabaseUnavailable
from tutela.database.leader import Lead, leadership
from tutela.database.pool import connection_string, unavailable
from tutela.settings import Settings, read_settings

#: Between two tries while the database is away.
RETRY_SECONDS = 0.5
SEQUENCING_SECONDS = 0.5
#: How long a process waits for its detectors and the guard's snapshots before it serves; until then
#: what comes is unknown.
DETECTORS_SECONDS = 5.0
SEQUENCER_LEAD = "sequencer"
WATCH_LEAD = "watch"


_log = structlog.get_logger(__name__)


class Kind(StrEnum):
    """What a long-running process is for."""

    #: Answers calls over HTTP.
    WEB = "web"
    #: Does what must follow, in named loops.
    WORKER = "worker"
    #: Brings out what leaves the house: messages to platforms, statements to the database.
    COURIER = "courier"
    #: Gives the facts of the ledger their place; one leads, others wait.
    SEQUENCER = "sequencer"


class Work(Protocol):
    """What a kind of process does in its house, until it is asked to stop."""

    def __call__(self, house: House, *, stopping: asyncio.Event) -> Awaitable[None]: ...


class ServingEnded(RuntimeError):
    """The web server ended although nobody asked it to."""


def main() -> None:
    """One process, until SIGTERM; its settings are the environment's."""
    kind, name = Kind(sys.argv[1]), sys.argv[2]
    logs.configure(name)
    process = Process(name=name, kind=kind, pid=os.getpid())
    uvloop.run(live(process, settings=read_settings(os.environ), work=WORKS[kind]))


async def live(process: Process, *, settings: Settings, work: Work) -> None:
    """The work of a process with its heartbeat and its clock beside it, until SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stopping.set)
    async with AsyncExitStack() as stack:
        house = await _enter_once_there(
            stack, process=process, settings=settings, stopping=stopping
        )
        if house is None:
            return
        _log.info("process_started", pid=process.pid)
        beside = [
            asyncio.create_task(go_on(loop)) for loop in _loops_beside(house, process=process)
        ]
        try:
            await work(house, stopping=stopping)
        finally:
            await _cancel(beside)
        with suppress(DatabaseError):
            await end_beat(house.pool, process=process)


def _loops_beside(house: House, *, process: Process) -> Sequence[Loop]:
    loops = app.loops_of_every_process(house, process=process)
    if process.kind not in (Kind.WEB, Kind.WORKER):
        return loops
    from tutela.app import detecting, guarding

    loops += detecting.detector_loops(house, process=process)
    if process.kind is Kind.WEB:
        loops += guarding.keep_loops(house, process=process)
    return loops


async def serve(house: House, *, stopping: asyncio.Event) -> None:
    """Answers calls; returns once those in flight are answered."""
    from tutela.web.serving import serve as serve_site
    from tutela.web.serving import site_of

    settings = house.settings
    with suppress(TimeoutError):
        async with asyncio.timeout(DETECTORS_SECONDS):
            await house.panel.ready.wait()
            await house.guard.keeper.ready.wait()
    site = site_of(house, closing=stopping)
    await serve_site(site, host=settings.host, port=settings.port, stopping=stopping)
    if not stopping.is_set():
        raise ServingEnded


async def work_off(house: House, *, stopping: asyncio.Event) -> None:
    """Runs every loop of a worker, each by itself."""
    from tutela.app import caring, detecting, guarding, logins, networking, overseeing
    from tutela.app.loops import worker_loops

    watch = Loop(name="watch", every_seconds=RETRY_SECONDS, run=lambda: _watch(house))
    follow = (*detecting.follow_loops(house), *guarding.guard_loops(house))
    follow += (*logins.login_loops(house), *overseeing.oversight_loops(house))
    follow += caring.care_loops(house)
    loops = (*worker_loops(house), *follow, *networking.network_loops(house), watch)
    await _until(stopping, endless=[go_on(loop) for loop in loops])


async def bring_out(house: House, *, stopping: asyncio.Event) -> None:
    """Runs every loop of a courier, each by itself."""
    from tutela.app.sending import courier_loops

    async with courier_loops(house) as loops:
        await _until(stopping, endless=[go_on(loop) for loop in loops])


async def sequence(house: House, *, stopping: asyncio.Event) -> None:
    """Sequences whenever this process leads; waits in line otherwise."""
    again = Loop(name="sequencer", every_seconds=RETRY_SECONDS, run=lambda: _lead(house))
    await _until(stopping, endless=[go_on(again)])


async def _lead(house: House) -> None:
    async with leadership(house.url, name=SEQUENCER_LEAD) as lead:
        _log.info("lead_taken", name=lead.name)
        await _sequence_while_leading(house, lead=lead)


async def _watch(house: House) -> None:
    from tutela.app import guarding, probing
    from tutela.app.loops import watch_loops

    async with (
        leadership(house.url, name=WATCH_LEAD) as lead,
        watch_loops(house) as loops,
        probing.probe_loops(house) as probes,
    ):
        _log.info("lead_taken", name=lead.name)
        async with asyncio.TaskGroup() as group:
            for loop in (*loops, *probes, *guarding.publish_loops(house)):
                group.create_task(go_on(loop))
            while True:
                await lead.check()
                await asyncio.sleep(RETRY_SECONDS)


async def _sequence_while_leading(house: House, *, lead: Lead) -> None:
    sequencer = app.sequencer(house)
    while True:
        await lead.check()
        await sequencer.sequence_all()
        await asyncio.sleep(SEQUENCING_SECONDS)


async def _enter_once_there(
    stack: AsyncExitStack, *, process: Process, settings: Settings, stopping: asyncio.Event
) -> House | None:
    while not stopping.is_set():
        try:
            await _knock(settings.database_url or "")
            opening = app.open_house(settings, name=f"tutela {process.name}")
            return await stack.enter_async_context(opening)
        except DatabaseUnavailable as error:
            _log.warning("database_away", code=error.code)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), RETRY_SECONDS)
    return None


async def _knock(url: str) -> None:
    """Nothing where the database lets us in: a pool would wait longer for one that is away."""
    try:
        await (await AsyncConnection.connect(connection_string(url, name="tutela knock"))).close()
    except OperationalError as error:
        raise unavailable(error) from error


async def _until(
    stopping: asyncio.Event, *, endless: Sequence[Coroutine[None, None, None]]
) -> None:
    tasks = [asyncio.create_task(each) for each in endless]
    await stopping.wait()
    await _cancel(tasks)


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


WORKS: dict[Kind, Work] = {
    Kind.WEB: serve,
    Kind.WORKER: work_off,
    Kind.COURIER: bring_out,
    Kind.SEQUENCER: sequence,
}

if __name__ == "__main__":
    main()
