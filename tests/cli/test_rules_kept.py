"""`tutela rules propose` and the like: two people at the terminal, and the switch."""

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import Command, Done
from tests.fixtures.governing import user
from tests.fixtures.ruling import modes, rule_text
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role


async def test_two_people_keep_a_rule_at_the_terminal_and_one_turns_it_off(
    web: Site, command: Command, database_url: str, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> Done:
        where = ("--database", database_url, "--keys", str(tmp_path / "keys"))
        return await asyncio.to_thread(command, "rules", *arguments, *where)

    await web.new_token()
    for name in ("one", "two"):
        await user(web.house, name=name, role=Role.LEAD)
    file = tmp_path / "rule.yaml"
    file.write_text(rule_text(when="content.txt == 'x'"), encoding="utf-8")
    unfit = await run("propose", str(file), "--as", "one", "--reason", "x")
    assert (unfit.status, "rule.yaml:9:" in unfit.err) == (2, True)
    file.write_text(rule_text(), encoding="utf-8")
    taken = json.loads(
        (await run("propose", str(file), "--as", "one", "--reason", "x", "--json")).out
    )
    own = await run("approve", taken["id"], "--as", "one")
    assert (own.status, "another person" in own.err) == (1, True)
    assert (await run("approve", taken["id"], "--as", "two")).status == 0
    assert "0 of 0 match" in (await run("preview", taken["id"], "--as", "two")).out
    assert "live" in (await run("promote", taken["id"], "--as", "two")).out
    assert await modes(web.house) == [("says-token", 1, "live")]
    off = await run("off", "all", "--as", "one", "--reason", "x", "--json")
    assert [each["policy"] for each in json.loads(off.out)["off"]] == ["all"]
    assert "says-token 1: live" in (await run("versions", "--as", "one")).out
    assert "nothing is off" in (await run("on", "all", "--as", "two", "--reason", "x")).out
