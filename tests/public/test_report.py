"""The report page over HTTP: a report that names a subject is taken, whatever else is missing."""

from typing import Any

import pytest

from tests.fixtures.site import Site
from tests.public.forms import PLACE, Visit, report

WHOLE = {
    "where": PLACE,
    "harm": "scam",
    "why": "token 4f1c sells token 9b07",
    "name": "A. N. Other",
    "email": "a@example.org",
    "good_faith": "yes",
}


async def stored(web: Site) -> list[tuple[Any, ...]]:
    return await web.house.rows(
        "SELECT tenant, service, channel, door, mark, category, article_16_missing FROM notice"
    )


async def test_three_steps_make_a_notice_of_a_user(web: Site) -> None:
    visit = await report(web, fields=WHOLE)
    assert visit.status == 201
    assert await stored(web) == [
        ("main", "main", "user", "form", "real", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", [])
    ]
    assert await web.sealed_body() == {
        "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
        "subjects": [{"kind": "url", "url": PLACE}],
        "explanation": WHOLE["why"],
        "notifier": {"name": "A. N. Other", "email": "a@example.org"},
        "good_faith": True,
        "language": "en",
    }


async def test_a_place_alone_is_taken_after_it_was_asked_once(web: Site) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where="the second picture in album 9b07")
    await visit.press("next")
    await visit.press("send")
    assert visit.status == 200
    assert "Almost done: it is not sent yet" in visit.text
    assert "Send anyway" in visit.text
    assert await stored(web) == []
    await visit.press("send")
    assert visit.status == 201
    ((*_, category, missing),) = await stored(web)
    assert category == "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"
    assert missing == ["/explanation", "/subjects/0/url", "/notifier", "/good_faith"]


async def test_nobody_is_asked_twice_for_a_name(web: Site) -> None:
    visit = await report(web, fields=WHOLE | {"name": "", "email": ""})
    assert visit.status == 201
    ((*_, missing),) = await stored(web)
    assert missing == ["/notifier"]


@pytest.mark.parametrize("harm", ["child_abuse", "child_abuse_made", "grooming"])
async def test_no_name_is_asked_for_where_the_law_asks_for_none(web: Site, harm: str) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=PLACE)
    await visit.press("next", harm=harm, why="token 4f1c")
    assert "We do not ask for your name" in visit.text
    await visit.press("send", good_faith="yes")
    assert visit.status == 201
    ((*_, category, missing),) = await stored(web)
    assert (category, missing) == ("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", [])


async def test_what_is_asked_once_more_can_be_said_there(web: Site) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=PLACE)
    await visit.press("next", harm="scam")
    await visit.press("send", name="A. N. Other", email="a at example")
    assert {"why", "good_faith", "email"} <= visit.fields.keys() | {"good_faith"}
    await visit.press("send", why="token 4f1c", email="a@example.org", good_faith="yes")
    assert visit.status == 201
    ((*_, missing),) = await stored(web)
    assert missing == []


async def test_without_a_place_the_page_asks_again_and_says_where(web: Site) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=" \u200b\n ")
    assert visit.status == 422
    assert '<a href="#where">' in visit.html
    assert 'aria-describedby="where-wrong where-hint" aria-invalid="true"' in visit.html
    assert "<title>Please check:" in visit.html
    assert await web.house.rows("SELECT code, pointers, door FROM refused_call") == [
        ("invalid_body", ["/where"], "POST /report")
    ]


async def test_nothing_typed_is_lost_on_the_way(web: Site) -> None:
    visit = await Visit(web).open()
    hostile = '"><script>x</script>\n  \u202etoken &amp; 4f1c\n'
    await visit.press("next", where=f"{PLACE}\n<b>")
    await visit.press("next", harm="hate", why=hostile, danger="yes", minor="yes")
    await visit.press("back", name=" N ", email="n@", good_faith="yes")
    assert "<script>" not in visit.html
    typed = {"harm": "hate", "why": hostile, "danger": "yes", "minor": "yes"}
    assert visit.fields.items() >= typed.items()
    await visit.press("back")
    assert visit.fields["where"] == f"{PLACE}\n<b>"
    await visit.press("de")
    assert '<html lang="de"' in visit.html
    await visit.press("next")
    await visit.press("next")
    assert visit.fields.items() >= (typed | {"name": " N ", "email": "n@"}).items()
    assert visit.fields["good_faith"] == "yes"


async def test_from_the_thing_to_the_receipt_it_is_three_pages_at_most(web: Site) -> None:
    for path in ("/report", "/report/under-13"):
        visit = await Visit(web).open(path, url=PLACE, account_id="a-7", harm="child_abuse")
        pages, go = 1, "next"
        while True:
            if 'value="send"' in visit.html:
                go = "send"
            typed = {"why": "token 4f1c", "good_faith": "yes"} if go == "send" else {}
            await visit.post(path, **{**visit.fields, **typed}, go=go)
            if visit.status == 201:
                break
            pages += 1
        assert pages <= 3
        assert len(visit.code) == 39


async def test_a_box_that_was_ticked_can_be_cleared(web: Site) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=PLACE)
    await visit.press("next", danger="yes")
    await visit.press("back")
    await visit.press("next", danger=None)
    assert "danger" not in visit.fields


async def test_a_double_click_gets_the_same_receipt(web: Site) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=PLACE)
    await visit.press("next", harm="scam", why="token 4f1c")
    twice = dict(visit.fields)
    await visit.press("send", good_faith="yes")
    first = visit.code
    await visit.post("/report", **twice, go="send", good_faith="yes")
    assert (visit.status, visit.code) == (200, first)
    assert len(await stored(web)) == 1


async def test_a_report_changed_after_it_was_sent_is_a_second_one(web: Site) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=PLACE)
    await visit.press("next", harm="scam", why="token 4f1c")
    before = dict(visit.fields)
    await visit.press("send", good_faith="yes")
    await visit.post("/report", **before | {"go": "send", "good_faith": "yes", "name": "N"})
    assert visit.status == 409
    assert "You have sent this report already" in visit.text
    assert visit.fields["key"] != before["key"]
    await visit.press("send")
    assert visit.status == 201
    assert len(await stored(web)) == 2


async def test_a_key_of_the_form_is_no_key_of_a_platform(web: Site) -> None:
    visit = await report(web, fields=WHOLE)
    ((key,),) = await web.house.rows("SELECT key FROM submission_key")
    assert key.startswith("form ")
    assert visit.code


async def test_a_thousand_places_fit_in_one_report(web: Site) -> None:
    visit = await Visit(web).open()
    places = [f"https://example.social/p/{number}" for number in range(1_001)]
    await visit.press("next", where="\n".join(places))
    assert visit.status == 422
    assert "At most 1000 lines" in visit.text
    await visit.press("next", where="\r\n".join(places[:1_000]))
    await visit.press("next", why="token")
    await visit.press("send", good_faith="yes")
    assert visit.status == 201
    assert await web.house.rows("SELECT item_count FROM notice") == [(1_000,)]


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("x" * 512, 200),
        ("x" * 513, 422),
        (f"https://example.social/{'x' * 2_025}", 200),
        (f"https://example.social/{'x' * 2_026}", 422),
        ("\U0001f9ff" * 512, 200),
    ],
)
async def test_a_line_has_room_for_what_a_notice_can_hold(
    web: Site, place: str, status: int
) -> None:
    visit = await Visit(web).open()
    await visit.press("next", where=place)
    assert visit.status == status
    assert visit.fields["where"] == place


@pytest.mark.parametrize(
    ("place", "subject"),
    [
        (PLACE, {"kind": "url", "url": PLACE}),
        ("example.social/p/91", {"kind": "url", "url": PLACE}),
        ("example.social", {"kind": "url", "url": "https://example.social"}),
        ("http://[::1", {"kind": "content", "id": "http://[::1"}),
        ("at://did:plc:abc/x/1", {"kind": "content", "id": "at://did:plc:abc/x/1"}),
        ("user@example.org", {"kind": "content", "id": "user@example.org"}),
        ("in the group, yesterday.", {"kind": "content", "id": "in the group, yesterday."}),
        ("...", {"kind": "content", "id": "..."}),
    ],
)
async def test_a_line_is_an_address_or_a_place_in_words(
    web: Site, place: str, subject: dict[str, str]
) -> None:
    await report(web, fields=WHOLE | {"where": f"{place}\n\n {place} "})
    body = await web.sealed_body()
    assert isinstance(body, dict)
    assert body["subjects"] == [subject]


async def test_a_platform_s_link_fills_the_page_in(web: Site) -> None:
    visit = await Visit(web).open(
        url=PLACE, id="post-91", kind="content", account_id="a-7", harm="too_young", lang="de"
    )
    assert visit.fields["where"] == PLACE
    assert '<html lang="de"' in visit.html
    await visit.press("next")
    assert visit.fields["harm"] == "too_young"
    await visit.press("next", why="token")
    await visit.press("send", good_faith="yes")
    body = await web.sealed_body()
    assert isinstance(body, dict)
    assert body["subjects"] == [
        {"kind": "content", "url": PLACE, "id": "post-91", "account_id": "a-7"}
    ]
    assert body["possible_minor"] == {"account_holder": True}


async def test_a_link_that_says_nonsense_opens_an_empty_page(web: Site) -> None:
    visit = await Visit(web).open(
        url="javascript:alert(1)", id="\x00", kind="x", harm="x", lang="xx", utm_source="y"
    )
    assert visit.status == 200
    assert visit.fields["where"] == ""
    assert "harm" not in visit.fields


@pytest.mark.parametrize(
    ("link", "subject"),
    [
        ({"id": "post-91"}, {"kind": "content", "id": "post-91"}),
        ({"url": PLACE, "id": "post-91"}, {"kind": "content", "id": "post-91", "url": PLACE}),
        ({"url": PLACE, "kind": "account"}, {"kind": "account", "url": PLACE}),
        ({"id": "qx7", "kind": "tag", "account_id": " "}, {"kind": "tag", "id": "qx7"}),
    ],
)
async def test_what_a_link_names_is_the_subject(
    web: Site, link: dict[str, str], subject: dict[str, str]
) -> None:
    visit = await Visit(web).open(**link)
    await visit.press("next")
    await visit.press("next", why="token")
    await visit.press("send", good_faith="yes")
    body = await web.sealed_body()
    assert isinstance(body, dict)
    assert body["subjects"] == [subject]


async def test_what_the_platform_named_counts_only_for_its_own_line(web: Site) -> None:
    visit = await Visit(web).open(url=PLACE, id="post-91", kind="content")
    await visit.press("next", where="https://example.social/p/92")
    await visit.press("next", why="token")
    await visit.press("send", good_faith="yes")
    body = await web.sealed_body()
    assert isinstance(body, dict)
    assert body["subjects"] == [{"kind": "url", "url": "https://example.social/p/92"}]


async def test_the_page_runs_one_script_of_ours_sets_no_cookie_and_keeps_no_code(web: Site) -> None:
    visit = await report(web, fields=WHOLE)
    for page, cache in ((await Visit(web).open(), "private, no-cache"), (visit, "no-store")):
        assert page.answer is not None
        headers = page.answer.headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script-src 'self';" in headers["content-security-policy"]
        assert headers["cache-control"] == cache
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
        assert all(word not in page.html for word in ("style=", "http://", " onclick"))
        assert page.html.count("<script") == page.html.count("static/leave.js") == 1
