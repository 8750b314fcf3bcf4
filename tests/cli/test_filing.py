"""`tutela statements submit`, `list` and `release`, as they are typed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Done
from tests.fixtures.filing import decide_many, states
from tests.fixtures.house import Rooms
from tests.fixtures.transparency import TOKEN, standing
from tutela import app
from tutela.app.sending import courier_loops
from tutela.settings import Settings

NOBODY = "00000000-0000-7000-8000-000000000000"
Typed = Callable[..., Awaitable[Done]]


@pytest.fixture
def typed(
    command: Command, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Typed:
    """Runs `tutela statements` on the database of the rooms, with a token file."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    monkeypatch.setenv("TUTELA_TRANSPARENCY_TOKEN_FILE", str(token))
    where = ("--database", database_url, "--keys", tmp_path / "keys")

    async def run(*arguments: str | Path) -> Done:
        return await asyncio.to_thread(command, "statements", *arguments, *where)

    return run


async def test_what_is_due_is_filed_and_what_is_held_is_listed_corrected_and_filed(
    rooms: Rooms, typed: Typed, tmp_path: Path
) -> None:
    (held,) = await decide_many(rooms, count=1, facts="see wplor@example.org")
    await decide_many(rooms, count=2)
    async with standing() as there:
        looked = await typed("submit", "--endpoint", there.url, "--dry-run")
        assert looked.out == "3 due, of which 1 would be held; nothing left\n"
        assert there.database.calls == 0
        done = await typed("submit", "--endpoint", there.url, "--json")
        counts = {"filed": 2, "held": 1, "refused": 0, "postponed": 0, "due": 0}
        assert (done.status, json.loads(done.out)) == (1, {**counts, "broken_off": None})
        assert f"{held}" in (await typed("list")).out
        assert "decision_facts: email at 4-21" in (await typed("list")).out
        texts = tmp_path / "texts.json"
        texts.write_text('{"decision_facts": "see elsewhere"}')
        assert (await typed("release", str(held), "--corrected", texts)).status == 0
        again = await typed("submit", "--endpoint", there.url)
        assert (again.status, again.out) == (
            0,
            "1 filed, 0 held, 0 refused, 0 postponed; 0 due\n",
        )
        assert there.database.state()["stored"] == 3
    assert (await typed("list", "--state", "filed", "--limit", "1", "--json")).out.count("id") == 1


async def test_a_token_that_is_refused_breaks_off_and_everything_stays_due(
    rooms: Rooms, typed: Typed, tmp_path: Path
) -> None:
    await decide_many(rooms, count=1)
    (tmp_path / "token").write_text("2|other")
    async with standing() as there:
        done = await typed("submit", "--endpoint", there.url)
    assert done.status == 1
    assert "1 postponed; 1 due" in done.out
    assert "broken off: The token is not taken" in done.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("submit",), "TUTELA_TRANSPARENCY_URL is not set"),
        (("submit", "--endpoint", "http://database.example"), "https"),
        (("release", NOBODY), "no such statement"),
        (("release", NOBODY, "--corrected", "nowhere.json"), "nowhere.json"),
        (("release", "x"), "Invalid value"),
    ],
)
async def test_what_was_mistyped_is_told_in_a_line(
    rooms: Rooms, typed: Typed, arguments: tuple[str, ...], told: str
) -> None:
    done = await typed(*arguments)
    assert (done.status, done.out) == (2, "")
    assert told in done.err


async def test_a_courier_files_by_itself_where_a_database_is_set_and_nowhere_else(
    rooms: Rooms, database_url: str, tmp_path: Path
) -> None:
    (statement,) = await decide_many(rooms, count=1)
    token = tmp_path / "token"
    token.write_text(TOKEN)
    usual = Settings(database_url=database_url, key_folder=tmp_path / "keys")
    async with app.open_house(usual) as house, courier_loops(house) as loops:
        assert "filing" not in {loop.name for loop in loops}
    async with standing() as there:
        files = replace(usual, transparency_url=there.url, transparency_token_file=token)
        async with app.open_house(files) as house, courier_loops(house) as loops:
            (filing,) = (loop for loop in loops if loop.name == "filing")
            await filing.run()
        assert there.database.state()["stored"] == 1
    assert await states(rooms) == {statement: "filed"}


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"TUTELA_TRANSPARENCY_URL": "http://database.example"}, "https"),
        ({"TUTELA_TRANSPARENCY_URL": "https://database.example"}, "TUTELA_TRANSPARENCY_TOKEN_FILE"),
        ({"TUTELA_SERVED_COUNTRIES": "DE,EL"}, "names no country: EL"),
        ({"TUTELA_SERVED_COUNTRIES": "de"}, "TUTELA_SERVED_COUNTRIES"),
    ],
)
def test_a_service_that_could_not_file_as_it_is_told_to_does_not_start(
    alone: Command, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], told: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    done = alone("up")
    assert (done.status, done.out) == (2, "")
    assert told in done.err
