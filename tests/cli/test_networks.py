"""`tutela networks run` and what follows, at the terminal."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Command, Done
from tests.fixtures.bulk import SHARED
from tests.fixtures.governing import token_of, user
from tests.fixtures.networking import RING, SEEDS, edges, platform_told
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
