"""`tutela networks run` and what follows, at the terminal and by the workers of a service."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import httpx

from tests.cli.conftest import Command, Done
from tests.fixtures.bulk import SHARED
from tests.fixtures.governing import token_of, user
from tests.fixtures.networking import RING, SEEDS, edge_events, edges, platform_told
from tests.fixtures.service import RunningTutela, until
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role

BULK = {key: value for key, value in SHARED.items() if not key.startswith("terms")}


async def test_a_search_is_asked_read_judged_and_handed_over_at_the_terminal(
    web: Site, command: Command, database_url: str, tmp_path: Path
) -> None:
    async def run(*arguments: str | Path) -> Done:
        where = ("--database", database_url, "--keys", tmp_path / "keys")
        return await asyncio.to_thread(command, "networks", *arguments, *where)

    await platform_told(web, pairs=edges())
    await user(web.house, name="one", role=Role.LEAD)
    await user(web.house, name="reader", role=Role.AUDITOR)
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("\ufeff" + "\n\n".join(SEEDS) + "\n")
    asked = ("--seeds", seeds, "--reason", "x")
    assert (await run("run", "--as", "reader", *asked)).status == 1
    done = await run("run", "--as", "one", *asked)
    assert done.status == 0, done.err
    assert "209 leads, 1 cases among 212 accounts" in done.out
    assert (await run("run", "--as", "one", "--reason", "x")).status == 1
    seeds.write_text("nobody\n")
    assert (await run("run", "--as", "one", *asked)).status == 2
    runs = json.loads((await run("runs", "--as", "reader", "--state", "done", "--json")).out)
    (found,) = runs["runs"]
    masked = await run("leads", found["id"], "--as", "reader")
    assert (masked.status, any(name in masked.out for name in RING)) == (0, False)
    assert "reader (auditor) saw 20 leads\n" in (await run("looks", found["id"], "--as", "one")).out
    (case,) = json.loads((await run("found", "--as", "one", "--json")).out)["cases"]
    await _is_handed_over(run, web=web, case=case["id"], folder=tmp_path)
    dismissed = await run("dismiss-case", case["id"], "--as", "one", "--reason", "x")
    assert dismissed.status == 1
    nobody = "00000000-0000-7000-8000-000000000000"
    assert (await run("case", nobody, "--as", "one")).status == 2


async def _is_handed_over(run: Any, *, web: Site, case: str, folder: Path) -> None:  # noqa: ANN401 - a command
    shown = json.loads((await run("case", case, "--as", "one", "--json")).out)
    members, bulk = folder / "members.txt", folder / "bulk.json"
    members.write_text("\n".join(each["id"] for each in shown["members"]))
    bulk.write_text(json.dumps({"bulk": {**BULK, "ground": "illegal", "legal_ground": "a law"}}))
    token = await token_of(web.house, name="one")
    draft = ("--bulk", bulk, "--members", members, "--facts", "It sold.", "--reason", "x")
    handed = await run("hand-over", case, *draft, "--token", token)
    assert handed.status == 0, handed.err
    assert handed.out.startswith("12 accounts are drafted in ")
    told = (await run("case", case, "--as", "one")).out
    assert " acted: 12 accounts" in told
    assert "handed_over by one: x" in told


def test_a_service_searches_in_a_process_of_its_own_and_again_where_that_is_killed(
    own_tutela: RunningTutela,
) -> None:
    with own_tutela.client(own_tutela.token()) as platform:
        lines = "\n".join(json.dumps(each) for each in edge_events(edges()))
        assert platform.post("/v1/events", content=lines).status_code == 202
    with own_tutela.client(own_tutela.token(role="lead")) as lead:
        first = _asked(lead)
        until(lambda: _state(lead, run=first) == "done", what="the search to end")
        leads = lead.get(f"/v1/networks/runs/{first}/leads").json()["leads"]
        assert {each["account_id"] for each in leads[:9]} == set(RING[3:])
        second = _asked(lead)
        until(lambda: _killed(own_tutela), what="a process that searches")
        until(lambda: _state(lead, run=second) == "done", what="the search to end after all")
    assert own_tutela.stop() == 0


def _asked(lead: httpx.Client) -> str:
    asked = lead.post("/v1/networks/runs", json={"reason": "x", "seeds": SEEDS})
    return str(asked.json()["id"])


def _state(lead: httpx.Client, *, run: str) -> str:
    return str(lead.get(f"/v1/networks/runs/{run}").json()["state"])


def _killed(service: RunningTutela) -> bool:
    """Whether a process that searches was found, and is killed now."""
    worker = service.process_ids()["worker"]
    for task in Path(f"/proc/{worker}/task").glob("*/children"):
        for child in task.read_text().split():
            os.kill(int(child), signal.SIGKILL)
            return True
    return False
