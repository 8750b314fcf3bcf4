"""A removed person reads again what they were told, by their code alone."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures.deciding import action, at_work, decided, subject
from tests.fixtures.site import Site
from tutela.ledger import receipts
from tutela.web.site import RECEIPTS_AT_ONCE

LOOKUP = "/v1/statements/lookup"


async def issued(web: Site, **fields: object) -> str:
    """The code of the statement of a decision on one notice."""
    rooms = web.house
    reviewer, lease, items = await at_work(rooms)
    body = action(lease, items=items, on=subject("post-1"), **fields)
    await decided(rooms, reviewer=reviewer, lease=lease, body=body)
    ((statement_id,),) = await rooms.rows("SELECT id FROM statement")
    return receipts.write_code(rooms.keys.code_digest(statement_id.bytes))


async def looked_up(web: Site, **body: object) -> dict[str, Any]:
    answer = await web.call(LOOKUP, body=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_the_code_opens_the_statement_in_the_words_in_which_it_was_told(web: Site) -> None:
    code = await issued(web, recipient={"language": "fr", "audience": "child"})
    told = await looked_up(web, code=code.lower())
    assert (told["state"], told["complaint_until"]) == ("in_force", None)
    assert (told["text"]["language"], told["text"]["audience"]) == ("fr", "child")
    assert code in told["text"]["text"]
    assert "what was found" in told["text"]["text"]


async def test_another_language_and_audience_can_be_asked_for(web: Site) -> None:
    code = await issued(web)
    told = await looked_up(web, code=code, language="es-MX", audience="adult")
    assert (told["text"]["language"], told["text"]["audience"]) == ("es", "adult")
    assert (await looked_up(web, code=code))["text"]["language"] == "en"


async def test_the_window_for_a_complaint_runs_from_the_day_of_delivery(web: Site) -> None:
    code = await issued(web)
    await web.house.rows("UPDATE statement SET delivered_at = '2026-11-21T10:00:00Z'")
    assert (await looked_up(web, code=code))["complaint_until"] == "2027-05-28T10:00:00.000000Z"


@pytest.mark.parametrize(("why", "state"), [("ended", "ended"), ("undone", "undone")])
async def test_what_is_over_reads_so(web: Site, why: str, state: str) -> None:
    code = await issued(web)
    await web.house.rows(
        "UPDATE measure SET undone_at = now(), undone_why = %(why)s, state = 'recalled'", why=why
    )
    assert (await looked_up(web, code=code))["state"] == state


async def test_an_erased_statement_still_says_where_it_stands(web: Site) -> None:
    code = await issued(web)
    await web.house.rows("UPDATE statement SET sealed_key = NULL, sealed_body = NULL")
    told = await looked_up(web, code=code)
    assert (told["state"], told["text"]) == ("in_force", None)


async def test_what_is_withheld_is_not_there_yet(web: Site) -> None:
    code = await issued(web)
    await web.house.rows(
        "UPDATE decision SET withheld_basis = 'x', withheld_until = now() + interval '1 hour'"
    )
    assert (await web.call(LOOKUP, body={"code": code})).status_code == 404
    web.house.clock.ahead += timedelta(hours=2)
    assert (await web.call(LOOKUP, body={"code": code})).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"code": "AAAA-BBBB"}, 404, "/code"),
        ({"code": ""}, 422, "/code"),
        ({}, 422, "/code"),
        ({"code": "A", "language": "not a tag"}, 422, "/language"),
        ({"code": "A", "audience": "elders"}, 422, "/audience"),
        ({"code": "A", "name": "A. N. Other"}, 422, "/name"),
    ],
)
async def test_a_wrong_question_is_refused_by_place(
    web: Site, body: dict[str, str], status: int, pointer: str
) -> None:
    answer = await web.call(LOOKUP, body=body)
    assert answer.status_code == status
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_the_code_of_a_statement_is_no_receipt_and_has_no_place_in_a_url(web: Site) -> None:
    code = await issued(web)
    assert (await web.call("/v1/receipts/lookup", body={"code": code})).status_code == 404
    assert (await web.client.get(f"{LOOKUP}?code={code}")).status_code == 405


async def test_who_asks_too_often_is_slowed_down(web: Site) -> None:
    statuses = set()
    for _ in range(20 * int(RECEIPTS_AT_ONCE)):
        answer = await web.call(LOOKUP, body={})
        statuses.add(answer.status_code)
        if answer.status_code == 429:
            break
    assert statuses == {422, 429}


async def test_what_the_platform_says_of_the_account_counts_where_nobody_says_more(
    web: Site,
) -> None:
    code = await issued(web)
    event = {"id": "e-1", "type": "account", "at": "2026-11-21T10:00:00Z", "account_id": "a-7"}
    line = json.dumps({**event, "language": "fr", "minor": "yes"}).encode()
    taken = await web.post("/v1/events", body=line, content_type="application/x-ndjson")
    assert taken.status_code == 202
    text = (await looked_up(web, code=code))["text"]
    assert (text["language"], text["audience"]) == ("fr", "child")
    text = (await looked_up(web, code=code, language="de"))["text"]
    assert (text["language"], text["audience"]) == ("de", "child")
