"""What is done to the services: processes killed, connections broken, in a seeded order."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum

import psycopg

from benchmarks import machine
from benchmarks.crash_book import Book, Faults
from benchmarks.crash_http import answers
from benchmarks.crash_sites import LOOK_SECONDS, ORPHAN_SECONDS, Site, Watched, kill
from benchmarks.proxy import Proxy, Silence

#: What is killed or broken follows the one before after so long, on average.
PAUSE_SECONDS = 1.0
#: Most of the time something was acknowledged in between, so that there is something to break;
#: one in so many hits whatever state the one before has left.
BETWEEN_ACKNOWLEDGED, BETWEEN_SECONDS, AT_ONCE_ONE_IN = 60, 10.0, 4
BACK_SECONDS = 90.0
APPEAR_SECONDS = 10.0
DELAY_SECONDS, DELAY_LASTS_SECONDS = 0.4, 2.0
DROPPED_COMMITS_MAX = 4


class Victim(StrEnum):
    """What is killed."""

    #: The web process beside the database.
    WEB = "web"
    #: The worker beside the database.
    WORKER = "worker"
    #: The courier beside the database.
    COURIER = "courier"
    #: The sequencer beside the database.
    SEQUENCER = "sequencer"
    #: The first process of PostgreSQL.
    POSTMASTER = "postgres"
    #: A process of PostgreSQL that serves one connection.
    BACKEND = "postgres backend"
    #: The web process whose connections go through the proxy.
    SECOND_WEB = "second web"
    #: The sequencer whose connections go through the proxy.
    SECOND_SEQUENCER = "second sequencer"
    #: The supervisor of the whole service.
    SUPERVISOR = "supervisor"
    #: The supervisor of the second web process.
    SECOND_SUPERVISOR = "second supervisor"


class Break(StrEnum):
    """What is done to the connections that go through the proxy."""

    #: Both sides find them gone.
    CUT = "cut"
    #: What clients say is swallowed.
    HALF_OPEN_TO_SERVER = "half open to server"
    #: What the server answers is swallowed.
    HALF_OPEN_TO_CLIENT = "half open to client"
    #: All is swallowed.
    HALF_OPEN = "half open"
    #: Everything comes late for a while.
    DELAY = "delay"
    #: A commit is done, and its answer lost with the connection.
    DROP_AFTER_COMMIT = "dropped after COMMIT"


WEIGHTS: dict[Victim | Break, int] = {
    Victim.WEB: 7,
    Victim.WORKER: 2,
    Victim.COURIER: 2,
    Victim.SEQUENCER: 5,
    Victim.POSTMASTER: 5,
    Victim.BACKEND: 7,
    Victim.SECOND_WEB: 4,
    Victim.SECOND_SEQUENCER: 2,
    Victim.SUPERVISOR: 1,
    Victim.SECOND_SUPERVISOR: 1,
    Break.CUT: 2,
    Break.HALF_OPEN_TO_SERVER: 2,
    Break.HALF_OPEN_TO_CLIENT: 2,
    Break.HALF_OPEN: 2,
    Break.DELAY: 1,
    Break.DROP_AFTER_COMMIT: 6,
}
_SILENCES = {
    Break.HALF_OPEN_TO_SERVER: Silence.TO_SERVER,
    Break.HALF_OPEN_TO_CLIENT: Silence.TO_CLIENT,
    Break.HALF_OPEN: Silence.BOTH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The services under test, and how to ask whether they are back."""

    main: Site
    second: Site
    third: Site
    ports: tuple[int, int]
    url: str
    proxy: Proxy
    faults: Faults


@dataclass(slots=True)
class Done:
    """What was done so far."""

    kills: Counter[Victim] = field(default_factory=Counter)
    breaks: Counter[Break] = field(default_factory=Counter)
    restart_seconds: defaultdict[Victim, list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )


class Killer:
    """Kills and breaks until told that it is enough; every kind at least once, in any order."""

    def __init__(self, targets: Targets, *, chance: random.Random, book: Book) -> None:
        self._targets = targets
        self._chance = chance
        self._book = book
        self._watching: set[asyncio.Task[None]] = set()
        self.done = Done()
        self.every_kind_done = asyncio.Event()

    async def kill_until(self, enough: Callable[[], bool]) -> None:
        """Goes on until `enough` says so; everything is back when this returns."""
        for number, each in enumerate(self._plan(), start=1):
            if enough():
                break
            await self._pause()
            if isinstance(each, Victim):
                await self._kill(each)
            else:
                await self._break(each)
            if number == len(WEIGHTS):
                self.every_kind_done.set()
        self._targets.proxy.cut()
        await asyncio.gather(*self._watching)

    async def _pause(self) -> None:
        before = self._book.lines
        await asyncio.sleep(self._chance.expovariate(1 / PAUSE_SECONDS))
        if self._chance.randrange(AT_ONCE_ONE_IN) == 0:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(BETWEEN_SECONDS):
                while self._book.lines < before + BETWEEN_ACKNOWLEDGED:  # noqa: ASYNC110 - grows on disk
                    await asyncio.sleep(LOOK_SECONDS)

    def _plan(self) -> Iterator[Victim | Break]:
        kinds = list(WEIGHTS)
        yield from self._chance.sample(kinds, len(kinds))
        while True:
            yield from self._chance.choices(kinds, weights=list(WEIGHTS.values()))

    async def _kill(self, victim: Victim) -> None:
        site, find = self._place(victim)
        loop = asyncio.get_running_loop()
        end = loop.time() + APPEAR_SECONDS
        while loop.time() < end:
            pids = find()
            pid = self._chance.choice(pids) if pids else 0
            below = Watched(machine.descendants(pid)[1:] if pid else [])
            if pid and kill(pid, belongs=lambda pid: pid in find()):
                self.done.kills[victim] += 1
                self._watch(self._back(victim, site=site, killed=pid))
                self._watch(self._nobody_left(victim, below=below))
                return
            below.forget()
            await asyncio.sleep(LOOK_SECONDS)

    def _place(self, victim: Victim) -> tuple[Site, Callable[[], list[int]]]:
        targets = self._targets
        main = targets.main
        supervisor = {Victim.SUPERVISOR: main, Victim.SECOND_SUPERVISOR: targets.second}.get(victim)
        if supervisor is not None:
            return supervisor, lambda: [pid] if (pid := supervisor.supervisor) else []
        if victim is Victim.BACKEND:
            return main, main.backends
        if victim is Victim.SECOND_WEB:
            return targets.second, lambda: targets.second.processes("web")
        if victim is Victim.SECOND_SEQUENCER:
            return targets.third, lambda: targets.third.processes("sequencer")
        return main, lambda: main.processes(victim.value)

    def _watch(self, watching: Awaitable[None]) -> None:
        task = asyncio.ensure_future(watching)
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _nobody_left(self, victim: Victim, *, below: Watched) -> None:
        for living in await below.wait_until_gone(seconds=ORPHAN_SECONDS):
            self._targets.faults.add("outlived its parent", text=f"{living}, of {victim}")

    async def _back(self, victim: Victim, *, site: Site, killed: int) -> None:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        while loop.time() < begin + BACK_SECONDS:
            await asyncio.sleep(LOOK_SECONDS)
            if await self._is_back(victim, site=site, killed=killed):
                self.done.restart_seconds[victim].append(loop.time() - begin)
                return
        self._targets.faults.add("did not come back", text=f"{victim} (process {killed})")

    async def _is_back(self, victim: Victim, *, site: Site, killed: int) -> bool:
        if victim in {Victim.SUPERVISOR, Victim.SECOND_SUPERVISOR}:
            return site.supervisor not in {None, killed} and site.ready.is_set()
        if victim is Victim.BACKEND:
            return await self._holds("SELECT true")
        kind = victim.removeprefix("second ")
        pids = [pid for pid in site.processes(kind) if pid != killed]
        if not pids:
            return False
        if victim is Victim.POSTMASTER:
            return await self._holds("SELECT true")
        if kind == "web":
            return await answers(self._targets.ports[site is self._targets.second])
        return await self._holds(f"SELECT EXISTS (SELECT FROM process_beat WHERE pid = {pids[0]})")

    async def _holds(self, query: str) -> bool:
        try:
            async with asyncio.timeout(2.0):
                async with await psycopg.AsyncConnection.connect(self._targets.url) as connection:
                    row = await (await connection.execute(query.encode())).fetchone()
                    return bool(row and row[0])
        except (psycopg.Error, TimeoutError):
            return False

    async def _break(self, kind: Break) -> None:
        proxy = self._targets.proxy
        with suppress(TimeoutError):
            async with asyncio.timeout(APPEAR_SECONDS):
                while not proxy.talking:  # noqa: ASYNC110 - the proxy tells nobody
                    await asyncio.sleep(LOOK_SECONDS)
        met = proxy.talking
        if kind is Break.CUT:
            proxy.cut()
        elif kind in _SILENCES:
            proxy.fall_silent(_SILENCES[kind])
        elif kind is Break.DELAY:
            proxy.delay(DELAY_SECONDS)
            self._watch(self._end_delay())
        else:
            proxy.drop_next_commits(self._chance.randint(1, DROPPED_COMMITS_MAX))
        if met:
            self.done.breaks[kind] += 1

    async def _end_delay(self) -> None:
        await asyncio.sleep(DELAY_LASTS_SECONDS)
        self._targets.proxy.delay(0)
