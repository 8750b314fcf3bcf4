"""Figures of those who flag by calling: an interval, a word, and nothing that follows by itself."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.drops.drop import QUIET
from tests.fixtures.deciding import action, claimed, decided, dismissal, subject
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tutela.access import tokens
from tutela.access.tokens import Caller, Grant
from tutela.domain.vocabulary import Channel, Mark, Role
from tutela.reconciliation.reconcile import keep, reconcile
from tutela.reconciliation.report import only
from tutela.rights.flaggers import (
    Attention,
    FlaggerFigures,
    FlaggersAsked,
    accuracy,
    flaggers,
)

MAIN = FlaggersAsked(tenant="main", service="main")


async def flagger(
    rooms: Rooms, *, name: str, channel: Channel = Channel.HOTLINE, mark: Mark = Mark.REAL
) -> Caller:
    grant = Grant(
        tenant="main",
        service="main",
        name=name,
        role=Role.SERVICE,
        channels=(channel,),
        mark=mark,
    )
    made = await tokens.create(rooms.pool, grant=grant, now=rooms.clock.now(), chance=os.urandom)
    return await rooms.desk.caller(f"Bearer {made}")


async def report_and_decide(rooms: Rooms, *, by: Caller, acted: int, dismissed: int) -> None:
    """Two cases of one notice each: all items of the first are acted on, of the second not."""
    reviewer = await rooms.caller(Role.LEAD)
    for place, count in (("a", acted), ("d", dismissed)):
        one = subject(f"{by.name}-{place}")
        await asyncio.gather(*(rooms.take(by, subjects=[one]) for _ in range(count)))
        if count:
            lease = await claimed(rooms, reviewer=reviewer)
            rows = await rooms.rows(
                "SELECT notice_id || '.' || ordinal FROM item WHERE case_id = %(case)s",
                case=lease.case_id,
            )
            items = [item for (item,) in rows]
            body = (
                action(lease, items=items, on=one)
                if place == "a"
                else dismissal(lease, items=items)
            )
            await decided(rooms, reviewer=reviewer, lease=lease, body=body)


async def figures(rooms: Rooms, *, asked: FlaggersAsked = MAIN) -> list[FlaggerFigures]:
    return (await flaggers(rooms.pool, asked=asked, now=rooms.clock.now())).flaggers


async def test_each_sender_over_each_channel_is_counted_apart(rooms: Rooms) -> None:
    one = await flagger(rooms, name="hotline-a")
    await report_and_decide(rooms, by=one, acted=3, dismissed=1)
    await rooms.take(one, subjects=[subject("x"), subject("y")])
    await rooms.take(await flagger(rooms, name="hotline-b"))
    await rooms.take(await flagger(rooms, name="hotline-a", channel=Channel.TRUSTED_FLAGGER))
    await rooms.take(await flagger(rooms, name="hotline-a", channel=Channel.USER))
    first, *rest = await figures(rooms)
    assert [(each.channel, each.sender) for each in rest] == [
        ("hotline", "hotline-b"),
        ("trusted_flagger", "hotline-a"),
    ]
    assert (first.notices, first.items, first.answered, first.open) == (5, 6, 4, 2)
    assert (first.acted, first.dismissed, first.incomplete_notices) == (3, 1, 5)
    assert first.median_hours == 0.0
    assert first.accuracy is not None
    assert (first.accuracy.share, first.accuracy.low, first.accuracy.high) == (
        0.75,
        0.3006,
        0.9544,
    )
    assert first.says.startswith("4 decided items are too few to say anything")


async def test_probes_are_left_out(rooms: Rooms) -> None:
    await rooms.take(await flagger(rooms, name="canary", mark=Mark.CANARY))
    await rooms.take(await flagger(rooms, name="drill", mark=Mark.DRILL))
    assert await figures(rooms) == []


async def test_what_is_open_past_its_time_is_overdue(rooms: Rooms) -> None:
    await rooms.take(await flagger(rooms, name="hotline-a"))
    rooms.clock.ahead = timedelta(hours=25)
    (one,) = await figures(rooms)
    assert (one.open, one.overdue, one.accuracy) == (1, 1, None)
    assert one.says == "Nothing was decided yet, so nothing can be said."


async def test_a_period_is_of_days_of_receipt(rooms: Rooms) -> None:
    await rooms.take(await flagger(rooms, name="hotline-a"))
    today = datetime.now(UTC).date()
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    for first, last, count in (
        (yesterday, tomorrow, 1),
        (None, yesterday - timedelta(days=1), 0),
        (tomorrow + timedelta(days=1), None, 0),
    ):
        asked = FlaggersAsked(tenant="main", service="main", first=first, last=last)
        assert len(await figures(rooms, asked=asked)) == count


@pytest.mark.parametrize(
    ("channel", "attention"),
    [
        (Channel.TRUSTED_FLAGGER, [Attention.ARTICLE_22_6, Attention.ARTICLE_23_2]),
        (Channel.HOTLINE, [Attention.ARTICLE_23_2]),
    ],
)
async def test_who_is_likely_wrong_more_often_than_right_is_shown_to_a_person_and_not_touched(
    rooms: Rooms, channel: Channel, attention: list[Attention]
) -> None:
    by = await flagger(rooms, name="hotline-a", channel=channel)
    await report_and_decide(rooms, by=by, acted=2, dismissed=22)
    (one,) = await figures(rooms)
    assert one.attention == attention
    assert "A person should look" in one.says
    accepted = await rooms.take(by, subjects=[subject("later")])
    lanes = await rooms.rows(
        "SELECT c.lane::text FROM item i JOIN case_file c ON c.id = i.case_id"
        " WHERE i.notice_id = %(id)s",
        id=accepted.id,
    )
    assert lanes == [("flagged",)]


async def test_few_decisions_or_a_wide_interval_ask_nobody_to_look(rooms: Rooms) -> None:
    few, mixed = await flagger(rooms, name="few"), await flagger(rooms, name="mixed")
    await report_and_decide(rooms, by=few, acted=0, dismissed=19)
    await report_and_decide(rooms, by=mixed, acted=8, dismissed=12)
    assert [each.attention for each in await figures(rooms)] == [[], []]


def test_the_share_of_nothing_is_unknown() -> None:
    assert accuracy(0, dismissed=0) is None


async def test_who_may_see_flaggers_sees_their_own_service(web: Site) -> None:
    await web.house.take(await flagger(web.house, name="hotline-a"))
    for role in Role:
        headers = {"authorization": f"Bearer {await web.token(role)}"}
        answer = await web.client.get("/v1/flaggers", headers=headers)
        allowed = role in {Role.LEAD, Role.COMPLIANCE, Role.AUDITOR, Role.ADMIN}
        assert answer.status_code == (200 if allowed else 403), role
    other = await web.new_token(Role.COMPLIANCE, service="other")
    answer = await web.client.get("/v1/flaggers", headers={"authorization": f"Bearer {other}"})
    assert answer.json()["flaggers"] == []


@pytest.mark.parametrize("query", ["?from=soon", "?to=2026-13-01", "?at=2026-01-01"])
async def test_a_period_that_is_none_is_refused(web: Site, query: str) -> None:
    headers = {"authorization": f"Bearer {await web.token(Role.COMPLIANCE)}"}
    answer = await web.client.get(f"/v1/flaggers{query}", headers=headers)
    assert answer.status_code == 422
    good = await web.client.get("/v1/flaggers?from=2026-01-01&to=2026-12-31", headers=headers)
    assert (good.json()["from"], good.json()["to"]) == ("2026-01-01", "2026-12-31")


async def test_status_and_metrics_show_the_oldest_open_notice_of_each_channel(web: Site) -> None:
    rooms = web.house
    await rooms.take(await flagger(rooms, name="hotline-a"))
    await rooms.take(await flagger(rooms, name="b", channel=Channel.TRUSTED_FLAGGER))
    await rooms.take(await rooms.caller())
    later = rooms.clock.now() + timedelta(hours=25)
    report = await reconcile(rooms.pool, now=later, limits=QUIET)
    assert [(each.channel, each.open, each.overdue) for each in report.flaggers] == [
        ("hotline", 1, 1),
        ("trusted_flagger", 1, 1),
    ]
    assert only(report, tenant="main", service="other", with_ids=True).flaggers == []
    await keep(rooms.pool, report=report, run_id=uuid4(), now=later, seconds=0.1)
    headers = {"authorization": f"Bearer {await web.token(Role.COMPLIANCE)}"}
    status = (await web.client.get("/v1/status", headers=headers)).json()
    assert [each["overdue"] for each in status["reconciliation"]["flaggers"]] == [1, 1]
    metrics = (await web.client.get("/metrics")).text
    assert 'tutela_flagger_notices{channel="hotline",state="overdue"} 1.0' in metrics
    assert 'tutela_flagger_oldest_open_seconds{channel="trusted_flagger"}' in metrics
