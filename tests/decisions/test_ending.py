"""A temporary measure ends after its last day, once, and the platform is told."""

import asyncio
import json
from datetime import timedelta

from tests.fixtures.deciding import subject
from tests.fixtures.platform import Platform
from tutela.decisions.ending import end_due


def until(platform: Platform, *, days: int) -> str:
    return str((platform.rooms.clock.now() + timedelta(days=days)).date())


async def temporary(platform: Platform, *, days: int, name: str = "one") -> str:
    """A decision with a measure that ends after so many days, and one without end."""
    measures = [
        {
            "kind": "visibility_removed",
            "subject": subject(name),
            "until": until(platform, days=days),
        },
        {"kind": "visibility_labelled", "subject": subject(name)},
    ]
    today = until(platform, days=0)
    return (await platform.act(name, measures=measures, application_date=today)).id


async def ended(platform: Platform) -> int:
    return await end_due(platform.rooms.pool, mint=platform.mint, keys=platform.rooms.keys)


async def test_a_measure_holds_through_its_last_day_and_ends_after_it(platform: Platform) -> None:
    await temporary(platform, days=1)
    assert await ended(platform) == 0
    platform.wait(timedelta(days=1))
    assert await ended(platform) == 0
    platform.wait(timedelta(days=1))
    assert await ended(platform) == 1
    assert await ended(platform) == 0
    (undo,) = [each for each in await platform.told() if each["type"] == "measure.undo"]
    assert (undo["reason"], undo["kind"], undo["revision"]) == ("ended", "visibility_removed", 2)
    rows = await platform.rooms.rows("SELECT kind, state, undone_why FROM measure ORDER BY kind")
    assert rows == [
        ("visibility_labelled", "decided", None),
        ("visibility_removed", "recalled", "ended"),
    ]
    assert await platform.rooms.rows("SELECT undone_at FROM decision") == [(None,)]


async def test_two_workers_end_each_measure_once(platform: Platform) -> None:
    for number in range(4):
        await temporary(platform, days=0, name=f"post-{number}")
    platform.wait(timedelta(days=1))
    assert sum(await asyncio.gather(*(ended(platform) for _ in range(3)))) == 4
    rows = await platform.rooms.rows(
        "SELECT count(*), count(DISTINCT measure_id) FROM outbox WHERE kind = 'measure.undo'"
    )
    assert rows == [(4, 4)]
    leaves = await platform.rooms.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'measure.ended'"
    )
    said = [json.loads(bytes(content))["projection"]["kind"] for (content,) in leaves]
    assert said == ["visibility_removed"] * 4


async def test_what_ended_is_not_undone_again_and_what_was_undone_does_not_end(
    platform: Platform,
) -> None:
    first, second = [await temporary(platform, days=0, name=name) for name in ("one", "two")]
    await platform.undo(first)
    platform.wait(timedelta(days=1))
    assert await ended(platform) == 1
    assert len((await platform.undo(second)).measure_ids) == 1
    rows = await platform.rooms.rows(
        "SELECT count(*), count(DISTINCT measure_id) FROM outbox WHERE kind = 'measure.undo'"
    )
    assert rows == [(4, 4)]
