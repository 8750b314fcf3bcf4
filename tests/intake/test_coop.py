"""Coop: its published report goes in unchanged, and so does whatever names something."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.fixtures.site import Site
from tutela.intake.channels import coop
from tutela.intake.opening import notice_in
from tutela.intake.reading import NotJson, Unfit

REPORT = "/api/v1/report"
LONG = "i" * 513
LONG_BY_DIGEST = f"sha256:{hashlib.sha256(LONG.encode()).hexdigest()}"
#: The request of the published page, with tokens for its texts.
PUBLISHED = {
    "reporter": {"kind": "user", "typeId": "type-user", "id": "reporter-4f1c"},
    "reportedAt": "2024-01-15T10:30:00.000Z",
    "reportedForReason": {"policyId": "policy-9b07", "reason": "token 4f1c", "csam": False},
    "reportedItem": {"id": "item-4f1c", "data": {"fieldName": "token"}, "typeId": "type-post"},
    "reportedItemThread": [
        {"id": "message-1", "data": {"content": "token 9b07"}, "typeId": "type-message"}
    ],
    "reportedItemsInThread": [{"id": "message-1", "typeId": "type-message"}],
    "additionalItems": [{"id": "item-more", "data": {}, "typeId": "type-post"}],
}


async def as_coop(web: Site, *, body: object, **headers: str) -> httpx.Response:
    """A call as Coop's clients make it: the key in a header of its own."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    usual = {"x-api-key": await web.token(), "content-type": "application/json"}
    return await web.client.post(REPORT, json=body, headers={**usual, **given})


async def test_the_published_report_goes_in_unchanged(web: Site) -> None:
    answer = await as_coop(web, body=PUBLISHED)
    assert answer.status_code == 201
    assert answer.json()["reportId"]
    assert answer.json()["receipt"]["code"]
    assert await web.sealed_body() == {"coop_report": PUBLISHED}
    rows = await web.house.rows(
        "SELECT n.door, n.channel, n.category, i.subject_kind, n.submitted_at::text FROM notice n"
        " JOIN item i ON i.notice_id = n.id ORDER BY i.ordinal"
    )
    at = "2024-01-15 10:30:00+00"
    unsaid = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
    assert rows == [("coop", "user", unsaid, "content", at)] * 2


async def test_a_report_of_child_abuse_material_goes_to_specialists(web: Site) -> None:
    reason = {"csam": True, "policyId": "policy-9b07"}
    assert (await as_coop(web, body={**PUBLISHED, "reportedForReason": reason})).is_success
    rows = await web.house.rows("SELECT DISTINCT specialist, lane FROM case_file")
    assert rows == [(True, "child_safety")]


async def test_a_key_gives_the_first_answer_again(web: Site) -> None:
    first = await as_coop(web, body=PUBLISHED, idempotency_key="k-1")
    again = await as_coop(web, body=PUBLISHED, idempotency_key="k-1")
    other = await as_coop(web, body={"reportedItem": {"id": "x"}}, idempotency_key="k-1")
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()
    assert other.json()["errors"][0]["type"] == ["urn:tutela:problem:key_reused"]


@pytest.mark.parametrize("headers", [{}, {"x-api-key": "tutela_no"}, {"x-api-key": ""}])
async def test_without_a_token_coop_s_client_is_told_in_its_own_words(
    web: Site, headers: dict[str, str]
) -> None:
    answer = await web.client.post(REPORT, json=PUBLISHED, headers=headers)
    assert answer.status_code == 401
    (error,) = answer.json()["errors"]
    assert (error["status"], error["type"]) == (401, ["urn:tutela:problem:unauthorized"])
    assert error["title"]


async def test_a_bearer_token_is_taken_too_and_goes_before_a_key(web: Site) -> None:
    assert (await web.post(REPORT, body=PUBLISHED)).status_code == 201
    assert (await web.post(REPORT, body=PUBLISHED, x_api_key="tutela_no")).status_code == 201


@pytest.mark.parametrize("path", ["/v1/notices", "/xrpc/com.atproto.moderation.createReport"])
async def test_the_key_s_header_is_a_token_at_coop_s_door_alone(web: Site, path: str) -> None:
    headers = {"x-api-key": await web.token()}
    assert (await web.client.post(path, json={}, headers=headers)).status_code == 401


def read(body: object) -> tuple[Any, Any]:
    """The notice in a report, and the one that is read from what is stored."""
    found = coop.read_report(json.dumps(body).encode(), now=datetime.now(UTC))
    return found.notice, notice_in(found.body)


def item(**fields: object) -> dict[str, object]:
    return {"reporter": {"typeId": "t-user"}, "reportedItem": {"typeId": "t-post", **fields}}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"reportedItem": {"id": "i-1"}}, ("content", "i-1", None, None)),
        ({"reportedItem": {"id": 7}}, ("content", "7", None, None)),
        ({"reportedItem": {"id": 2**63}}, ("content", str(2**63), None, None)),
        ({"reportedItem": {"id": 1.5}}, ("content", "1.5", None, None)),
        ({"reportedItem": {"id": LONG}}, ("content", LONG_BY_DIGEST, None, None)),
        (item(id="u-1", typeId="t-user"), ("account", "u-1", None, "u-1")),
        (item(id="u-1", typeId="User"), ("account", "u-1", None, "u-1")),
        (
            item(id="i-1", data={"url": "https://a.example/p/1", "creatorId": "u-2"}),
            ("content", "i-1", "https://a.example/p/1", "u-2"),
        ),
        (
            item(id="i-1", data={"author": {"id": "u-3", "typeId": "t-user"}}),
            ("content", "i-1", None, "u-3"),
        ),
        (item(id="i-1", data={"url": "javascript:x", "owner": 7}), ("content", "i-1", None, "7")),
        (
            item(data={"url": "https://a.example/p/1"}),
            ("content", None, "https://a.example/p/1", None),
        ),
        (
            item(id="", data={"url": "http://a.example/"}),
            ("content", None, "http://a.example/", None),
        ),
        (
            {"reportedItem": None, "reportedItemsInThread": [7, {}, {"id": "m-1"}, {"id": "m-1"}]},
            ("content", "m-1", None, None),
        ),
        (
            {"reportedItem": {"id": "i-1", "data": "text", "typeId": 5}},
            ("content", "i-1", None, None),
        ),
    ],
)
def test_whatever_names_something_is_taken(body: object, named: tuple[str | None, ...]) -> None:
    notice, stored = read(body)
    assert notice == stored
    (found,) = notice.subjects
    assert (found.kind, found.id, found.url, found.account_id) == named


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({}, ("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", None, None)),
        (
            {"reason": "token 4f1c", "policyId": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"},
            ("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", None, "token 4f1c"),
        ),
        (
            {"policyId": "KEYWORD_HATE_SPEECH"},
            ("STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_HATE_SPEECH", None),
        ),
        (
            {"policyId": "tools.ozone.report.defs#reasonSexualNCII"},
            (
                "STATEMENT_CATEGORY_CYBER_VIOLENCE",
                "KEYWORD_NON_CONSENSUAL_IMAGE_SHARING",
                None,
            ),
        ),
        (
            {"csam": True, "policyId": "KEYWORD_HATE_SPEECH"},
            (
                "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
                "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL",
                None,
            ),
        ),
        ({"csam": "yes", "policyId": [1]}, ("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", None, None)),
        ("in words", ("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", None, None)),
        (
            {"reason": "x" * 20_001},
            ("STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", None, "x" * 20_000),
        ),
    ],
)
def test_what_the_reason_says_is_read(said: object, means: tuple[str | None, ...]) -> None:
    notice, stored = read({"reportedItem": {"id": "i-1"}, "reportedForReason": said})
    assert notice == stored
    assert (notice.category, notice.keyword, notice.explanation) == means


@pytest.mark.parametrize(
    "at", ["yesterday", "2024-01-15T10:30:00", "2999-01-01T00:00:00Z", "1066-10-14T00:00:00Z", 7]
)
def test_a_time_that_can_not_be_leaves_the_field_and_not_the_report(at: object) -> None:
    notice, _ = read({"reportedItem": {"id": "i-1"}, "reportedAt": at})
    assert notice.submitted_at is None


def test_numbers_and_names_that_have_no_canonical_form_are_kept_as_text() -> None:
    data = {"score": 0.25, "big": 2**63, "small": -7, "\U0001f600": [1e300, True, None]}
    body = json.dumps({"reportedItem": {"id": "i-1", "data": data}}).encode()
    kept = json.loads(coop.read_report(body, now=datetime.now(UTC)).body)
    assert kept["coop_report"]["reportedItem"]["data"] == {
        "score": "0.25",
        "big": str(2**63),
        "small": -7,
        "U+1F600": ["1e300", True, None],
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/reportedItem"),
        ({"reportedItem": None}, "/reportedItem"),
        ({"reportedItem": {}}, "/reportedItem"),
        ({"reportedItem": {"id": "\u200b"}}, "/reportedItem"),
        ({"reportedItem": {"id": True}}, "/reportedItem"),
        ({"reportedItem": "i-1"}, "/reportedItem"),
        (
            {
                "reportedItem": {"id": "i"},
                "reportedItemsInThread": [{"id": n} for n in range(1_000)],
            },
            "/reportedItemsInThread",
        ),
        ({"reportedItem": {"id": "a\x00"}}, "/reportedItem/id"),
    ],
)
async def test_what_names_nothing_is_refused_with_its_place(
    web: Site, body: object, pointer: str
) -> None:
    answer = await as_coop(web, body=body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("raw", [b"", b"{", b"[1e999]", b'{"a":1,"a":2}', b"[" * 5_000])
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises((NotJson, Unfit)):
        coop.read_report(raw, now=datetime.now(UTC))
