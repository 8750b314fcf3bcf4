"""Osprey: actions that are reports become notices, all others are told that they are none."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fixtures.site import Site
from tutela.intake.channels import osprey
from tutela.intake.opening import notice_in
from tutela.intake.reading import NotJson, Unfit
from tutela.web.api.osprey import reports_named

EVENTS = "/osprey/events"
REPORT = {
    "action_id": 4,
    "action_name": "report_post",
    "timestamp": "2025-08-25T14:30:45.123456789Z",
    "data": {
        "user_id": "reporter-4f1c",
        "post_id": "post-9b07",
        "author_id": "author-4f1c",
        "reason": "token 4f1c",
        "surface": "app",
    },
}
#: As the example rules of Osprey are fed, from a queue.
CREATED = {
    "send_time": "2025-08-25T14:30:45.123456789Z",
    "data": {"action_id": 1, "action_name": "create_post", "data": {"post": {"text": "token"}}},
}


def lines(*actions: object) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in actions)


async def results(web: Site, *, body: bytes) -> list[dict[str, Any]]:
    answer = await web.post(EVENTS, body=body, content_type="application/x-ndjson")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.content.splitlines()]


async def test_reports_among_actions_become_notices(web: Site) -> None:
    told = await results(
        web, body=lines(CREATED, REPORT, {"action_name": "report_user", "data": {}}, REPORT)
    )
    assert [each["status"] for each in told[::2]] == ["not_a_report", "refused"]
    assert {each["status"] for each in told[1::2]} == {"accepted", "duplicate"}
    assert [each["line"] for each in told] == [1, 2, 3, 4]
    assert set(told[0]) == {"line", "status"}
    assert told[1]["receipt"]["code"]
    assert (told[2]["code"], told[2]["errors"][0]["pointer"]) == ("invalid_body", "/data")
    assert told[3]["id"] == told[1]["id"]
    assert await web.sealed_body() == {"osprey_action": REPORT}
    rows = await web.house.rows(
        "SELECT door, channel, category, surface, submitted_at::text FROM notice"
    )
    unsaid = "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
    assert rows == [("osprey", "user", unsaid, "app", "2025-08-25 14:30:45.123457+00")]
    assert await web.house.rows("SELECT door, line FROM refused_call") == [("osprey", 3)]


@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson", "text/plain"])
async def test_one_action_may_stand_over_many_lines(web: Site, content_type: str) -> None:
    body = json.dumps(REPORT, indent=2).encode()
    answer = await web.post(EVENTS, body=body, content_type=content_type)
    assert json.loads(answer.content)["status"] == "accepted"


async def test_an_id_that_comes_again_with_other_words_is_another_report(web: Site) -> None:
    other = {**REPORT, "data": {**REPORT["data"], "post_id": "post-4f1c"}}  # type: ignore[dict-item]
    told = await results(web, body=lines(REPORT, other))
    assert [each["status"] for each in told] == ["accepted", "accepted"]


async def test_reports_without_an_id_are_never_the_same(web: Site) -> None:
    report = {"action_name": "report", "data": {"target_id": "t-1"}}
    told = await results(web, body=lines(report, report))
    assert [each["status"] for each in told] == ["accepted", "accepted"]


async def test_without_a_token_nothing_is_read(web: Site) -> None:
    assert (await web.client.post(EVENTS, content=lines(REPORT))).status_code == 401


def read(action: object, *, reports: str | None = None) -> osprey.ReportRead | None:
    raw = json.dumps(action).encode()
    return osprey.read_action(raw, reports=reports_named(reports), now=datetime.now(UTC))


def named(data: object) -> tuple[object, ...]:
    found = read({"action_name": "report", "data": data})
    assert found is not None
    assert notice_in(found.read.body) == found.read.notice
    (subject,) = found.read.notice.subjects
    return (subject.kind, subject.id, subject.url, subject.account_id)


@pytest.mark.parametrize(
    ("data", "subject"),
    [
        ({"post_id": "p"}, ("content", "p", None, None)),
        ({"reportedPostId": "p", "post_id": "mine"}, ("content", "p", None, None)),
        ({"post": {"id": 7}, "author": {"id": "a"}}, ("content", "7", None, "a")),
        ({"message": {"id": 2**60}}, ("content", str(2**60), None, None)),
        ({"message": "words", "message_id": "m"}, ("content", "m", None, None)),
        ({"target_id": "t", "target_type": "post"}, ("content", "t", None, None)),
        ({"target_id": "t", "target_type": "USER"}, ("account", "t", None, "t")),
        ({"target": {"id": "t"}}, ("content", "t", None, None)),
        ({"entity_id": "e", "entityType": "account"}, ("account", "e", None, "e")),
        ({"reported_user_id": "u", "user_id": "mine"}, ("account", "u", None, "u")),
        ({"reported_user": {"id": "u"}}, ("account", "u", None, "u")),
        ({"account_id": "u", "comment_id": "c"}, ("content", "c", None, "u")),
        ({"url": "https://a.example/p"}, ("content", None, "https://a.example/p", None)),
        ('{"post_id": "p"}', ("content", "p", None, None)),
    ],
)
def test_what_is_reported_is_found_under_its_usual_names(
    data: object, subject: tuple[object, ...]
) -> None:
    assert named(data) == subject


@pytest.mark.parametrize(
    ("data", "means"),
    [
        ({"category": "KEYWORD_HATE_SPEECH"}, ("ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_HATE_SPEECH")),
        ({"reason": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"}, ("SCAMS_AND_FRAUD", None)),
        (
            {"csam": True, "category": "KEYWORD_HATE_SPEECH"},
            ("PROTECTION_OF_MINORS", "KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL"),
        ),
        ({"category": "of_tomorrow"}, ("NOT_SPECIFIED_NOTICE", None)),
    ],
)
def test_what_a_report_says_is_read(data: dict[str, object], means: tuple[object, ...]) -> None:
    found = read({"action_name": "report", "data": {"post_id": "p", **data}})
    assert found is not None
    notice = found.read.notice
    assert (notice.category.removeprefix("STATEMENT_CATEGORY_"), notice.keyword) == means


@pytest.mark.parametrize("name", ["report_post", "reportPost", "Report-Post", "REPORT_POST"])
def test_a_name_is_the_same_however_it_is_written(name: str) -> None:
    assert read({**REPORT, "action_name": name}) is not None


@pytest.mark.parametrize("name", ["report_resolved", "generate_report", "reporter_banned", "x", ""])
def test_no_other_name_is_a_report(name: str) -> None:
    assert read({**REPORT, "action_name": name}) is None


def test_an_operator_names_the_reports(web: Site) -> None:
    assert read({**REPORT, "action_name": "tokenRaised"}, reports="token.raised, x") is not None
    assert read(REPORT, reports="token_raised") is None


@pytest.mark.parametrize("inner", [REPORT, json.dumps(REPORT)], ids=["object", "text"])
def test_the_envelope_of_a_queue_is_opened(inner: object) -> None:
    found = read({"send_time": "2025-01-01T00:00:00Z", "data": inner})
    assert found is not None
    assert found.read.notice.subjects[0].id == "post-9b07"
    at = found.read.notice.submitted_at
    assert at is not None
    assert at.year == 2025


def test_what_an_envelope_says_of_the_time_counts_where_the_action_says_nothing() -> None:
    inner = {"action_name": "report", "data": {"post_id": "p"}}
    found = read({"send_time": "2025-01-01T00:00:00Z", "data": inner})
    assert found is not None
    assert found.read.notice.submitted_at == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("action", "pointer"),
    [
        ({}, "/action_name"),
        ({"action_name": 7}, "/action_name"),
        ({"action_name": "report"}, "/data"),
        ({"action_name": "report", "data": "words"}, "/data"),
        ({"action_name": "report", "data": "{"}, "/data"),
        ({"action_name": "report", "data": {"user_id": "mine"}}, "/data"),
        ({"send_time": 1, "data": {"no": "action"}}, "/action_name"),
        ([], ""),
    ],
)
def test_what_names_nothing_is_refused_with_its_place(action: object, pointer: str) -> None:
    with pytest.raises(Unfit) as caught:
        read(action)
    assert [each.pointer for each in caught.value.errors] == [pointer]


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(NotJson):
        osprey.read_action(b"{", reports=osprey.REPORTS, now=datetime.now(UTC))
