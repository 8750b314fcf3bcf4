"""A sender sees how their own notices stand, item by item, and nobody else's."""

import dataclasses
import os
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.deciding import action, claimed, decided, dismissal, subject
from tests.fixtures.site import Site, notice
from tutela.access import tokens
from tutela.access.tokens import Grant
from tutela.domain.vocabulary import Channel, Mark, Role

NOTICES = "/v1/notices"
HOTLINE = (Channel.HOTLINE,)


async def named(
    web: Site,
    *,
    name: str,
    tenant: str = "main",
    service: str = "main",
    channels: tuple[Channel, ...] = HOTLINE,
) -> dict[str, str]:
    """Headers with a fresh token of that name."""
    grant = Grant(
        tenant=tenant,
        service=service,
        name=name,
        role=Role.SERVICE,
        channels=channels,
        mark=Mark.REAL,
    )
    now = web.house.clock.now()
    made = await tokens.create(web.house.pool, grant=grant, now=now, chance=os.urandom)
    return {"authorization": f"Bearer {made}"}


async def sent(web: Site, *, by: dict[str, str], **fields: object) -> dict[str, Any]:
    answer = await web.client.post(NOTICES, json=notice(**fields), headers=by)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def listed(web: Site, *, by: dict[str, str], query: str = "") -> dict[str, Any]:
    answer = await web.client.get(f"{NOTICES}{query}", headers=by)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_flagger_sees_its_notices_and_the_answer_to_each_item(web: Site) -> None:
    by = await named(web, name="hotline-a")
    accepted = await sent(web, by=by, external_id="h-1", subjects=[subject("s-1"), subject("s-2")])
    reviewer = await web.house.caller(Role.LEAD)
    lease = await claimed(web.house, reviewer=reviewer)
    ((item,),) = await web.house.rows(
        "SELECT notice_id || '.' || ordinal FROM item WHERE case_id = %(case)s", case=lease.case_id
    )
    ordinal = int(item.partition(".")[2])
    body = action(lease, items=[item], on=subject(f"s-{ordinal + 1}"))
    await decided(web.house, reviewer=reviewer, lease=lease, body=body)
    (shown,) = (await listed(web, by=by))["notices"]
    clock = shown.pop("clock")
    items = shown.pop("items")
    received_at = accepted["receipt"]["received_at"]
    assert shown == {
        "id": accepted["id"],
        "external_id": "h-1",
        "state": "open",
        "received_at": received_at,
    }
    assert items[ordinal]["outcome"] == "act"
    assert items[1 - ordinal] == {"state": "open"}
    due_in = datetime.fromisoformat(clock["due_at"]) - datetime.fromisoformat(received_at)
    assert (due_in, clock["overdue"]) == (timedelta(hours=24), False)


async def test_a_notice_is_overdue_while_it_is_unanswered_after_its_time(web: Site) -> None:
    by = await named(web, name="hotline-a")
    accepted = await sent(web, by=by)
    web.house.clock.ahead = timedelta(hours=25)
    one = f"{NOTICES}/{accepted['id']}"
    shown = (await web.client.get(one, headers=by)).json()
    assert shown["clock"]["overdue"] is True
    reviewer = await web.house.caller(Role.LEAD)
    lease = await claimed(web.house, reviewer=reviewer)
    body = dismissal(lease, items=[item["id"] for item in accepted["items"]])
    await decided(web.house, reviewer=reviewer, lease=lease, body=body)
    shown = (await web.client.get(one, headers=by)).json()
    assert (shown["state"], shown["clock"]["overdue"]) == ("answered", False)


async def test_one_notice_has_its_inclusion_once_it_can_be_proved(web: Site) -> None:
    by = await named(web, name="hotline-a")
    accepted = await sent(web, by=by)
    await web.house.sequencer.sequence_all()
    shown = (await web.client.get(f"{NOTICES}/{accepted['id']}", headers=by)).json()
    assert shown["inclusion"]["leaf_hash"] == accepted["receipt"]["leaf_hash"]


@pytest.mark.parametrize(
    "other",
    [
        {"name": "hotline-b"},
        {"name": "hotline-a", "channels": (Channel.USER,)},
        {"name": "hotline-a", "service": "other"},
        {"name": "hotline-a", "tenant": "other"},
    ],
    ids=["name", "channel", "service", "tenant"],
)
async def test_nobody_sees_what_another_sent(web: Site, other: dict[str, Any]) -> None:
    accepted = await sent(web, by=await named(web, name="hotline-a"))
    stranger = await named(web, **other)
    assert (await listed(web, by=stranger))["notices"] == []
    answer = await web.client.get(f"{NOTICES}/{accepted['id']}", headers=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_notice")


async def test_a_token_that_replaces_another_sees_what_that_one_sent(web: Site) -> None:
    accepted = await sent(web, by=await named(web, name="hotline-a"))
    again = await named(web, name="hotline-a")
    assert [each["id"] for each in (await listed(web, by=again))["notices"]] == [accepted["id"]]


async def test_pages_follow_each_other_and_hold_one_state(web: Site) -> None:
    by = await named(web, name="hotline-a")
    ids = [(await sent(web, by=by, subjects=[subject(f"s-{number}")]))["id"] for number in range(5)]
    reviewer = await web.house.caller(Role.LEAD)
    lease = await claimed(web.house, reviewer=reviewer)
    await decided(
        web.house, reviewer=reviewer, lease=lease, body=dismissal(lease, items=[f"{ids[0]}.0"])
    )
    first = await listed(web, by=by, query="?state=open&limit=3")
    assert [each["id"] for each in first["notices"]] == ids[1:4]
    rest = await listed(web, by=by, query=f"?state=open&limit=3&after={first['next']}")
    assert ([each["id"] for each in rest["notices"]], rest["next"]) == (ids[4:], None)
    answered = await listed(web, by=by, query="?state=answered")
    assert [each["id"] for each in answered["notices"]] == ids[:1]


@pytest.mark.parametrize("query", ["?state=late", "?limit=0", "?limit=201", "?after=x", "?who=me"])
async def test_a_page_that_can_not_be_is_refused_with_its_parameter(web: Site, query: str) -> None:
    by = await named(web, name="hotline-a")
    answer = await web.client.get(f"{NOTICES}{query}", headers=by)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == query.partition("=")[0]


async def test_what_a_list_shows_is_what_the_lookup_by_code_shows(web: Site) -> None:
    by = await named(web, name="hotline-a")
    accepted = await sent(web, by=by, explanation="token 77aa")
    looked_up = await web.call("/v1/receipts/lookup", body={"code": accepted["receipt"]["code"]})
    (shown,) = (await listed(web, by=by))["notices"]
    assert set(shown) - set(looked_up.json()) == {"id", "clock"}
    assert "token 77aa" not in (await web.client.get(NOTICES, headers=by)).text


async def test_an_erased_notice_is_listed_without_what_it_said(web: Site) -> None:
    by = await named(web, name="hotline-a")
    await sent(web, by=by, external_id="h-1")
    await web.house.rows("UPDATE notice SET sealed_key = NULL, sealed_body = NULL")
    (shown,) = (await listed(web, by=by))["notices"]
    assert "external_id" not in shown


async def test_a_sender_stands_in_no_leaf_and_no_case(web: Site) -> None:
    by = await named(web, name="hotline-a")
    await sent(web, by=by)
    assert await web.house.rows("SELECT sender FROM notice") == [("hotline-a",)]
    ((content,),) = await web.house.rows("SELECT convert_from(content, 'UTF8') FROM ledger_leaf")
    assert "hotline-a" not in content
    lead = {"authorization": f"Bearer {await web.token(Role.LEAD)}"}
    cases = await web.client.get("/v1/cases", headers=lead)
    (case,) = cases.json()["cases"]
    assert "hotline-a" not in (await web.client.get(f"/v1/cases/{case['id']}", headers=lead)).text


async def test_a_name_that_is_no_tokens_is_not_kept(web: Site) -> None:
    caller = await web.house.caller(channels=HOTLINE)
    stranger = dataclasses.replace(caller, name="did:plc:4f1c9b07")
    await web.house.take(stranger)
    assert await web.house.rows("SELECT sender FROM notice") == [(None,)]
