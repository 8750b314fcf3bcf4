"""`tutela lists propose` and the like: two people at the terminal, and one who switches off."""

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import Command, Done
from tests.fixtures.governing import user
from tests.fixtures.listing import chance_terms
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role


async def test_two_people_keep_a_list_at_the_terminal_and_one_switches_it_off(
    web: Site, command: Command, database_url: str, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> Done:
        where = ("--database", database_url, "--keys", str(tmp_path / "keys"))
        return await asyncio.to_thread(command, "lists", *arguments, *where)

    await web.new_token()
    for name in ("one", "two"):
        await user(web.house, name=name, role=Role.LEAD)
    first, second = chance_terms(2)
    file = tmp_path / "words.txt"
    file.write_text(f"{first}\nx\x07y\n", encoding="utf-8")
    said = ("--kind", "terms", "--reason", "x", "--as", "one")
    asked = ("add", "words", *said, "--file", str(file))
    unfit = await run("propose", *asked)
    assert (unfit.status, "/entries: line 2: a control" in unfit.err) == (2, True)
    absent = await run("propose", *asked[:-1], str(tmp_path / "none"))
    assert (absent.status, "none" in absent.err) == (2, True)
    file.write_text(f"\ufeff{first}\r\n{second}\r\n", encoding="utf-8")
    tried = await run("propose", *asked, "--dry-run")
    assert (tried.status, "2 come, 0 go" in tried.out) == (0, True)
    assert "Nothing waits." in (await run("proposals", "--as", "two")).out
    taken = json.loads((await run("propose", *asked, "--json")).out)
    assert "add words, 2 entries: proposed" in (await run("proposals", "--as", "two")).out
    own = await run("approve", taken["id"], "--as", "one")
    assert (own.status, "another person" in own.err) == (1, True)
    read = await run("read", taken["id"], "--as", "two", "--reason", "to judge it")
    assert read.out.split() == [first, second]
    assert "0 of 0 events" in (await run("preview", taken["id"], "--as", "two")).out
    done = await run("approve", taken["id"], "--as", "two")
    assert "done, version 1" in done.out
    alone = await run("withdraw", "words", "--whole")
    assert (alone.status, "Two people keep words" in alone.err) == (2, True)
    assert "off until" in (await run("off", "words", "--as", "one", "--reason", "x")).out
    assert "words: off" in (await run("list")).out
    assert "words: live" in (await run("on", "words", "--as", "two", "--reason", "x")).out
    back = json.loads(
        (await run("propose", "end", "words", "--reason", "x", "--as", "one", "--json")).out
    )
    rejected = await run("reject", back["id"], "--as", "two", "--reason", "it is right", "--json")
    assert json.loads(rejected.out)["state"] == "rejected"
    settled = await run("proposals", "--all", "--as", "two", "--json")
    assert [each["state"] for each in json.loads(settled.out)["proposals"]] == ["rejected", "done"]
