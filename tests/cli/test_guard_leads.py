"""`tutela guard leads`: what rises is shown with its evidence, and a person judges it."""

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import Command, Done
from tests.fixtures.drifting import RISING, look_through, risen
from tests.fixtures.governing import user
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role


async def test_leads_are_shown_dismissed_and_proposed_by_people_at_the_terminal(
    web: Site, command: Command, database_url: str, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> Done:
        where = ("--database", database_url, "--keys", str(tmp_path / "keys"))
        return await asyncio.to_thread(command, "guard", *arguments, *where)

    await risen(web)
    await look_through(web)
    await user(web.house, name="reader", role=Role.AUDITOR)
    shown = await run("leads", "--as", "one")
    assert shown.status == 0
    assert f"1. tag {RISING}  score" in shown.out
    assert "4 accounts used it in the last 24 hours; 4 of them had used something" in shown.out
    assert RISING not in (await run("leads", "--as", "reader")).out
    (lead,) = json.loads((await run("leads", "--as", "one", "--json")).out)["leads"]
    refused = await run("dismiss-lead", lead["id"], "--as", "reader", "--reason", "x")
    assert (refused.status, "no right" in refused.err) == (1, True)
    proposed = await run("propose-lead", lead["id"], "--as", "one", "--reason", "x", "--json")
    assert json.loads(proposed.out)["state"] == "proposed"
    again = await run("dismiss-lead", lead["id"], "--as", "one", "--reason", "x")
    assert again.status == 1
    nobody = "00000000-0000-7000-8000-000000000000"
    assert (await run("dismiss-lead", nobody, "--as", "one", "--reason", "x")).status == 2
