"""What people say over HTTP of the guard's list: proposals, answers, objections, the switch."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from tests.fixtures.governing import chance_words, governance_room, in_force, token_of
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role
from tutela.guard.governance import due, objecting

FIRST, SECOND = chance_words(2, seed=7)
DAY = timedelta(days=1)


async def call(web: Site, *, what: str, token: str, body: object = None) -> httpx.Response:
    method, _, path = what.partition(" ")
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return await web.client.request(method, f"/v1/guard/{path}", content=content, headers=headers)


async def lead(web: Site, *, name: str) -> str:
    return await token_of(web.house, name=name)


def proposal(*values: str, **fields: object) -> dict[str, object]:
    entries = [{"kind": "tag", "value": value} for value in values]
    return {"entries": entries, "reason": "a network was seen to use it", **fields}


async def test_a_proposal_is_seen_whole_by_whoever_judges_it_and_masked_after(web: Site) -> None:
    one, two = await lead(web, name="one"), await lead(web, name="two")
    auditor = await token_of(web.house, name="three", role=Role.AUDITOR)
    asked = await call(web, what="POST entries", token=one, body=proposal(f"#{FIRST}"))
    assert asked.status_code == 201
    batch, (entry,) = asked.json()["id"], asked.json()["entries"]
    shown = (await call(web, what=f"GET entries/{entry}", token=two)).json()
    assert (shown["value"], shown["masked"], shown["in_force"]) == (FIRST, False, False)
    masked = f"{FIRST[0]}…{FIRST[-1]} ({len(FIRST)})"
    shown = (await call(web, what=f"GET entries/{entry}", token=auditor)).json()
    assert (shown["value"], shown["masked"]) == (masked, True)
    moved = await call(web, what=f"POST entries/{batch}/approve", token=two)
    assert moved.json() == {"id": batch, "entries": 1, "states": {"live": 1}}
    shown = (await call(web, what=f"GET entries/{entry}", token=two)).json()
    assert (shown["value"], shown["in_force"]) == (masked, True)
    assert [each["event"] for each in shown["history"]] == ["proposed", "approved"]
    page = (await call(web, what="GET entries?state=live", token=one)).json()
    assert [(each["id"], each["value"]) for each in page["entries"]] == [(entry, masked)]


async def test_one_person_with_two_tokens_is_refused_and_a_program_is(web: Site) -> None:
    one, again = await lead(web, name="one"), await lead(web, name="one")
    program = await web.new_token(Role.LEAD)
    batch = (await call(web, what="POST entries", token=one, body=proposal(FIRST))).json()["id"]
    for token, code in ((again, "same_person"), (program, "needs_person")):
        refused = await call(web, what=f"POST entries/{batch}/approve", token=token)
        assert (refused.status_code, refused.json()["code"]) == (403, code)
    assert (await in_force(web.house)).texts == ()


async def test_the_same_call_again_is_the_same_proposal(web: Site) -> None:
    one = await lead(web, name="one")
    body = proposal(FIRST, external_id="p-1")
    first = await call(web, what="POST entries", token=one, body=body)
    again = await call(web, what="POST entries", token=one, body=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await call(
        web, what="POST entries", token=one, body=proposal(SECOND, external_id="p-1")
    )
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"{", 400, None),
        (proposal(), 422, "/entries"),
        (proposal(""), 422, "/entries/0/value"),
        (proposal("x" * 1001), 422, "/entries/0/value"),
        (proposal(FIRST, wrong=1), 422, "/wrong"),
        (proposal(FIRST, reason=" "), 422, "/reason"),
        (proposal(FIRST, expires_at="2020-01-01T00:00:00Z"), 422, "/expires_at"),
        (proposal("a\x00b"), 422, "/entries/0/value"),
        (b'{"entries": [{"kind": "tag", "value": "\\ud800abc"}], "reason": "r"}', 400, None),
        (b'{"entries": [], "entries": [], "reason": "r"}', 422, "/entries"),
    ],
    ids=["json", "none", "empty", "huge", "unknown", "reason", "past", "nul", "surrogate", "twice"],
)
async def test_a_bad_proposal_is_refused_by_its_place_and_its_words_are_not_kept(
    web: Site, body: object, status: int, pointer: str | None
) -> None:
    refused = await call(web, what="POST entries", token=await lead(web, name="one"), body=body)
    assert refused.status_code == status
    if pointer is not None:
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    kept = await web.house.rows("SELECT sealed_body FROM refused_call")
    assert kept == [(None,)]


async def test_an_objection_is_answered_alike_whatever_is_listed(web: Site) -> None:
    one = await lead(web, name="one")
    await call(web, what="POST entries", token=one, body=proposal(FIRST, emergency=True))
    service = await web.token()
    answers = [
        await call(
            web,
            what="POST objections",
            token=service,
            body={"surface": "hashtag", "kind": "tag", "value": value},
        )
        for value in (FIRST, SECOND, FIRST)
    ]
    assert {(each.status_code, each.content) for each in answers} == {(202, b'{"taken":true}')}
    rows = await web.house.rows("SELECT times FROM guard_objection ORDER BY times")
    assert rows == [(1,), (2,)]


async def test_objections_that_come_at_once_are_all_counted(web: Site) -> None:
    said = {"surface": "search", "kind": "text", "value": FIRST}
    token = await web.token()
    answers = await asyncio.gather(
        *(call(web, what="POST objections", token=token, body=said) for _ in range(8))
    )
    assert {each.status_code for each in answers} == {202}
    assert await web.house.rows("SELECT times FROM guard_objection") == [(8,)]
    leaves = "SELECT 1 FROM ledger_leaf WHERE fact_type = 'guard.objected'"
    assert len(await web.house.rows(leaves)) == 1


async def test_a_preview_tells_of_what_the_platform_said_was_used(web: Site) -> None:
    one = await lead(web, name="one")
    at = web.house.clock.now().isoformat()
    events = [
        {
            "id": f"u-{account}-{word}",
            "type": "use",
            "at": at,
            "visibility": "public",
            "account_id": f"a-{account}",
            "kind": "tag",
            "value": word,
        }
        for word, accounts in ((FIRST, 3), (SECOND, 4), (f"{FIRST}x", 2))
        for account in range(accounts)
    ]
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in events)
    await web.post("/v1/events", body=lines, content_type="application/x-ndjson")
    batch = (await call(web, what="POST entries", token=one, body=proposal(FIRST))).json()["id"]
    found = (await call(web, what=f"GET entries/{batch}/preview", token=one)).json()
    assert (found["values"], found["uses"], found["uses_of_all"]) == (2, 7, 9)
    assert (found["values_hit"], found["uses_hit"], found["accounts_most"]) == (1, 3, 3)
    assert [each["value"] for each in found["examples"]] == [FIRST]
    program = await web.new_token(Role.LEAD)
    refused = await call(web, what=f"GET entries/{batch}/preview", token=program)
    assert refused.json()["code"] == "needs_person"


async def test_an_objection_is_decided_by_who_had_no_part_in_the_block(web: Site) -> None:
    one, two, three = [await lead(web, name=name) for name in ("one", "two", "three")]
    batch = (await call(web, what="POST entries", token=one, body=proposal(FIRST))).json()["id"]
    await call(web, what=f"POST entries/{batch}/approve", token=two)
    said = {"surface": "hashtag", "kind": "tag", "value": f"{FIRST}2026", "text": "my street"}
    await call(web, what="POST objections", token=await web.token(), body=said)
    ((objection,),) = await web.house.rows("SELECT id::text FROM guard_objection")
    shown = (await call(web, what=f"GET objections/{objection}", token=three)).json()
    assert (shown["value"], shown["text"]) == (said["value"], "my street")
    assert len(shown["entries"]) == 1
    granted = {"finding": "granted", "reason": "it is a street"}
    for token in (one, two):
        refused = await call(
            web, what=f"POST objections/{objection}/decide", token=token, body=granted
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "same_person")
    decided = await call(web, what=f"POST objections/{objection}/decide", token=three, body=granted)
    assert (decided.status_code, decided.json()["state"]) == (200, "granted")
    await call(web, what=f"POST entries/{batch}/approve", token=one)
    assert (await in_force(web.house)).texts == ()
    again = await call(web, what=f"POST objections/{objection}/decide", token=three, body=granted)
    assert again.status_code == 409


async def test_what_nothing_blocks_can_only_be_upheld_and_its_words_die_in_time(web: Site) -> None:
    one = await lead(web, name="one")
    said = {"surface": "search", "kind": "text", "value": FIRST}
    await call(web, what="POST objections", token=await web.token(), body=said)
    ((objection,),) = await web.house.rows("SELECT id::text FROM guard_objection")
    path = f"POST objections/{objection}/decide"
    granted = {"finding": "granted", "reason": "r"}
    refused = await call(web, what=path, token=one, body=granted)
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_blocks")
    upheld = {"finding": "upheld", "reason": "nothing is blocked"}
    assert (await call(web, what=path, token=one, body=upheld)).status_code == 200
    web.house.clock.ahead = objecting.KEPT
    await objecting.forget(governance_room(web.house))
    shown = (await call(web, what=f"GET objections/{objection}", token=one)).json()
    assert (shown["state"], shown["value"]) == ("upheld", None)


async def test_the_switch_shuts_by_one_lead_and_opens_by_any_or_by_itself(web: Site) -> None:
    one, two = await lead(web, name="one"), await lead(web, name="two")
    shut = {"surface": "all", "mode": "shut", "reason": "it leaks", "hours": 2}
    answer = (await call(web, what="POST switch", token=one, body=shut)).json()
    assert {each["mode"] for each in answer["surfaces"]} == {"shut"}
    assert len((await in_force(web.house)).modes) == 4
    normal = {"surface": "search", "mode": "normal", "reason": "mended"}
    answer = (await call(web, what="POST switch", token=two, body=normal)).json()
    assert answer["surfaces"][0] == {"surface": "search", "mode": "normal"}
    kept = {"surface": "hashtag", "mode": "shut", "reason": "not yet", "hours": 24}
    await call(web, what="POST switch", token=two, body=kept)
    web.house.clock.ahead = timedelta(hours=3)
    assert list((await in_force(web.house)).modes) == ["hashtag"]
    assert await due.settle_all(governance_room(web.house)) == 2
    types = await web.house.rows(
        "SELECT fact_type FROM ledger_leaf WHERE fact_type LIKE 'guard.switch%%'"
        " ORDER BY at, fact_id"
    )
    assert [row[0] for row in types] == [
        "guard.switch_shut",
        "guard.switch_opened",
        "guard.switch_kept",
        "guard.switch_ended",
    ]


async def test_the_switch_asks_a_lead_a_reason_and_a_surface(web: Site) -> None:
    finder = await token_of(web.house, name="two", role=Role.INVESTIGATOR)
    shut = {"surface": "all", "mode": "shut", "reason": "it leaks"}
    assert (await call(web, what="POST switch", token=finder, body=shut)).status_code == 403
    one = await lead(web, name="one")
    for wrong, pointer in (({"surface": "feed"}, "/surface"), ({"reason": ""}, "/reason")):
        refused = await call(web, what="POST switch", token=one, body={**shut, **wrong})
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
    assert dict((await in_force(web.house)).modes) == {}
