"""Flags in the shapes that federated servers send, as notices."""

import json
from typing import Any

import pytest

from tutela.domain.notice import Notifier, Subject
from tutela.domain.vocabulary import Category, SubjectKind
from tutela.intake import opening
from tutela.intake.channels import activitypub
from tutela.intake.channels.markup import plain_text
from tutela.intake.reading import NoticeRead, Unfit

THERE = "https://there.example"
ACTOR = f"{THERE}/actor"
ACCOUNT = "https://here.example/users/a"
POST = f"{ACCOUNT}/statuses/1"
OTHER = f"{ACCOUNT}/statuses/2"
CONTEXT = "https://www.w3.org/ns/activitystreams"


def account(address: str = ACCOUNT) -> Subject:
    return Subject(kind=SubjectKind.ACCOUNT, id=address, url=address, account_id=address)


def content(address: str, *, of: str | None = ACCOUNT) -> Subject:
    return Subject(kind=SubjectKind.CONTENT, id=address, url=address, account_id=of)


def flag(**fields: object) -> dict[str, Any]:
    return {"@context": CONTEXT, "type": "Flag", "actor": ACTOR, **fields}


EMBEDDED_PERSON = {"type": "Person", "id": ACCOUNT, "preferredUsername": "a"}
EMBEDDED_NOTE = {"type": "Note", "id": POST, "content": "<p>x</p>", "actor": EMBEDDED_PERSON}
PAGE = "https://here.example/post/7"

SHAPES: dict[str, tuple[dict[str, Any], tuple[Subject, ...], str | None]] = {
    "Mastodon, an account and its posts": (
        flag(id=f"{THERE}/1", content="token 4f1c", object=[ACCOUNT, POST, OTHER]),
        (account(), content(POST), content(OTHER)),
        "token 4f1c",
    ),
    "Mastodon, an account alone, nothing said": (
        flag(id=f"{THERE}/1", content="", object=[ACCOUNT]),
        (account(),),
        None,
    ),
    "Mastodon, no id": (
        flag(content=None, object=[ACCOUNT, POST]),
        (account(), content(POST)),
        None,
    ),
    "Pleroma, embedded posts": (
        flag(
            id=f"{THERE}/1",
            content="<p>token 4f1c</p><p>and &amp; more</p>",
            cc=[ACCOUNT],
            to=[],
            object=[ACCOUNT, EMBEDDED_NOTE],
            state="open",
        ),
        (account(), content(POST)),
        "token 4f1c\nand & more",
    ),
    "Akkoma, all embedded": (
        flag(content="x", object=[EMBEDDED_PERSON, EMBEDDED_NOTE]),
        (account(), content(POST)),
        "x",
    ),
    "an embedded post that names its author": (
        flag(object={"type": ["Note"], "id": POST, "attributedTo": [{"id": ACCOUNT}]}),
        (content(POST),),
        None,
    ),
    "Lemmy, a post with a reason": (
        flag(
            summary="token 4f1c",
            object=PAGE,
            to=["https://here.example/c/main"],
            audience="https://here.example/c/main",
        ),
        (content(PAGE, of=None),),
        "token 4f1c",
    ),
    "one address of which nothing is known": (
        flag(content="x", object=ACCOUNT),
        (Subject(kind=SubjectKind.URL, id=ACCOUNT, url=ACCOUNT),),
        "x",
    ),
    "an embedded object without a type": (
        flag(object=[{"id": POST}]),
        (Subject(kind=SubjectKind.URL, id=POST, url=POST),),
        None,
    ),
    "one twice, and some that name nothing": (
        flag(object=[ACCOUNT, POST, POST, {}, None, 5, "", " "]),
        (account(), content(POST)),
        None,
    ),
    "a long address": (
        flag(object=[ACCOUNT, POST + "x" * 600]),
        (
            account(),
            Subject(kind=SubjectKind.CONTENT, url=POST + "x" * 600, account_id=ACCOUNT),
        ),
        None,
    ),
    "an id that is no address": (
        flag(object=["acct:a", "x"]),
        (
            Subject(kind=SubjectKind.ACCOUNT, id="acct:a", account_id="acct:a"),
            Subject(kind=SubjectKind.CONTENT, id="x", account_id="acct:a"),
        ),
        None,
    ),
    "members of unexpected kinds": (
        flag(id=5, content=["x"], summary=7, tag="x", object=[ACCOUNT]),
        (account(),),
        None,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_a_notice_that_can_be_read_again(shape: str) -> None:
    sent, subjects, explanation = SHAPES[shape]
    raw = json.dumps(sent).encode()
    read = activitypub.read_flag(raw, actor_kind="Application")
    assert read.notice.subjects == subjects
    assert read.notice.explanation == explanation
    assert read.notice.category is Category.NOT_SPECIFIED_NOTICE
    assert read.notice.notifier is None
    assert opening.notice_in(read.body) == read.notice
    assert json.loads(read.body)["activity"].encode() == raw


def read(**fields: object) -> NoticeRead:
    raw = json.dumps(flag(object=[ACCOUNT], **fields)).encode()
    return activitypub.read_flag(raw, actor_kind=str(fields.get("kind", "Application")))


@pytest.mark.parametrize(
    ("kind", "actor", "notifier"),
    [
        ("Person", ACTOR, Notifier(name=ACTOR)),
        ("Application", ACTOR, None),
        ("Service", ACTOR, None),
        ("", ACTOR, None),
        ("Person", f"{ACTOR}{'x' * 300}", None),
    ],
)
def test_only_a_person_is_a_notifier(kind: str, actor: str, notifier: Notifier | None) -> None:
    assert read(kind=kind, actor=actor).notice.notifier == notifier


@pytest.mark.parametrize(
    ("tag", "category"),
    [
        ([{"type": "Hashtag", "name": "privacy"}], Category.DATA_PROTECTION_AND_PRIVACY_VIOLATIONS),
        ([{"name": "x"}, {"name": "#spamOrMisleading"}], Category.SCAMS_AND_FRAUD),
        ({"name": "serverRules"}, Category.OTHER_VIOLATION_TC),
        ([{"name": 5}, "rights"], Category.NOT_SPECIFIED_NOTICE),
        (None, Category.NOT_SPECIFIED_NOTICE),
    ],
)
def test_a_reason_that_is_known_becomes_the_category(tag: object, category: Category) -> None:
    assert read(tag=tag).notice.category is category


def test_a_long_explanation_is_cut_and_stays_whole_in_the_sealed_body() -> None:
    found = read(content="x" * 30_000)
    assert found.notice.explanation == "x" * 20_000
    assert b"x" * 30_000 in found.body


@pytest.mark.parametrize("named", [None, [], {}, [ACTOR, ACTOR], 5, ""])
def test_a_flag_of_nobody_or_of_several_is_unfit(named: object) -> None:
    activity = activitypub.read_activity(json.dumps(flag(actor=named)).encode())
    with pytest.raises(Unfit):
        activitypub.actor_of(activity)


def keys(**fields: object) -> tuple[str, str]:
    raw = json.dumps(flag(object=[ACCOUNT], **fields)).encode()
    found = activitypub.read_flag(raw, actor_kind="Person")
    return activitypub.keys_of(found, flag=activitypub.read_activity(raw), server=THERE)


def test_a_flag_is_known_by_its_id_on_its_actors_server_and_by_all_it_says() -> None:
    first, again = keys(id=f"{THERE}/1"), keys(id=f"{THERE}/1", content="other")
    assert first[0] == again[0] != keys(id=f"{THERE}/2")[0]
    assert len({*first, *again}) == 3


def test_a_flag_without_an_id_or_with_anothers_is_known_by_all_it_says() -> None:
    for foreign in (None, 5, "https://there.example.org/1", f"{THERE}.org/1", "urn:x"):
        by_id, by_all = keys(id=foreign)
        assert by_id == by_all
        assert by_id not in keys(id=foreign, content="other")
        assert by_id not in keys(id=foreign, actor=f"{THERE}/users/b")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("a < b and c > d", "a < b and c > d"),
        ("one<br>two<br />three", "one\ntwo\nthree"),
        ("<p>one <a href='x'>two</a></p>\n<p>three</p>", "one two\nthree"),
        ("&lt;p&gt; &#0; &amp;amp;", "<p> \ufffd &amp;"),
        ("<" * 1_000 + "p", "<" * 1_000 + "p"),
    ],
)
def test_markup_is_read_as_a_reader_sees_it(markup: str, text: str) -> None:
    assert plain_text(markup) == text
