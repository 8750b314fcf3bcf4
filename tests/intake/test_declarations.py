"""Declarations: what a platform says it sent is held against what came in."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fixtures.site import Site, notice

PATH = "/v1/declarations"


def period(*, hours: float = -1, length: float = 2) -> dict[str, str]:
    start = datetime.now(UTC) + timedelta(hours=hours)
    return {"from": start.isoformat(), "to": (start + timedelta(hours=length)).isoformat()}


def declaration(**fields: object) -> dict[str, object]:
    return {"surface": "app", "sent": 3, **period(), **fields}


async def test_what_came_in_so_far_is_told(web: Site) -> None:
    for surface in ("app", "app", "web", None):
        await web.post("/v1/notices", body=notice(surface=surface))
    await web.post("/v1/notices", body=notice(surface="app", submitted_at="2026-01-01T00:00:00Z"))
    said = declaration()
    answer = await web.post(PATH, body=said)
    assert answer.status_code == 201
    told = answer.json()
    assert told["received"] == 2
    assert (told["surface"], told["sent"]) == ("app", 3)
    assert datetime.fromisoformat(told["from"]) == datetime.fromisoformat(str(said["from"]))
    assert told["to"].endswith("Z")


async def test_a_time_that_the_sender_names_counts(web: Site) -> None:
    yesterday = (datetime.now(UTC) - timedelta(hours=20)).isoformat()
    await web.post("/v1/notices", body=notice(surface="app", submitted_at=yesterday))
    answer = await web.post(PATH, body=declaration(**period(hours=-21, length=2)))
    assert answer.json()["received"] == 1


async def test_a_declaration_gets_its_leaf(web: Site) -> None:
    told = (await web.post(PATH, body=declaration())).json()
    ((fact_id, kind, content),) = await web.house.rows(
        "SELECT fact_id, fact_type, content FROM ledger_leaf"
    )
    assert (str(fact_id), kind) == (told["id"], "declaration.received")
    assert b'"sent":3' in content


@pytest.mark.parametrize("by", ["external_id", "header"])
async def test_a_key_is_taken_once(web: Site, by: str) -> None:
    said = declaration(**({"external_id": "d-1"} if by == "external_id" else {}))
    headers = {"idempotency_key": "d-1"} if by == "header" else {}
    answers = [await web.post(PATH, body=said, **headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    other = await web.post(PATH, body={**said, "sent": 4}, **headers)
    assert other.status_code == 409
    assert other.json()["code"] == "key_reused"
    assert await web.house.rows("SELECT count(*) FROM declaration") == [(1,)]


async def test_a_key_of_a_notice_is_no_key_of_a_declaration(web: Site) -> None:
    await web.post("/v1/notices", body=notice(external_id="k-1"))
    answer = await web.post(PATH, body=declaration(external_id="k-1"))
    assert answer.status_code == 409
    assert await web.house.rows("SELECT count(*) FROM declaration") == [(0,)]
    back = await web.post("/v1/notices", body=notice(external_id="k-1"))
    assert back.status_code == 200


async def test_a_key_of_a_declaration_is_no_key_of_a_notice(web: Site) -> None:
    await web.post(PATH, body=declaration(external_id="k-1"))
    answer = await web.post("/v1/notices", body=notice(external_id="k-1"))
    assert answer.status_code == 409
    assert await web.house.rows("SELECT count(*) FROM notice") == [(0,)]


@pytest.mark.parametrize(
    ("changed", "pointers"),
    [
        ({"surface": ""}, ["/surface"]),
        ({"surface": " "}, ["/surface"]),
        ({"surface": "x" * 65}, ["/surface"]),
        ({"sent": -1}, ["/sent"]),
        ({"sent": True}, ["/sent"]),
        ({"sent": 1.0}, ["/sent"]),
        ({"sent": "1"}, ["/sent"]),
        ({"sent": 2**53}, ["/sent"]),
        ({"sent": 10**30}, ["/sent"]),
        ({"sent": None}, ["/sent"]),
        ({"from": "2026-01-01T00:00:00"}, ["/from"]),
        ({"from": "2026-01-01"}, ["/from"]),
        ({"from": 5}, ["/from"]),
        ({"from": "1969-12-31T23:59:59Z"}, ["/from"]),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}, ["/to"]),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, ["/to"]),
        ({"to": "2999-01-01T00:00:00Z"}, ["/to"]),
        ({"period_from": 1}, ["/period_from"]),
    ],
)
async def test_what_is_wrong_is_named(
    web: Site, changed: dict[str, object], pointers: list[str]
) -> None:
    answer = await web.post(PATH, body=declaration(**changed))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


@pytest.mark.parametrize("missing", ["surface", "from", "to", "sent"])
async def test_what_lacks_is_named(web: Site, missing: str) -> None:
    said = declaration()
    del said[missing]
    answer = await web.post(PATH, body=said)
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{missing}"]


async def test_a_period_may_end_a_little_ahead(web: Site) -> None:
    assert (await web.post(PATH, body=declaration(**period(length=24)))).status_code == 201
