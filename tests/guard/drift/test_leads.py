"""A planted replacement is a lead, over the real door and database; only people judge it."""

import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio

from benchmarks.drift_counting import tally
from benchmarks.drift_world import Statistics, World, draw
from tests.decisions.test_confirming import tell
from tests.fixtures.drifting import RISING, look_through, risen
from tests.fixtures.governing import listed, person, tag, token_of, values_in_force
from tests.fixtures.site import Site
from tutela.access.whose import Whose
from tutela.domain.canonical import timestamp
from tutela.domain.vocabulary import Role
from tutela.guard.asking import ItemKind
from tutela.guard.drift.rising import rising
from tutela.guard.drift.values import UseKind, value_key
from tutela.guard.drift.watching import ROUND
from tutela.guard.governance.entries import EntryAsked

SMALL = Statistics(
    accounts=400,
    days_before=9,
    uses_median=0.8,
    uses_sigma=0.8,
    values=200,
    communities=5,
    community_median=40.0,
    community_values=10,
    trends_per_day=2.0,
    circles=40,
    weekday_tags=3,
    season_tags=2,
    ring=3,
    ring_uses=10.0,
    group=40,
    group_uses=0.4,
    adoption_hours_mean=6.0,
)
STRIDE = 1_000


@dataclass
class Told:
    """A world that the platform told of, and where its people judge leads."""

    web: Site
    world: World
    until: int
    names: list[str]

    async def leads(self, *, role: Role = Role.LEAD, query: str = "") -> dict[str, Any]:
        token = await token_of(self.web.house, name=f"p-{role}", role=role)
        headers = {"authorization": f"Bearer {token}"}
        answer = await self.web.client.get(f"/v1/guard/leads{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def judge(
        self, lead: str, *, how: str, role: Role = Role.LEAD, **said: object
    ) -> httpx.Response:
        token = await token_of(self.web.house, name=f"p-{role}", role=role)
        return await self.web.post(
            f"/v1/guard/leads/{lead}/{how}",
            body={"reason": "seen beside what is blocked", **said},
            authorization=f"Bearer {token}",
        )

    async def watch(self) -> int:
        return await look_through(self.web)


def names_of(world: World) -> list[str]:
    """A token of random letters for each value."""
    dice = random.Random(world.seed)
    return ["".join(dice.choices("bcdfghjklmnpqrstvwxz", k=10)) for _ in world.sorts]


def events_of(world: World, *, names: Sequence[str], until: int, now: datetime) -> list[object]:
    """What the platform tells of the world's uses before an hour."""
    hour_now = now.replace(minute=0, second=0, microsecond=0)
    numbers, events, posts = itertools.count(1), list[object](), dict[int, dict[str, Any]]()
    rows = np.stack([world.account, world.value, world.hour, world.content])
    for account, value, hour, content in rows[:, world.hour < until].T.tolist():
        event: dict[str, Any] = {
            "id": f"e-{next(numbers)}",
            "at": timestamp(hour_now - timedelta(hours=until - 1 - hour)),
            "visibility": "public",
            "account_id": f"a-{account}",
        }
        if content < 0:
            kind = "query" if world.is_query[value] else "tag"
            events.append({**event, "type": "use", "kind": kind, "value": names[value]})
        elif content in posts:
            posts[content]["tags"].append(f"#{names[value]}")
        else:
            post = {"type": "content", "content_id": f"p-{content}", "kind": "post"}
            posts[content] = {**event, **post, "tags": [f"#{names[value]}"]}
    return [*events, *posts.values()]


@pytest_asyncio.fixture
async def told(web: Site) -> Told:
    """A small world whose blocked values two people listed, 24 hours after that."""
    world = draw(SMALL, seed=1)
    names, until = names_of(world), world.blocked_hour + 24
    events = events_of(world, names=names, until=until, now=web.house.clock.now())
    for start in range(0, len(events), STRIDE):
        said = await tell(web, *events[start : start + STRIDE])
        assert {each["status"] for each in said} == {"accepted"}
    two = (await person(web.house, name="one"), await person(web.house, name="two"))
    entries = [
        EntryAsked(kind=ItemKind.TEXT if world.is_query[each] else ItemKind.TAG, value=names[each])
        for each in world.blocked
    ]
    await listed(web.house, *entries, by=two)
    return Told(web=web, world=world, until=until, names=names)


async def test_a_planted_replacement_is_among_the_first_leads_and_judged_by_people_alone(
    told: Told,
) -> None:
    assert (await told.leads())["looked_at"] is None
    assert await told.watch() == 1
    found = await told.leads(query="?limit=200")
    await _as_counted_in_arrays(found["leads"], told=told)
    planted = {told.names[each] for each in told.world.planted}
    assert planted & {each["value"] for each in found["leads"][:20]}
    assert found["looked_at"] is not None
    before = await values_in_force(told.web.house)
    await _is_looked_through_in_turn(told)
    await _is_masked_for_who_only_sees(told, shown=found["leads"])
    await _is_dismissed_with_a_reason(told, lead=found["leads"][1])
    await _becomes_a_proposal_without_effect(told, lead=found["leads"][0])
    assert await values_in_force(told.web.house) == before


async def _as_counted_in_arrays(shown: list[dict[str, Any]], *, told: Told) -> None:
    """The same leads with the same scores as the benchmark's counts of the same world."""
    counts = tally(told.world, until=told.until)
    wanted = rising(counts.counted(without=told.world.blocked), active=counts.active)
    scores = {
        told.names[int.from_bytes(each.counted.value_key)]: round(each.score, 1) for each in wanted
    }
    assert {each["value"]: each["score"] for each in shown} == scores
    first = shown[0]["counts"]
    assert (first["active"], first["active_near"], first["active_often"]) == (
        counts.active.everybody,
        counts.active.near.active,
        counts.active.often.active,
    )


async def _is_looked_through_in_turn(told: Told) -> None:
    assert await told.watch() == 0
    told.web.house.clock.ahead = ROUND
    assert await told.watch() == 1


async def _is_masked_for_who_only_sees(told: Told, *, shown: list[dict[str, Any]]) -> None:
    masked = (await told.leads(role=Role.AUDITOR))["leads"]
    value = shown[0]["value"]
    assert masked[0]["value"] == f"{value[0]}…{value[-1]} (10)"
    answer = await told.judge(shown[0]["id"], how="dismiss", role=Role.AUDITOR)
    assert answer.status_code == 403
    program = await told.web.post(f"/v1/guard/leads/{shown[0]['id']}/dismiss", body={"reason": "x"})
    assert program.status_code == 403


async def _is_dismissed_with_a_reason(told: Told, *, lead: dict[str, Any]) -> None:
    blank = await told.judge(lead["id"], how="dismiss", reason=" ")
    assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/reason")
    dismissed = await told.judge(lead["id"], how="dismiss")
    assert (dismissed.json()["state"], dismissed.json()["decided_by"]) == ("dismissed", "p-lead")
    assert (await told.judge(lead["id"], how="dismiss")).status_code == 409
    assert lead["id"] not in {each["id"] for each in (await told.leads())["leads"]}
    told.web.house.clock.ahead += ROUND
    await told.watch()
    (still,) = (await told.leads(query="?state=dismissed"))["leads"]
    assert still["id"] == lead["id"]
    ((leaf,),) = await told.web.house.rows(
        "SELECT convert_from(content, 'UTF8') FROM ledger_leaf"
        " WHERE fact_type = 'guard.lead_dismissed'"
    )
    assert lead["value"] not in leaf
    assert json.loads(leaf)["projection"]["lead"] == lead["id"]


async def _becomes_a_proposal_without_effect(told: Told, *, lead: dict[str, Any]) -> None:
    proposed = await told.judge(lead["id"], how="propose", role=Role.INVESTIGATOR)
    assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed")
    (shown,) = (await told.leads(query="?state=proposed"))["leads"]
    assert shown["entry_id"] == proposed.json()["entries"][0]
    assert (await told.judge(lead["id"], how="propose")).status_code == 409


async def test_a_lead_that_is_listed_is_done_and_the_spelling_does_not_matter(web: Site) -> None:
    await risen(web)
    await look_through(web)
    assert await states(web) == [("open",)]
    two = (await person(web.house, name="one"), await person(web.house, name="two"))
    await listed(web.house, tag(RISING.title()), by=two)
    web.house.clock.ahead = ROUND
    await look_through(web)
    assert await states(web) == [("listed",)]


async def test_a_judged_lead_rests_for_a_month_and_returns_if_it_rises_still(web: Site) -> None:
    await risen(web)
    await look_through(web)
    await web.house.rows("UPDATE guard_lead SET state = 'dismissed', decided_at = now()")
    web.house.clock.ahead = ROUND
    await look_through(web)
    assert await states(web) == [("dismissed",)]
    await web.house.rows("UPDATE guard_lead SET decided_at = now() - interval '31 days'")
    web.house.clock.ahead = 2 * ROUND
    await look_through(web)
    assert await states(web) == [("open",)]


async def test_what_can_not_be_read_any_more_holds_up_nothing_else(web: Site) -> None:
    await risen(web)
    here = Whose(tenant="main", service="main")
    spoilt = value_key(UseKind.TAG, value="usual3", whose=here, keys=web.house.keys)
    ((_,),) = await web.house.rows(
        "UPDATE guard_value SET sealed_body = 'x' WHERE value_key = %(key)s"
        " AND sealed_body IS NOT NULL RETURNING 1",
        key=spoilt,
    )
    await web.house.rows(
        'INSERT INTO guard_entry SELECT (jsonb_populate_record(e, \'{"service": "a"}\')).*'
        " FROM guard_entry e"
    )
    await web.house.rows("UPDATE guard_entry SET sealed_body = 'x' WHERE service = 'a'")
    assert await look_through(web) == 1
    assert await states(web) == [("open",)]


async def states(web: Site) -> list[tuple[str]]:
    return await web.house.rows("SELECT state FROM guard_lead")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/guard/leads/00000000-0000-7000-8000-000000000000/dismiss", 404),
        ("/v1/guard/leads/none/propose", 404),
    ],
)
async def test_a_lead_that_is_none_is_unknown(web: Site, path: str, status: int) -> None:
    token = await token_of(web.house, name="one")
    answer = await web.post(path, body={"reason": "x"}, authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json()["code"]) == (status, "unknown_lead")
