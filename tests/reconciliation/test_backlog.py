"""The backlog and the waits of a service against what counting row by row gives."""

import math
import os
import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.house import Rooms
from tutela.domain.vocabulary import Role
from tutela.reconciliation.backlog import WINDOW_HOURS, Backlog, Waits, backlog, waits
from tutela.reconciliation.forecast import SLOTS
from tutela.reconciliation.viewing import Viewer
from tutela.review import queue

VIEWER = Viewer(tenant="main", service="main", with_ids=True)
LANES = ("danger", "child_safety", "flagged", "general")
CASES = 400


async def filled(rooms: Rooms, *, now: datetime, seed: int = 3) -> list[dict[str, Any]]:
    """Cases of the last ten days by chance: some looked at, some decided, some in bulk."""
    await rooms.caller()
    chance = random.Random(seed)
    cases: list[dict[str, Any]] = []
    for number in range(CASES):
        opened = now - timedelta(seconds=chance.uniform(0, 10 * 86_400) ** chance.uniform(0.6, 1))
        looked = opened + timedelta(seconds=chance.expovariate(1 / 4_000))
        closed = looked + timedelta(seconds=chance.expovariate(1 / 9_000))
        cases.append(
            {
                "key": number.to_bytes(16, "big"),
                "lane": chance.choice(LANES),
                "opened": opened,
                "due": opened + timedelta(hours=chance.uniform(1, 200)),
                "looked": looked if looked < now and chance.random() < 0.95 else None,
                "closed": closed if closed < now else None,
                "mark": "canary" if number % 10 == 0 else "real",
            }
        )
    for case in cases:
        await rooms.rows(
            "INSERT INTO case_file (tenant, service, id, family, subject_kind, subject_key, mark,"
            " lane, due_at, specialist, opened_at, merged_at, looked_at, closed_at) VALUES ("
            " 'main', 'main', gen_random_uuid(), 'f', 'content', %(key)s, %(mark)s, %(lane)s,"
            " %(due)s, false, %(opened)s, %(opened)s, %(looked)s, %(closed)s)",
            **case,
        )
    return [case for case in cases if case["mark"] == "real"]


async def test_the_backlog_is_what_counting_the_cases_gives(rooms: Rooms) -> None:
    now = rooms.clock.now()
    cases = await filled(rooms, now=now)
    found = await backlog(rooms.pool, viewer=VIEWER, now=now)
    for lane in found.lanes:
        of_lane = [each for each in cases if each["lane"] == lane.lane and not each["closed"]]
        assert lane.open == len(of_lane) > 0
        assert lane.overdue == sum(each["due"] < now for each in of_lane)
        oldest = min(each["opened"] for each in of_lane)
        assert datetime.fromisoformat(lane.oldest_since or "") == oldest
    _check_forecast(found, cases=cases, now=now)


def _check_forecast(found: Backlog, *, cases: list[dict[str, Any]], now: datetime) -> None:
    assert found.forecast is not None
    assert found.forecast.slot_seconds == 3_600
    nets: Counter[int] = Counter()
    for case in cases:
        nets[math.floor((now - case["opened"]).total_seconds() / 3_600)] += 1
        if case["closed"]:
            nets[math.floor((now - case["closed"]).total_seconds() / 3_600)] -= 1
    open_now = sum(not case["closed"] for case in cases)
    mean = sum(nets[slot] for slot in range(SLOTS)) / SLOTS
    assert found.forecast.ahead[-1].expected == pytest.approx(max(0, open_now + SLOTS * mean))
    for slot, known in enumerate(reversed(found.forecast.past)):
        at = now - timedelta(hours=slot)
        was = sum(c["opened"] <= at and (not c["closed"] or c["closed"] > at) for c in cases)
        assert known == was


async def test_the_waits_are_what_sorting_them_gives(rooms: Rooms) -> None:
    now = rooms.clock.now()
    cases = await filled(rooms, now=now)
    found = await waits(rooms.pool, viewer=VIEWER, now=now)
    assert {each.window_hours for each in found} == set(WINDOW_HOURS)
    for each in found:
        since = now - timedelta(hours=each.window_hours)
        waited = [
            case
            for case in cases
            if case["opened"] > since
            and (each.lane in (None, case["lane"]))
            and (case["looked"] or not case["closed"])
        ]
        _check_waits(each, cases=waited)


def _check_waits(found: Waits, *, cases: list[dict[str, Any]]) -> None:
    assert found.cases == len(cases)
    for event, given in (("looked", found.to_first_look), ("closed", found.to_action)):
        taken = sorted(
            (each[event] - each["opened"]).total_seconds() if each[event] else math.inf
            for each in cases
        )
        for quantile, told in ((0.5, given.median), (0.95, given.p95), (0.99, given.p99)):
            if not taken:
                assert told is None
                continue
            true = taken[max(0, math.ceil(quantile * len(taken)) - 1)]
            assert (math.inf if told is None else told) == pytest.approx(true, abs=1e-3)


async def test_a_service_without_cases_has_no_forecast_and_no_waits(rooms: Rooms) -> None:
    await rooms.caller()
    now = rooms.clock.now()
    found = await backlog(rooms.pool, viewer=VIEWER, now=now)
    assert (found.forecast, sum(lane.open for lane in found.lanes)) == (None, 0)
    assert all(each.cases == 0 for each in await waits(rooms.pool, viewer=VIEWER, now=now))


async def test_the_first_look_at_a_case_is_its_first_lease_however_often_it_is_taken(
    rooms: Rooms,
) -> None:
    await rooms.take(await rooms.caller())
    reviewer = await rooms.caller(Role.REVIEWER)
    looked = []
    for _ in range(2):
        claimed = await queue.claim(
            rooms.pool, caller=reviewer, now=rooms.clock.now(), chance=os.urandom
        )
        assert claimed is not None
        looked.append((await rooms.rows("SELECT looked_at, lease_from FROM case_file"))[0])
        rooms.clock.ahead += timedelta(hours=1)
    assert looked[0][0] == looked[1][0] == looked[0][1] != looked[1][1]
