"""Reports of AT Protocol: the published SDK reports unchanged, and nothing it says is lost."""

import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from atproto import Client, models
from atproto_client import exceptions
from atproto_client.models.dot_dict import DotDict
from atproto_client.models.tools.ozone.report import defs as newer_reasons

from tests.fixtures.site import Site, served
from tutela.domain.harm import CATEGORY_OF_KEYWORD, HarmFamily, harm_family
from tutela.domain.vocabulary import Category, Keyword
from tutela.intake.channels import atproto
from tutela.intake.opening import notice_in
from tutela.intake.reading import Unfit

CID = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
DID = "did:plc:token4f1c9b07token4f1c9b"
URI = f"at://{DID}/app.bsky.feed.post/3ktoken4f1c"
CREATE_REPORT = "/xrpc/com.atproto.moderation.createReport"

POST = models.ComAtprotoRepoStrongRef.Main(cid=CID, uri=URI)
CHAT = "chat.bsky.convo.defs"
ACCOUNT = models.ComAtprotoAdminDefs.RepoRef(did=DID)

Report = Callable[..., Any]


def report(**fields: object) -> dict[str, object]:
    return {
        "reasonType": "com.atproto.moderation.defs#reasonSpam",
        "reason": "token 4f1c",
        "subject": {"$type": "com.atproto.repo.strongRef", "uri": URI, "cid": CID},
        **fields,
    }


@pytest_asyncio.fixture
async def create_report(web: Site) -> AsyncIterator[Report]:
    token = await web.token()
    async with served(web.application) as url:
        client = Client(base_url=url)

        async def create(
            *,
            authorization: str | None = f"Bearer {token}",
            key: str | None = None,
            **fields: object,
        ) -> object:
            client.request.set_additional_headers({})
            if authorization is not None:
                client.request.add_additional_header("Authorization", authorization)
            if key is not None:
                client.request.add_additional_header("Idempotency-Key", key)
            body = models.ComAtprotoModerationCreateReport.Data(
                **{"reason_type": "com.atproto.moderation.defs#reasonSpam", **fields}
            )
            return await asyncio.to_thread(client.com.atproto.moderation.create_report, body)

        yield create
        client.request.close()


async def test_the_sdk_reports_a_post(web: Site, create_report: Report) -> None:
    answer = await create_report(subject=POST, reason="token 4f1c")
    assert answer.subject.uri == URI
    assert answer.subject.cid == CID
    assert answer.reason == "token 4f1c"
    assert answer.reported_by == "did:web:localhost"
    assert 0 <= answer.id < 2**53
    rows = await web.house.rows("SELECT door, category, item_count FROM notice")
    assert rows == [("xrpc", "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE", 1)]


async def test_the_sdk_reports_an_account(web: Site, create_report: Report) -> None:
    answer = await create_report(
        subject=ACCOUNT, reason_type="tools.ozone.report.defs#reasonChildSafetyGroom"
    )
    assert answer.subject.did == DID
    rows = await web.house.rows(
        "SELECT n.category, n.keyword, i.subject_kind, c.specialist, c.lane FROM notice n"
        " JOIN item i ON i.notice_id = n.id JOIN case_file c ON c.id = i.case_id"
    )
    assert rows == [
        (
            "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
            "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS",
            "account",
            True,
            "child_safety",
        )
    ]


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ({"$type": f"{CHAT}#messageRef", "did": DID, "convoId": "c1", "messageId": "m1"}, "c1/m1"),
        ({"$type": f"{CHAT}#convoRef", "did": DID, "convoId": "c1"}, "c1"),
    ],
)
async def test_the_sdk_reports_a_message_and_a_conversation(
    web: Site, create_report: Report, subject: dict[str, str], named: str
) -> None:
    tool = models.ComAtprotoModerationCreateReport.ModTool(name="app/ios", meta={"build": "7"})
    answer = await create_report(subject=DotDict(subject), mod_tool=tool)
    assert answer.subject["convoId"] == "c1"
    stored = await web.sealed_body()
    assert isinstance(stored, dict)
    assert stored["modTool"]["meta"] == {"build": "7"}
    rows = await web.house.rows(
        "SELECT i.subject_kind, n.surface FROM item i JOIN notice n ON n.id = i.notice_id"
    )
    assert rows == [("content", "app/ios")]
    (found,) = atproto.notice_in(_encoded(stored)).subjects
    assert (found.id, found.account_id) == (named, DID)


def test_a_program_without_a_name_is_no_reason_to_refuse() -> None:
    read = atproto.read_report(_encoded(report(modTool={"meta": {"build": 7}})))
    assert read.notice.surface is None


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Spam", Category.NOT_SPECIFIED_NOTICE),
        ("Violation", Category.NOT_SPECIFIED_NOTICE),
        ("Misleading", Category.NOT_SPECIFIED_NOTICE),
        ("Sexual", Category.OTHER_VIOLATION_TC),
        ("Rude", Category.NOT_SPECIFIED_NOTICE),
        ("Other", Category.NOT_SPECIFIED_NOTICE),
        ("Appeal", Category.NOT_SPECIFIED_NOTICE),
    ],
)
def test_the_reasons_of_the_first_vocabulary_are_taken(name: str, category: Category) -> None:
    read = atproto.read_report(
        _encoded(report(reasonType=f"com.atproto.moderation.defs#reason{name}"))
    )
    assert read.notice.category is category


async def test_a_key_gives_the_sdk_the_first_answer_again(web: Site, create_report: Report) -> None:
    first = await create_report(subject=POST, key="k-1")
    again = await create_report(subject=POST, key="k-1")
    assert (again.id, again.created_at) == (first.id, first.created_at)
    assert await web.house.rows("SELECT count(*) FROM notice") == [(1,)]
    with pytest.raises(exceptions.NetworkError, match="Conflict"):
        await create_report(subject=ACCOUNT, key="k-1")


@pytest.mark.parametrize(
    ("authorization", "name"), [(None, "AuthMissing"), ("Bearer tutela_no", "InvalidToken")]
)
async def test_without_a_token_the_sdk_raises_unauthorized(
    create_report: Report, authorization: str | None, name: str
) -> None:
    with pytest.raises(exceptions.UnauthorizedError) as caught:
        await create_report(subject=POST, authorization=authorization)
    assert caught.value.response.status_code == 401
    assert caught.value.response.content.error == name


async def test_a_subject_that_names_nothing_is_a_bad_request_to_the_sdk(
    create_report: Report,
) -> None:
    with pytest.raises(exceptions.BadRequestError) as caught:
        await create_report(subject=models.ComAtprotoAdminDefs.RepoRef(did=" "))
    assert caught.value.response.content.error == "InvalidRequest"
    assert "/subject/did" in caught.value.response.content.message


async def test_what_was_received_is_what_is_sealed_and_committed(web: Site) -> None:
    said = report(
        modTool={"name": "token-app/web", "meta": {"build": 7}}, labels=["x"], reason="täken"
    )
    answer = (await web.post(CREATE_REPORT, body=said)).json()
    assert answer["receipt"]["log_id"]
    body = await web.sealed_body()
    assert body == said
    rows = await web.house.rows("SELECT surface FROM notice")
    assert rows == [("token-app/web",)]


async def test_a_post_belongs_to_the_account_of_its_repository() -> None:
    read = atproto.read_report(_encoded(report()))
    (subject,) = read.notice.subjects
    assert (subject.kind, subject.id, subject.account_id) == ("content", URI, DID)
    assert notice_in(read.body) == read.notice


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ({"did": DID}, ("account", DID, None, DID)),
        (
            {"uri": "at://handle.example/app.bsky.feed.post/1"},
            ("content", "at://handle.example/app.bsky.feed.post/1", None, None),
        ),
        ({"uri": f"at://{DID}/" + "a" * 600}, ("content", None, f"at://{DID}/" + "a" * 600, DID)),
        (
            {
                "$type": "chat.bsky.convo.defs#messageRef",
                "did": DID,
                "convoId": "c1",
                "messageId": "m1",
            },
            ("content", "c1/m1", None, DID),
        ),
        (
            {"did": DID, "convoId": "c" * 512, "messageId": "m1"},
            ("content", "m1", None, DID),
        ),
        (
            {"$type": "chat.bsky.convo.defs#convoRef", "did": DID, "convoId": "c1"},
            ("content", "c1", None, DID),
        ),
        ({"messageId": "m1"}, ("content", "m1", None, None)),
        ({"did": DID, "convoId": " ", "messageId": ""}, ("account", DID, None, DID)),
        ({"$type": "of.tomorrow", "did": DID, "more": 1}, ("account", DID, None, DID)),
    ],
)
def test_whatever_names_a_subject_is_taken(
    subject: dict[str, object], named: tuple[str | None, ...]
) -> None:
    (found,) = atproto.read_report(_encoded(report(subject=subject))).notice.subjects
    assert (found.kind, found.id, found.url, found.account_id) == named


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"subject": {}}, "/subject"),
        ({"subject": {"uri": "\u200b"}}, "/subject/uri"),
        ({"subject": {"uri": "at://" + "a" * 2048}}, "/subject/uri"),
        ({"subject": {"convoId": " "}}, "/subject"),
        ({"subject": None}, "/subject"),
        ({"subject": {"did": 5}}, "/subject/did"),
        ({"reasonType": ""}, "/reasonType"),
        ({"reasonType": None}, "/reasonType"),
        ({"reason": "x" * 20_001}, "/reason"),
        ({"modTool": {"name": "x", "meta": {"a": [1.5]}}}, "/modTool/meta/a/0"),
        ({"modTool": {"name": "x", "meta": {"a": 2**53}}}, "/modTool/meta/a"),
        ({"extra": {"\U0001f600": 1}}, "/extra/\U0001f600"),
    ],
)
def test_what_is_wrong_is_named(changed: dict[str, object], pointer: str) -> None:
    with pytest.raises(Unfit) as caught:
        atproto.read_report(_encoded(report(**changed)))
    assert [error.pointer for error in caught.value.errors] == [pointer]


@pytest.mark.parametrize("missing", ["reasonType", "subject"])
def test_what_is_required_is_named(missing: str) -> None:
    said = report()
    del said[missing]
    with pytest.raises(Unfit) as caught:
        atproto.read_report(_encoded(said))
    assert [error.pointer for error in caught.value.errors] == [f"/{missing}"]


def test_a_reason_of_tomorrow_goes_in() -> None:
    read = atproto.read_report(_encoded(report(reasonType="org.example.defs#reasonNew")))
    assert read.notice.category is Category.NOT_SPECIFIED_NOTICE


def _published() -> list[str]:
    source = inspect.getsource(newer_reasons)
    return re.findall(r"'(tools\.ozone\.report\.defs#reason\w+)'", source)


@pytest.mark.parametrize("reason_type", sorted(set(_published())))
def test_a_keyword_stands_under_its_category(reason_type: str) -> None:
    category, keyword = atproto.reason(reason_type)
    if keyword not in {None, Keyword.OTHER}:
        assert CATEGORY_OF_KEYWORD[keyword] is category


def test_the_published_reasons_that_say_too_little() -> None:
    published = set(_published())
    unsaid = {
        each.partition("#reason")[2]
        for each in published
        if atproto.reason(each) == (Category.NOT_SPECIFIED_NOTICE, None)
    }
    assert unsaid == {"Appeal", "Other", "MisleadingSpam", "MisleadingOther"}


def test_every_child_safety_reason_goes_to_specialists() -> None:
    reasons = [each for each in _published() if "ChildSafety" in each]
    assert len(reasons) >= 5
    for each in reasons:
        category, keyword = atproto.reason(each)
        assert category is Category.PROTECTION_OF_MINORS
        assert harm_family(category, keyword=keyword) is HarmFamily.CHILD_SAFETY


async def test_ids_of_reports_tell_no_volume(web: Site) -> None:
    ids = [(await web.post(CREATE_REPORT, body=report())).json()["id"] for _ in range(8)]
    assert len(set(ids)) == 8
    assert ids != sorted(ids) or ids[-1] - ids[0] > 2**20
    assert all(0 <= each < 2**53 for each in ids)


@pytest.mark.parametrize(
    ("path", "method", "status", "name"),
    [
        ("/xrpc/com.atproto.moderation.other", "POST", 501, "MethodNotImplemented"),
        (CREATE_REPORT, "GET", 405, "InvalidRequest"),
    ],
)
async def test_what_is_not_offered_is_told_as_xrpc_tells_it(
    web: Site, path: str, method: str, status: int, name: str
) -> None:
    answer = await web.client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"] == name


async def test_bytes_that_are_no_json_are_a_bad_request(web: Site) -> None:
    answer = await web.post(CREATE_REPORT, body=b"{")
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "message"}


def _encoded(value: object) -> bytes:
    return json.dumps(value).encode()
