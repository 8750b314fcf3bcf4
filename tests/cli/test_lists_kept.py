"""`tutela lists propose` and the like: two people at the terminal, and one who switches off."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cli.conftest import Command, Done
from tests.fixtures.governing import user
from tests.fixtures.listing import chance_terms
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role

Run = Callable[..., Awaitable[Done]]
FIRST, SECOND = chance_terms(2)
SAID = ("--kind", "terms", "--reason", "x", "--as", "one", "--file")


@pytest_asyncio.fixture
async def run(web: Site, command: Command, database_url: str, tmp_path: Path) -> Run:
    """`tutela lists` on a house with two leads."""

    async def run(*arguments: str) -> Done:
        where = ("--database", database_url, "--keys", str(tmp_path / "keys"))
        return await asyncio.to_thread(command, "lists", *arguments, *where)

    await web.new_token()
    for name in ("one", "two"):
        await user(web.house, name=name, role=Role.LEAD)
    return run


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """Two terms in a file, as an editor of another system leaves it."""
    file = tmp_path / "words.txt"
    file.write_text(f"\ufeff{FIRST}\r\n{SECOND}\r\n", encoding="utf-8")
    return file


async def proposed(run: Run, *arguments: str) -> str:
    """The id of what must be taken."""
    told = await run("propose", *arguments, "--json")
    return str(json.loads(told.out)["id"])


async def test_two_people_keep_a_list_at_the_terminal(run: Run, words: Path) -> None:
    tried = await run("propose", "add", "words", *SAID, str(words), "--dry-run")
    assert (tried.status, "2 come, 0 go" in tried.out) == (0, True)
    assert "Nothing waits." in (await run("proposals", "--as", "two")).out
    taken = await proposed(run, "add", "words", *SAID, str(words))
    assert "add words, 2 entries: proposed" in (await run("proposals", "--as", "two")).out
    own = await run("approve", taken, "--as", "one")
    assert (own.status, "another person" in own.err) == (1, True)
    read = await run("read", taken, "--as", "two", "--reason", "to judge it")
    assert read.out.split() == [FIRST, SECOND]
    assert "0 of 0 events" in (await run("preview", taken, "--as", "two")).out
    assert "done, version 1" in (await run("approve", taken, "--as", "two")).out
    alone = await run("withdraw", "words", "--whole")
    assert (alone.status, "Two people keep words" in alone.err) == (2, True)
    back = await proposed(run, "end", "words", "--reason", "x", "--as", "one")
    rejected = await run("reject", back, "--as", "two", "--reason", "it is right", "--json")
    assert json.loads(rejected.out)["state"] == "rejected"
    settled = await run("proposals", "--all", "--as", "two", "--json")
    assert [each["state"] for each in json.loads(settled.out)["proposals"]] == ["rejected", "done"]


async def test_one_person_switches_a_list_off_and_another_on(run: Run, words: Path) -> None:
    taken = await proposed(run, "add", "words", *SAID, str(words))
    await run("approve", taken, "--as", "two")
    assert "off until" in (await run("off", "words", "--as", "one", "--reason", "x")).out
    assert "words: off" in (await run("list")).out
    assert "words: live" in (await run("on", "words", "--as", "two", "--reason", "x")).out


async def test_what_cant_be_asked_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "unfit.txt"
    file.write_text(f"{FIRST}\nx\x07y\n", encoding="utf-8")
    unfit = await run("propose", "add", "words", *SAID, str(file))
    assert (unfit.status, len(unfit.err.splitlines())) == (2, 1)
    assert "entries: line 2: a control" in unfit.err
    file.write_text(f"{FIRST}\nx\x07y\nx\x07z\n", encoding="utf-8")
    several = await run("propose", "add", "words", *SAID, str(file))
    assert [each[:18] for each in several.err.splitlines()[1:]] == [
        "  /entries: line 2",
        "  /entries: line 3",
    ]
    absent = await run("propose", "add", "words", *SAID, str(tmp_path / "none"))
    assert (absent.status, "none" in absent.err) == (2, True)
