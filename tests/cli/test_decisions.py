"""`tutela decisions`, `tutela measures` and `tutela webhook resume`, as they are typed."""

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import Command, Done
from tests.fixtures.platform import Platform

NOBODY = "00000000-0000-7000-8000-000000000000"


def test_a_decision_that_is_not_there_or_a_reason_that_says_nothing_is_wrong_usage(
    alone: Command,
) -> None:
    done = alone("decisions", "undo", NOBODY, "--reason", "a mistake", "--dry-run")
    assert (done.status, done.out) == (2, "")
    assert "no such decision" in done.err
    done = alone("decisions", "undo", NOBODY, "--reason", " ")
    assert (done.status, done.out) == (2, "")


async def test_a_decision_is_looked_at_and_undone_once(
    platform: Platform, command: Command, database_url: str, tmp_path: Path
) -> None:
    decision = (await platform.act("one")).id

    async def undo(*more: str) -> Done:
        where = ("--database", database_url, "--keys", tmp_path / "keys", *more)
        reason = ("--reason", "a mistake")
        return await asyncio.to_thread(command, "decisions", "undo", decision, *reason, *where)

    looked = await undo("--dry-run")
    assert looked.out == f"{decision} would be undone; nothing was changed; measures to lift: 1\n"
    assert await platform.rooms.rows("SELECT undone_at FROM decision") == [(None,)]
    done = json.loads((await undo("--json")).out)
    assert (done["id"], done["state"], len(done["measures"])) == (decision, "undone", 1)
    again = await undo()
    assert (again.status, again.out) == (1, "")


async def test_measures_are_listed_by_how_far_they_are_carried_out(
    platform: Platform, command: Command, database_url: str, tmp_path: Path
) -> None:
    decision = (await platform.act("one")).id

    async def listed(*more: str) -> Done:
        where = ("--database", database_url, "--keys", tmp_path / "keys", *more)
        return await asyncio.to_thread(command, "measures", "list", *where)

    (measure,) = json.loads((await listed("--not-carried-out", "--json")).out)["measures"]
    assert (measure["decision_id"], measure["state"], measure["asked"]) == (decision, "decided", 0)
    assert measure["territory"] == ["DE"]
    await platform.rooms.rows("UPDATE measure SET state = 'confirmed'")
    assert json.loads((await listed("--not-carried-out", "--json")).out) == {"measures": []}
    assert json.loads((await listed("--json")).out)["measures"][0]["state"] == "confirmed"
    assert (await listed()).status == 0


def test_an_endpoint_that_was_never_set_is_not_resumed(alone: Command) -> None:
    done = alone("webhook", "resume")
    assert (done.status, done.out) == (2, "")
    assert "tutela webhook set" in done.err
