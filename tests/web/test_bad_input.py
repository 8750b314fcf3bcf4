"""Whatever is wrong with a notice is told by place, and nothing of it is stored."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from tests.fixtures.site import Site, notice
from tutela.domain.notice import Notice
from tutela.domain.vocabulary import Channel, Role
from tutela.intake.reading import Unfit, read_notice

NOTICES = "/v1/notices"
PLAIN = {"kind": "content", "id": "p-1"}


def with_subject(**fields: object) -> dict[str, object]:
    return notice(subjects=[{**PLAIN, **fields}])


async def refused(web: Site, *, body: object, status: int = 422) -> dict[str, Any]:
    """The problem document of a body that is refused, with its row."""
    answer = await web.post(NOTICES, body=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"] == f"urn:tutela:problem:{problem['code']}"
    rows = await web.house.rows(
        "SELECT pointers, code, door FROM refused_call ORDER BY id DESC LIMIT 1"
    )
    named = [error["pointer"] for error in problem.get("errors", ())]
    kept = [pointer.replace("\x00", "") for pointer in named if pointer][:20]
    assert rows == [(kept, problem["code"], "POST /v1/notices")]
    return problem


async def nothing_stored(web: Site) -> bool:
    return await web.house.rows("SELECT count(*) FROM notice") == [(0,)]


WRONG_FIELDS: list[tuple[dict[str, object], str]] = [
    ({"category": None}, "/category"),
    ({"category": 5}, "/category"),
    ({"category": ""}, "/category"),
    ({"category": "STATEMENT_CATEGORY_OTHER"}, "/category"),
    ({"keyword": "KEYWORD_NONE"}, "/keyword"),
    ({"keyword": ["KEYWORD_OTHER"]}, "/keyword"),
    ({"explanation": 5}, "/explanation"),
    ({"explanation": "x" * 20_001}, "/explanation"),
    ({"external_id": ""}, "/external_id"),
    ({"external_id": "x" * 513}, "/external_id"),
    ({"external_id": 7}, "/external_id"),
    ({"notifier": "A. N. Other"}, "/notifier"),
    ({"notifier": {"name": 5}}, "/notifier/name"),
    ({"notifier": {"name": "x" * 257}}, "/notifier/name"),
    ({"notifier": {"email": "x" * 321}}, "/notifier/email"),
    ({"notifier": {"phone": "1"}}, "/notifier/phone"),
    ({"good_faith": 1}, "/good_faith"),
    ({"good_faith": "true"}, "/good_faith"),
    ({"imminent_danger": "no"}, "/imminent_danger"),
    ({"possible_minor": True}, "/possible_minor"),
    ({"possible_minor": {"depicted": None}}, "/possible_minor/depicted"),
    ({"possible_minor": {"someone": True}}, "/possible_minor/someone"),
    ({"language": "x" * 65}, "/language"),
    ({"language": "d"}, "/language"),
    ({"language": "de_DE"}, "/language"),
    ({"country": "XX"}, "/country"),
    ({"country": "DEU"}, "/country"),
    ({"country": ""}, "/country"),
    ({"surface": ""}, "/surface"),
    ({"surface": "x" * 65}, "/surface"),
    ({"submitted_at": "2026-11-21T10:15:00"}, "/submitted_at"),
    ({"submitted_at": "yesterday"}, "/submitted_at"),
    ({"submitted_at": 1_790_000_000}, "/submitted_at"),
    ({"submitted_at": "2999-01-01T00:00:00Z"}, "/submitted_at"),
    ({"submitted_at": "0001-01-01T00:00:00+14:00"}, "/submitted_at"),
    ({"submitted_at": "9999-12-31T23:59:59-14:00"}, "/submitted_at"),
    ({"submitted_at": "2026-02-30T00:00:00Z"}, "/submitted_at"),
    ({"channel": "police"}, "/channel"),
    ({"mark": "canary"}, "/mark"),
    ({"subjects": []}, "/subjects"),
    ({"subjects": None}, "/subjects"),
    ({"subjects": {}}, "/subjects"),
    ({"subjects": [PLAIN] * 1_001}, "/subjects"),
    ({"subjects": [PLAIN, 5]}, "/subjects/1"),
    ({"subjects": [{"id": "a"}]}, "/subjects/0/kind"),
    ({"subjects": [{"kind": "content"}]}, "/subjects/0"),
    ({"subjects": [{"kind": "content", "account_id": "a"}]}, "/subjects/0"),
    ({"subjects": [{"kind": "person", "id": "a"}]}, "/subjects/0/kind"),
    ({"subjects": [{**PLAIN, "id": ""}]}, "/subjects/0/id"),
    ({"subjects": [{**PLAIN, "id": " \t"}]}, "/subjects/0/id"),
    ({"subjects": [{**PLAIN, "id": "\u202e\u200b"}]}, "/subjects/0/id"),
    ({"subjects": [{**PLAIN, "id": "x" * 513}]}, "/subjects/0/id"),
    ({"subjects": [{**PLAIN, "url": "\u00a0"}]}, "/subjects/0/url"),
    ({"subjects": [{**PLAIN, "url": "x" * 2_049}]}, "/subjects/0/url"),
    ({"subjects": [{**PLAIN, "account_id": "\u2800"}]}, "/subjects/0/account_id"),
    ({"subjects": [{**PLAIN, "cid": "a"}]}, "/subjects/0/cid"),
    ({"explanation": "a\x00b"}, "/explanation"),
    ({"a\x00b": 1}, "/a\x00b"),
    ({"a/b~c": 1}, "/a~1b~0c"),
    ({"price": 1.5}, "/price"),
    ({"price": 10**40}, "/price"),
    ({"\U0001f600": 1}, "/\U0001f600"),
    ({"k" * 200: 1}, f"/{'k' * 128}..."),
]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    WRONG_FIELDS,
    ids=[f"{at[:40]!a}-{number}" for number, (_, at) in enumerate(WRONG_FIELDS)],
)
def test_each_wrong_field_is_named(changed: dict[str, object], pointer: str) -> None:
    with pytest.raises(Unfit) as caught:
        read_notice(json.dumps(notice(**changed)).encode(), now=datetime.now(UTC))
    assert [error.pointer for error in caught.value.errors] == [pointer]


async def test_each_wrong_field_has_its_problem_document_and_its_row(web: Site) -> None:
    for changed, pointer in WRONG_FIELDS:
        problem = await refused(web, body=notice(**changed))
        assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert await nothing_stored(web)


async def test_what_is_required_is_named(web: Site) -> None:
    for missing in ("category", "subjects"):
        body = notice()
        del body[missing]
        problem = await refused(web, body=body)
        assert problem["errors"] == [{"pointer": f"/{missing}", "message": "required"}]


async def test_all_that_is_wrong_is_named_at_once(web: Site) -> None:
    body = notice(
        category="x", country=5, subjects=[{"kind": "content"}, {"kind": 1}], other=1, good_faith=0
    )
    problem = await refused(web, body=body)
    pointers = {error["pointer"] for error in problem["errors"]}
    assert pointers == {"/other", "/category", "/country", "/subjects/1/kind", "/good_faith"}


async def test_what_was_sent_is_not_told_back(web: Site) -> None:
    problem = await refused(web, body=notice(category="token 66a1", country="token 66a1"))
    assert "66a1" not in json.dumps(problem)


NOT_JSON: list[tuple[bytes, str]] = [
    (b"", "truncated"),
    (b" ", "truncated"),
    (b"{", "truncated"),
    (b'{"category": "STATEMENT_CATEGORY_VIO', "truncated"),
    (b'{"a": 1} {}', "trailing"),
    (b"\xef\xbb\xbf{}", "byte order mark"),
    (b'{"a": "\xff"}', "not UTF-8: byte"),
    (b'{"a": "\xed\xa0\x80"}', "not UTF-8"),
    (b'{"a": "\\ud800"}', "truncated|surrogate|invalid"),
    (b'{"a": "\\udc00 "}', "surrogate"),
    (b'{"a": NaN}', "invalid character"),
    (b'{"a": Infinity}', "invalid character"),
    (b'{"a": 1e999}', "out of range"),
    (b"{'a': 1}", "malformed"),
    (b'{"a": 01}', "malformed|invalid"),
    (b'{"a": "\x01"}', "invalid character"),
    ("{}".encode("utf-16"), "not UTF-8|malformed"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 50_000, "nested too deeply"),
    (b"9" * 6_000, "out of range"),
]
NO_OBJECT = [b"null", b"[]", b"5", b'"x"', b"true", b"[{}]", b"[" * 900 + b"]" * 900]


async def test_what_is_no_json_is_400(web: Site) -> None:
    for body, detail in NOT_JSON:
        problem = await refused(web, body=body, status=400)
        assert problem["code"] == "not_json"
        assert any(part in problem["detail"] for part in detail.split("|")), problem["detail"]
    assert await nothing_stored(web)


async def test_what_is_no_object_is_told(web: Site) -> None:
    for body in NO_OBJECT:
        problem = await refused(web, body=body)
        assert [error["pointer"] for error in problem["errors"]] == [""]
    assert await nothing_stored(web)


async def test_keys_said_twice_are_named_at_every_depth(web: Site) -> None:
    body = (
        b'{"category": "STATEMENT_CATEGORY_VIOLENCE", "category": "STATEMENT_CATEGORY_VIOLENCE",'
        b' "subjects": [{"kind": "content", "id": "a"},'
        b' {"kind": "tag", "id": "a", "\\u0069d": "b"}],'
        b' "notifier": {"name": "n", "name": "n", "name": "m"}}'
    )
    problem = await refused(web, body=body)
    assert [error["pointer"] for error in problem["errors"]] == [
        "/category",
        "/subjects/1/id",
        "/notifier/name",
    ]


async def test_at_most_a_hundred_places_are_named(web: Site) -> None:
    body = notice(subjects=[{"kind": "content"}] * 1_000)
    assert len((await refused(web, body=body))["errors"]) == 100


HOSTILE = [
    "\u202etoken\u202c \u2066x\u2069",
    "e\u0301 \u00e9",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U000e0001",
    '"; DROP TABLE notice; --',
    "\\u0000 \\x00 %s %(x)s {x} \x7f\x85\u2028\u2029",
    "a\u0300" * 5_000,
    "\ufeff\ufffe\uffff\U0010ffff",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_kept_as_it_came(web: Site, text: str) -> None:
    body = with_subject(id=text[:512], url=f"https://example.social/{text[:100]}")
    body.update(explanation=text, external_id=text[:512], surface=text[:64].strip())
    answer = await web.post(NOTICES, body=body)
    assert answer.status_code == 201, answer.text
    assert await web.sealed_body() == body
    again = await web.post(NOTICES, body=body)
    assert (again.status_code, again.json()) == (200, answer.json())


async def test_composed_and_decomposed_ids_are_two_subjects(web: Site) -> None:
    for name in ("caf\u00e9", "cafe\u0301"):
        await web.post(NOTICES, body=with_subject(id=name))
    assert await web.house.rows("SELECT count(*) FROM case_file") == [(2,)]


async def test_null_is_the_same_as_not_said(web: Site) -> None:
    for field in msgspec.structs.fields(Notice):
        if not field.required:
            answer = await web.post(NOTICES, body=notice(**{field.name: None}))
            assert answer.status_code == 201, field.name


async def test_the_same_body_in_another_order_is_the_same_body(web: Site) -> None:
    body = notice(external_id="k-1")
    first = await web.post(NOTICES, body=body)
    again = await web.post(
        NOTICES, body=json.dumps(dict(reversed(body.items())), indent=2).encode()
    )
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


@pytest.mark.parametrize("by", ["external_id", "header"])
async def test_a_key_used_for_another_body_is_409(web: Site, by: str) -> None:
    headers = {"idempotency_key": "k-1"} if by == "header" else {}
    fields = {"external_id": "k-1"} if by == "external_id" else {}
    first = await web.post(NOTICES, body=notice(**fields), **headers)
    assert first.status_code == 201
    other = await web.post(NOTICES, body=notice(country="DE", **fields), **headers)
    assert other.status_code == 409
    assert other.json()["code"] == "key_reused"
    assert await web.house.rows("SELECT count(*) FROM notice") == [(1,)]


@pytest.mark.parametrize("key", ["", "x" * 513, "a\tb"])
async def test_an_idempotency_key_that_cant_be_stored_is_refused(web: Site, key: str) -> None:
    answer = await web.post(NOTICES, body=notice(), idempotency_key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


async def test_a_channel_that_is_not_the_tokens_is_403(web: Site) -> None:
    answer = await web.post(NOTICES, body=notice(channel="trusted_flagger"))
    assert answer.status_code == 403
    assert answer.json()["code"] == "channel_not_yours"
    assert answer.json()["errors"][0]["pointer"] == "/channel"


async def test_a_channel_of_the_token_may_be_named(web: Site) -> None:
    token = await web.token(channels=(Channel.HOTLINE, Channel.TRUSTED_FLAGGER))
    for named, stored in (("trusted_flagger", "trusted_flagger"), (None, "hotline")):
        answer = await web.post(
            NOTICES, body=notice(channel=named), authorization=f"Bearer {token}"
        )
        assert answer.status_code == 201
        rows = await web.house.rows("SELECT channel FROM notice ORDER BY id DESC LIMIT 1")
        assert rows == [(stored,)]


async def test_a_token_of_another_role_is_403(web: Site) -> None:
    for role in set(Role) - {Role.SERVICE}:
        token = await web.token(role)
        answer = await web.post(NOTICES, body=notice(), authorization=f"Bearer {token}")
        assert answer.status_code == 403, role
        assert answer.json()["code"] == "forbidden"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Bearer tutela_unknown", "Basic dTpw", "bearer  ", "Bearer \xff\xfe"],
)
async def test_no_token_is_401(web: Site, authorization: str) -> None:
    headers = {b"authorization": authorization.encode("latin-1")}
    answer = await web.client.post(NOTICES, json=notice(), headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_revoked_token_is_401(web: Site) -> None:
    token = await web.new_token()
    await web.house.rows("UPDATE access_token SET revoked_at = now()")
    answer = await web.post(NOTICES, body=notice(), authorization=f"Bearer {token}")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?require=article_17", "?require"),
        ("?require=", "?require"),
        ("?other=1", "?other"),
        ("?require=article_16&require=article_16", "?require"),
        ("?a%00=1", "?a\x00"),
    ],
)
async def test_query_parameters_that_mean_nothing_are_refused(
    web: Site, query: str, pointer: str
) -> None:
    answer = await web.post(NOTICES + query, body=notice())
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_article_16_can_be_required(web: Site) -> None:
    bare = {"category": "STATEMENT_CATEGORY_VIOLENCE", "subjects": [PLAIN]}
    answer = await web.post(f"{NOTICES}?require=article_16", body=bare)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/explanation",
        "/subjects/0/url",
        "/notifier",
        "/good_faith",
    ]
    assert await web.house.rows("SELECT count(*) FROM notice") == [(0,)]
    assert (await web.post(f"{NOTICES}?require=article_16", body=notice())).status_code == 201
    accepted = (await web.post(NOTICES, body=bare)).json()
    assert accepted["article_16"]["complete"] is False


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("PUT", NOTICES, 405, "method_not_allowed"),
        ("DELETE", NOTICES, 405, "method_not_allowed"),
        ("POST", "/v1/ledger/head", 405, "method_not_allowed"),
        ("GET", "/v1", 404, "not_found"),
        ("GET", "/nothing/\u202e", 404, "not_found"),
        ("POST", "/v1/notices/", 404, "not_found"),
    ],
)
async def test_unknown_calls_are_problem_documents(
    web: Site, method: str, path: str, status: int, code: str
) -> None:
    answer = await web.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content_type": "text/xml"}, 415),
        ({"content_type": "application/x-ndjson"}, 415),
        ({"content_encoding": "gzip"}, 415),
        ({"content_encoding": "br, gzip"}, 415),
        ({"content_type": "Application/JSON; charset=utf-8"}, 201),
        ({"content_type": ""}, 201),
        ({"content_encoding": "identity"}, 201),
    ],
)
async def test_types_and_encodings(web: Site, headers: dict[str, str], status: int) -> None:
    answer = await web.post(NOTICES, body=notice(), **headers)
    assert answer.status_code == status
