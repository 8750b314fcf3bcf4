"""The demo as a stranger starts it: notices come in, are decided, and measures are carried out."""

import asyncio
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Final, LiteralString

import httpx

from tests.fixtures.service import TUTELA, until
from tutela.access.users import PROGRAM_ROLES
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import demo_world
from tutela.cli.options import Where
from tutela.database.pool import every_tenant_transaction
from tutela.domain.vocabulary import Role

STOP_SECONDS = 60.0
#: Between two looks at the figures: each look costs the service a query.
POLL_SECONDS = 0.5
SURFACES = 4
#: What the demo says: who can log in, that it is ready, its surfaces, its ring.
LINES = len(Role) - len(PROGRAM_ROLES) + 3
#: Measures that the demo's platform said it carried out, and groups that the search found.
_CONFIRMED: Final = "SELECT count(*) FROM measure WHERE state = 'confirmed'"
_FOUND: Final = "SELECT count(*) FROM network_case"
#: Posts that the detectors looked at, all of whose detectors could.
_LOOKED: Final = "SELECT count(*) FROM content_look WHERE result <> 'unavailable'"


def test_the_demo_shows_notices_answered_and_measures_confirmed_and_ends_when_asked(
    tutela_folder: Path,
) -> None:
    folder = tutela_folder / "demo"
    with subprocess.Popen(
        [TUTELA, "demo", "--port", "0", "--folder", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TUTELA_GUARD_PROBE_SECONDS": "2"},
        text=True,
    ) as demo:
        assert demo.stdout is not None
        login, *_, ready, surfaces, ring = (demo.stdout.readline() for _ in range(LINES))
        url = ready.removeprefix("ready ").strip()
        try:
            assert re.match(rf"log in at {url}/ as lead-\w+ with the password \S+", login)
            assert ring == f"a ring is looked for: {url}/console/main/networks\n"
            with httpx.Client(base_url=url, timeout=30.0, trust_env=False) as client:
                until(lambda: _answered(client) > 0, what="an item to be answered")
                until(lambda: _probed(client) == SURFACES, what="every surface to be probed")
                until(lambda: _is_reconciled(client), what="the reconciliation to be green")
            where = Where(data=folder / "data", keys=folder / "keys")
            until(
                lambda: _counted_now(where, query=_CONFIRMED) > 0, what="a measure to be confirmed"
            )
            until(lambda: _counted_now(where, query=_FOUND) > 0, what="a ring to be found")
            until(lambda: _counted_now(where, query=_LOOKED) > 0, what="a post to be looked at")
            until(lambda: _is_shut(surfaces.split()[-1]), what="a listed tag to be shut")
            filed = folder / "statements.jsonl"
            until(lambda: filed.read_text().count("tutela-") > 0, what="a statement to be filed")
        finally:
            demo.send_signal(signal.SIGTERM)
        assert demo.wait(STOP_SECONDS) == 0


def _is_shut(url: str) -> bool:
    """Whether the page of a planted tag of the demo's platform is withheld."""
    time.sleep(POLL_SECONDS)
    tag = demo_world().vocabulary.planted_tags[0]
    page = httpx.get(f"{url}tags/{tag}", trust_env=False)
    return page.status_code == 200 and bool(page.json()["blocked"])


def _answered(client: httpx.Client) -> float:
    time.sleep(POLL_SECONDS)
    found = re.search(
        r'tutela_items\{channel="user",state="answered"\} (\S+)', client.get("/metrics").text
    )
    return 0.0 if found is None else float(found[1])


def _probed(client: httpx.Client) -> float:
    """How many surfaces were seen to serve what is listed now, or was a moment ago."""
    time.sleep(POLL_SECONDS)
    text = client.get("/metrics").text
    counts = re.findall(r'tutela_guard_surfaces\{state="(?:current|behind)"\} (\S+)', text)
    return sum(map(float, counts))


def _is_reconciled(client: httpx.Client) -> bool:
    time.sleep(POLL_SECONDS)
    return "tutela_reconciled 1.0" in client.get("/metrics").text


def _counted_now(where: Where, *, query: LiteralString) -> int:
    """How many rows the demo has of something now."""
    time.sleep(POLL_SECONDS)
    return asyncio.run(_counted(where, query=query))


async def _counted(where: Where, *, query: LiteralString) -> int:
    with attached(where) as attachment:
        async with (
            house_of(attachment) as house,
            every_tenant_transaction(house.pool) as connection,
        ):
            row = await (await connection.execute(query)).fetchone()
    assert row is not None
    return int(row[0])
