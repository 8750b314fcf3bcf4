"""The queue and the page of a case with a million cases in the database: time and bytes.

`python -m benchmarks.console` (`--cases 100000` for a small one, `--waiting` for how many are open)
fills a database: what is closed by SQL, its notices erased as their time has come; what is open
through the intake of the house. Then it asks for the pages as a browser does, without the network:
what is measured is the server's time, from the call to the last byte, database and template
included, and the processor time of both, which other work on the machine changes less. Bytes are
those of the page with every file that it loads, uncompressed.
"""

import argparse
import asyncio
import json
import os
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import psycopg

from benchmarks import machine
from benchmarks.arena import Arena
from benchmarks.figures import quantile
from tutela import app
from tutela.access import tokens, users
from tutela.access.founding import found
from tutela.access.keys import KeySet
from tutela.access.sessions import Sessions
from tutela.access.tokens import Caller, Grant, TokenDesk
from tutela.access.users import Person
from tutela.database.cluster import SUPERUSER
from tutela.database.migrations import migrate
from tutela.database.pool import Pool, open_pool
from tutela.database.readiness import connection_url
from tutela.domain.vocabulary import Channel, Role
from tutela.intake.door import Intake, Sending
from tutela.intake.refusals import RefusalLog
from tutela.web.calls import Rooms
from tutela.web.console.screen import COOKIE
from tutela.web.site import site

DATABASE = "console"
#: What issue 8 asks: milliseconds at the 95th percentile, and bytes of a page with its files.
QUEUE_MS, CASE_MS, PAGE_BYTES = 100, 150, 300_000
MERGED = 200
ASKED = 300
WARMED = 30
TOGETHER = 64
_FILES = re.compile(r'(?:src|href)="(/static/[^"]+)"')
_SETTINGS = """
SET session_replication_role = replica;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
SET tutela.tenant = '*';
"""
_FILL = """
CREATE TEMP TABLE place ON COMMIT DROP AS
    SELECT k, uuidv7(make_interval(secs => (k - %(count)s - 864000) * 0.1)) AS id,
        uuidv7(make_interval(secs => (k - %(count)s - 863000) * 0.1)) AS decision_id,
        date_trunc('milliseconds', now() + make_interval(secs => (k - %(count)s - 864000) * 0.1))
            AS at
    FROM generate_series(1, %(count)s) AS k;
INSERT INTO notice (
    tenant, service, id, channel, door, mark, category, language, country, surface, imminent_danger,
    possible_minor, item_count, article_16_missing, received_at, include_by, code_hash, key_id,
    signature, committed_at)
    SELECT 'main', 'main', id, 'user', 'api', 'real', 'STATEMENT_CATEGORY_SCAMS_AND_FRAUD', 'de',
        'DE', 'app', false, false, 1, '{}', at, at + interval '60 s', sha256(uuid_send(id)), 'k',
        ''::bytea, at
    FROM place ORDER BY k;
INSERT INTO case_file (
    tenant, service, id, family, subject_kind, subject_key, account_key, mark, lane, due_at,
    specialist, opened_at, merged_at, closed_at)
    SELECT 'main', 'main', id, 'scams', 'content', int8send(k) || int8send(k),
        int8send(k %% 50000) || int8send(0), 'real', 'general', at + interval '1 day', false,
        at, at, at + interval '1 hour'
    FROM place ORDER BY k;
INSERT INTO decision (
    tenant, service, id, case_id, subject_key, mark, outcome, guideline_version, decided_by,
    lease_token, item_count, statement_count, measure_count, outbox_count, decided_at,
    committed_at)
    SELECT 'main', 'main', decision_id, id, int8send(k) || int8send(k), 'real', 'dismiss',
        '2026-10', 'person r-1', gen_random_uuid(), 1, 0, 0, 0, at + interval '1 hour', at
    FROM place ORDER BY k;
INSERT INTO item (
    tenant, service, notice_id, ordinal, subject_kind, case_id, decision_id, answered_at)
    SELECT 'main', 'main', id, 0, 'content', id, decision_id, at + interval '1 hour'
    FROM place ORDER BY k;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One kind of page: its addresses, and what it may take."""

    name: str
    addresses: Sequence[str]
    limit_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the benchmark stands on."""

    pool: Pool
    client: httpx.AsyncClient
    arena: Arena

    def cpu_seconds(self) -> float:
        """Processor time of the site and its database so far."""
        return time.process_time() + self.arena.cpu_seconds()


def notice(number: int, *, chance: random.Random) -> bytes:
    """A notice about something new, of an account that has several."""
    subject = {
        "kind": "content",
        "id": f"open-{number}",
        "url": f"https://example.social/p/{number}",
        "account_id": f"a-{number % 997}",
    }
    return json.dumps(
        {
            "category": _CATEGORIES[number % len(_CATEGORIES)],
            "explanation": " ".join(f"token {chance.randrange(10**6)}" for _ in range(60)),
            "subjects": [subject],
            "language": chance.choice(("de", "fr", "en")),
            "imminent_danger": number % 100 == 0,
        }
    ).encode()


_CATEGORIES = (
    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "STATEMENT_CATEGORY_SELF_HARM",
    "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "STATEMENT_CATEGORY_VIOLENCE",
)


def fill_closed(arena: Arena, *, cases: int) -> None:
    """Cases that were decided and whose notices were erased."""
    url = connection_url(arena.server.placement, role=SUPERUSER, database=DATABASE)
    with psycopg.connect(url) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute(_FILL, {"count": cases})
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")


async def fill_open(pool: Pool, *, keys: KeySet, caller: Caller, waiting: int) -> None:
    """Cases that wait, each by a notice through intake; the first is a merge of many."""
    chance = random.Random(8)
    intake = Intake(pool, keys=keys, clock=app.now, chance=os.urandom)
    sending = Sending(caller=caller, door="api")
    numbers = [0] * MERGED + list(range(1, waiting))
    for first in range(0, len(numbers), TOGETHER):
        await asyncio.gather(
            *(
                intake.take(intake.read(notice(each, chance=chance)), sending=sending)
                for each in numbers[first : first + TOGETHER]
            )
        )


@asynccontextmanager
async def house(arena: Arena, *, waiting: int) -> AsyncIterator[House]:
    """The site on the filled database, with somebody of the staff who is logged in."""
    pool = await open_pool(arena.url(DATABASE), name="tutela benchmark")
    try:
        begun = app.now() - timedelta(days=30)
        keys = await found(pool, key_folder=arena.folder / "keys", now=begun, chance=os.urandom)
        grant = Grant(
            tenant="main", service="main", name="t", role=Role.SERVICE, channels=(Channel.USER,)
        )
        token = await tokens.create(pool, grant=grant, now=app.now(), chance=os.urandom)
        desk = TokenDesk(pool, monotonic=time.monotonic)
        caller = await desk.caller(f"Bearer {token}")
        await fill_open(pool, keys=keys, caller=caller, waiting=waiting)
        person = Person(tenant="main", name="lead-1", role=Role.LEAD)
        await users.add(pool, person=person, password=os.urandom(16).hex())
        cookie = await Sessions(pool, clock=app.now, chance=os.urandom).begin(person)
        rooms = Rooms(
            pool=pool,
            keys=keys,
            desk=desk,
            intake=Intake(pool, keys=keys, clock=app.now, chance=os.urandom),
            refusals=RefusalLog(pool, keys=keys, clock=app.now, chance=os.urandom),
            clock=app.now,
        )
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(site(rooms)),
            base_url="http://tutela",
            cookies={COOKIE: cookie},
            headers={"sec-fetch-site": "same-origin"},
        ) as client:
            yield House(pool=pool, client=client, arena=arena)
    finally:
        await pool.close()


async def pages(house: House) -> list[Asked]:
    """What is asked for: the queue in its ways, open cases, the great merge, closed ones."""
    claimed = await house.client.post("/console/main/queue/claim", data={"go": "1"})
    first = claimed.headers["location"]
    many = f"SELECT case_id FROM item GROUP BY case_id HAVING count(*) >= {MERGED}"
    waits = "SELECT id FROM case_file WHERE closed_at IS NULL ORDER BY random()"
    opened = await _ids(house, query=waits)
    closed = await _ids(
        house, query="SELECT id FROM case_file TABLESAMPLE SYSTEM (1) WHERE closed_at IS NOT NULL"
    )
    case = "/console/main/cases/"
    queue = "/console/main/queue"
    ways = ["", "?lane=danger", "?lane=general", "?state=overdue", "?family=self_harm"]
    return [
        Asked(name="queue", addresses=[queue + way for way in ways], limit_ms=QUEUE_MS),
        Asked(name="queue, by language", addresses=[f"{queue}?language=fr"], limit_ms=QUEUE_MS),
        Asked(name="case, open", addresses=[case + each for each in opened], limit_ms=CASE_MS),
        Asked(name="case, on one's desk", addresses=[first], limit_ms=CASE_MS),
        Asked(name="case, closed", addresses=[case + each for each in closed], limit_ms=CASE_MS),
        Asked(
            name=f"case, {MERGED} notices",
            addresses=[case + each for each in await _ids(house, query=many)],
            limit_ms=CASE_MS,
        ),
    ]


async def _ids(house: House, *, query: str) -> list[str]:
    async with house.pool.connection() as connection:
        await connection.execute("SELECT set_config('tutela.tenant', 'main', true)")
        cursor = await connection.execute(f"{query} LIMIT {ASKED}")
        return [str(each) for (each,) in await cursor.fetchall()]


async def timed(ask: Callable[[], Awaitable[httpx.Response]]) -> tuple[float, httpx.Response]:
    """Milliseconds, and the answer."""
    begun = time.perf_counter()
    answer = await ask()
    return (time.perf_counter() - begun) * 1_000, answer


async def measured(house: House, *, asked: Asked, times_asked: int = ASKED) -> str:
    """One line of the report."""
    times, sizes = [], []
    files: dict[str, int] = {}
    spent = 0.0
    for number in range(times_asked):
        address = asked.addresses[number % len(asked.addresses)]
        before = house.cpu_seconds()
        took, answer = await timed(lambda at=address: house.client.get(at))  # type: ignore[misc]
        spent += house.cpu_seconds() - before
        assert answer.status_code == 200, (address, answer.status_code)
        times.append(took)
        for each in set(_FILES.findall(answer.text)) - set(files):
            files[each] = len((await house.client.get(each)).content)
        loaded = set(_FILES.findall(answer.text))
        sizes.append(len(answer.content) + sum(files[each] for each in loaded))
    times.sort()
    p95, largest = quantile(times, share=0.95), max(sizes)
    told = "met" if p95 <= asked.limit_ms and largest <= PAGE_BYTES else "NOT met"
    return (
        f"{asked.name:<22} p50 {quantile(times, share=0.5):6.1f}  p95 {p95:6.1f}"
        f"  p99 {quantile(times, share=0.99):6.1f} ms   cpu {spent / times_asked * 1_000:6.1f} ms"
        f"   largest {largest / 1_000:6.0f} kB   "
        f"{asked.limit_ms:.0f} ms and {PAGE_BYTES // 1_000} kB: {told}"
    )


async def run(arena: Arena, *, waiting: int) -> None:
    """Prints the figures as they come."""
    async with house(arena, waiting=waiting) as here:
        arena.settle()
        print(f"load {machine.load_average():.1f}", flush=True)
        for asked in await pages(here):
            await measured(here, asked=asked, times_asked=WARMED)
            print(await measured(here, asked=asked), flush=True)


def main() -> None:
    """Fills, then measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--waiting", type=int, default=10_000)
    given = parser.parse_args()
    with Arena() as arena:
        for name, value in machine.described(arena.folder).items():
            print(f"{name}: {value}", flush=True)
        arena.create(DATABASE)
        begun = time.perf_counter()
        asyncio.run(migrate(arena.url(DATABASE)))
        fill_closed(arena, cases=given.cases)
        seconds = time.perf_counter() - begun
        print(f"{given.cases:,} closed cases stored in {seconds:.0f} s", flush=True)
        asyncio.run(run(arena, waiting=given.waiting))


if __name__ == "__main__":
    main()
