"""`POST /v1/guard/{surface}`: a verdict an item, help where it blocks, and nothing that is kept."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fixtures.guarding import Guarded, blocked, guarded_site
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role
from tutela.guard.asking import Surface, Verdict
from tutela.guard.publishing.canaries import canary_text

WORD = "zorvaplim"
MILD = "quibdrastel"


@pytest_asyncio.fixture
async def door(web: Site) -> AsyncIterator[Site]:
    """A site whose guard lists one text that is blocked and one that is restricted."""
    await web.token()
    guarded = Guarded(web.house)
    await guarded.publish(blocked(WORD), blocked(MILD, verdict=Verdict.RESTRICT))
    site = guarded_site(web, room=guarded.room)
    yield site
    await site.client.aclose()


def texts(*values: str) -> dict[str, Any]:
    return {"items": [{"kind": "text", "value": value} for value in values]}


async def asked(door: Site, *, surface: str, **body: object) -> dict[str, Any]:
    answer = await door.post(f"/v1/guard/{surface}", body=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_item_has_its_verdict_in_its_place(door: Site) -> None:
    found = await asked(door, surface="search", **texts("garden", f"a {WORD} b", MILD))
    assert [each["verdict"] for each in found["results"]] == ["allow", "block", "restrict"]
    assert found["list_version"] == 1
    assert found["degraded"] is False
    assert found["snapshot_age_seconds"] >= 0
    assert found["results"][0] == {"verdict": "allow"}


async def test_a_blocked_query_gets_help_by_country_and_language(door: Site) -> None:
    found = await asked(door, surface="search", **texts(WORD), country="DE", language="de-AT")
    (result,) = found["results"]
    assert (result["reason"], result["help"]["language"]) == ("listed", "de")
    assert "116 111" in {line.get("phone") for line in result["help"]["lines"]}


@pytest.mark.parametrize("extra", [{"show": True}, {"bypass": True}, {"click_through": True}])
async def test_no_field_opens_what_is_blocked(door: Site, extra: dict[str, object]) -> None:
    answer = await door.post("/v1/guard/search", body={**texts(WORD), **extra})
    assert answer.status_code == 422


async def test_another_surface_is_unknown(door: Site) -> None:
    answer = await door.post("/v1/guard/feed", body=texts(WORD))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_surface")


async def test_without_a_snapshot_each_surface_opens_or_shuts_as_it_is_set(web: Site) -> None:
    await web.token()
    site = guarded_site(web, room=Guarded(web.house).room)
    found = {
        surface: await asked(site, surface=surface, **texts("garden"))
        for surface in ("search", "typeahead", "hashtag", "recommendation")
    }
    assert {surface: each["results"][0]["verdict"] for surface, each in found.items()} == {
        "search": "allow",
        "typeahead": "block",
        "hashtag": "allow",
        "recommendation": "block",
    }
    assert {(each["list_version"], each["degraded"]) for each in found.values()} == {(0, True)}
    await site.client.aclose()


async def test_a_token_that_asks_for_too_much_waits(web: Site) -> None:
    await web.token()
    guarded = Guarded(web.house)
    site = guarded_site(
        web, room=guarded.room, guard_items_per_second=1.0, monotonic=guarded.seconds
    )
    many = texts(*["garden"] * 600)
    assert (await site.post("/v1/guard/search", body=many)).status_code == 200
    answer = await site.post("/v1/guard/search", body=many)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    guarded.seconds.now += 600
    assert (await site.post("/v1/guard/search", body=many)).status_code == 200
    await site.client.aclose()


async def test_a_token_without_the_right_is_refused(door: Site) -> None:
    token = await door.token(Role.REVIEWER)
    answer = await door.post("/v1/guard/search", body=texts(WORD), authorization=f"Bearer {token}")
    assert answer.status_code == 403


async def test_nothing_of_a_question_is_kept_not_even_of_one_that_is_refused(
    door: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "tok-5b1e-secret"
    await asked(door, surface="search", **texts(secret, WORD))
    for body in (
        {**texts(secret), secret: 1},
        {"items": [{"kind": "text", "value": secret, secret: 2}]},
        {"items": [{"kind": secret, "value": secret}]},
        f'{{"items": "{secret}'.encode(),
    ):
        answer = await door.post(f"/v1/guard/search?{secret}=1", body=body)
        assert answer.status_code in {400, 422}
        answer = await door.post("/v1/guard/search", body=body)
        assert answer.status_code in {400, 422}
    rows = await door.house.rows("SELECT pointers, sealed_key, sealed_body FROM refused_call")
    assert len(rows) == 8
    assert not any(any(row) for row in rows)
    every = await door.house.rows("SELECT to_jsonb(r) FROM refused_call r")
    assert secret not in json.dumps(every)
    said = capfd.readouterr()
    assert secret not in said.out + said.err


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"items": []}, "/items"),
        (texts(*["x"] * 1_001), "/items"),
        ({"items": [{"kind": "word", "value": "x"}]}, "/items/0/kind"),
        ({"items": [{"kind": "text"}]}, "/items/0/value"),
        ({"items": [{"kind": "text", "value": "x\x00"}]}, "/items/0/value"),
        ({**texts("x"), "country": "XX"}, "/country"),
        ({**texts("x"), "language": "not a language"}, "/language"),
        ({**texts("x"), "viewer": {"account_id": ""}}, "/viewer/account_id"),
    ],
)
async def test_what_does_not_fit_is_named(door: Site, body: object, pointer: str) -> None:
    answer = await door.post("/v1/guard/search", body=body)
    assert answer.status_code == 422, answer.text
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}


async def test_a_key_said_twice_is_refused(door: Site) -> None:
    body = b'{"items": [{"kind": "text", "value": "x", "value": "y"}]}'
    answer = await door.post("/v1/guard/search", body=body)
    assert answer.status_code == 422


async def probed(door: Site, *, viewer: str, words: list[str]) -> list[dict[str, Any]]:
    """What a viewer is told of each word, one a call, without what differs from call to call."""
    return [
        (await asked(door, surface="search", **texts(word), viewer={"account_id": viewer}))[
            "results"
        ][0]
        for word in words
    ]


async def test_a_viewer_that_tries_out_the_list_is_told_one_thing_of_everything(web: Site) -> None:
    await web.token()
    guarded = Guarded(web.house)
    words = [f"zorva{number:02d}plim" for number in range(40)]
    await guarded.publish(*map(blocked, words))
    site = guarded_site(web, room=guarded.room)
    learnt = [each["reason"] for each in await probed(site, viewer="a-1", words=words)]
    assert learnt == ["listed"] * 12 + ["too_many"] * 28
    (benign,) = await probed(site, viewer="a-1", words=["garden"])
    assert (benign["verdict"], benign["reason"]) == ("block", "too_many")
    assert (await probed(site, viewer="a-2", words=["garden"]))[0] == {"verdict": "allow"}
    listed = (await probed(site, viewer="a-2", words=words[:1]))[0]
    assert benign.keys() == listed.keys()
    assert benign["help"] == listed["help"]
    await site.client.aclose()


async def test_a_prober_is_an_alarm_and_is_shut_out_by_every_process(web: Site) -> None:
    await web.token()
    guarded, elsewhere = Guarded(web.house), Guarded(web.house)
    words = [f"zorva{number:02d}plim" for number in range(20)]
    await guarded.publish(*map(blocked, words))
    await elsewhere.keeper.refresh()
    site = guarded_site(web, room=guarded.room)
    await probed(site, viewer="a-1", words=words)
    await guarded.sentry.exchange(web.house.pool)
    await elsewhere.sentry.exchange(web.house.pool)
    other = guarded_site(web, room=elsewhere.room)
    assert (await probed(other, viewer="a-1", words=["garden"]))[0]["reason"] == "too_many"
    ((trait, times, row),) = await web.house.rows(
        "SELECT trait, times, to_jsonb(p) FROM guard_probing p"
    )
    assert (trait, times) == ("refused", 1)
    assert not {"a-1", *words} & set(json.dumps(row).split('"'))
    for each in (site, other):
        await each.client.aclose()


async def test_a_token_that_tries_out_the_list_is_shut_out_where_the_operator_says_so(
    web: Site,
) -> None:
    await web.token()
    guarded = Guarded(web.house)
    words = [f"zorva{number:03d}plim" for number in range(150)]
    await guarded.publish(*map(blocked, words))
    guarded.sentry.shuts_tokens = True
    site = guarded_site(web, room=guarded.room)
    found = await asked(site, surface="search", **texts(*words))
    assert {each["reason"] for each in found["results"]} == {"too_many"}
    (benign,) = (await asked(site, surface="search", **texts("garden")))["results"]
    assert benign["reason"] == "too_many"
    await guarded.sentry.exchange(web.house.pool)
    rows = await web.house.rows("SELECT length(viewer_key), trait FROM guard_probing")
    assert rows == [(0, "refused")]
    await site.client.aclose()


async def test_the_probes_of_the_house_are_no_probing(web: Site) -> None:
    await web.token()
    guarded = Guarded(web.house)
    for number in range(120):
        await guarded.publish(blocked(f"zorva{number:03d}plim"))
    site = guarded_site(web, room=guarded.room)
    canaries = [
        canary_text(web.house.keys, service="main/main", version=each) for each in range(1, 121)
    ]
    found = await asked(site, surface="search", **texts(*canaries))
    assert [each["verdict"] for each in found["results"]] == ["block"] * 120
    assert not guarded.sentry.waiting
    await site.client.aclose()


async def test_a_flood_of_refused_calls_fills_no_disk(web: Site) -> None:
    await web.token()
    guarded = Guarded(web.house)
    site = guarded_site(
        web, room=guarded.room, guard_items_per_second=1.0, monotonic=guarded.seconds
    )
    many = texts(*["garden"] * 1_000)
    statuses = {(await site.post("/v1/guard/search", body=many)).status_code for _ in range(150)}
    assert statuses == {200, 429}
    ((rows,),) = await web.house.rows("SELECT count(*) FROM refused_call")
    assert 100 <= rows < 149
    assert site.refusals.unrecorded == 149 - rows
    await site.client.aclose()


@pytest.mark.parametrize("surface", list(Surface))
async def test_a_thousand_items_of_every_kind_and_script_get_a_verdict_each(
    door: Site, surface: Surface
) -> None:
    scripts = [
        "жасмин",
        "γιασεμί",
        "ياسمين",
        "茉莉花",
        "จัสมิน",
        "יסמין",
        "자스민",
        "🪻",
        "",
        " ",
        "\u202e",
        "a" * 900,
    ]
    kinds = ["text", "tag", "account", "content"]
    items = [
        {"kind": kinds[at % 4], "value": scripts[at % len(scripts)] + str(at)} for at in range(998)
    ]
    items += [{"kind": "text", "value": ""}, {"kind": "tag", "value": f"#{WORD}"}]
    found = await asked(door, surface=surface, items=items, viewer={"account_id": "a-9"})
    verdicts = [each["verdict"] for each in found["results"]]
    assert (len(verdicts), set(verdicts[:-1]), verdicts[-1]) == (1_000, {"allow"}, "block")


@pytest.mark.parametrize(
    "value", ["x" * 900_000, WORD[:-1] * 100_000, "\u0301" * 100_000, f"{WORD} " * 100_000]
)
async def test_a_huge_value_gets_its_verdict(door: Site, value: str) -> None:
    for surface in ("search", "typeahead"):
        (result,) = (await asked(door, surface=surface, **texts(value)))["results"]
        assert result["verdict"] == ("block" if WORD in value else "allow")


async def test_what_is_larger_than_a_body_may_be_is_refused(door: Site) -> None:
    answer = await door.post("/v1/guard/search", body=texts("x" * 1_100_000))
    assert answer.status_code == 413


@pytest.mark.parametrize(("surface", "kind"), [("recommendation", "tag"), ("search", "content")])
async def test_no_kind_and_no_surface_lets_a_token_try_out_the_list_unseen(
    web: Site, surface: str, kind: str
) -> None:
    await web.token()
    guarded = Guarded(web.house)
    words = [f"zorva{number:03d}plim" for number in range(150)]
    await guarded.publish(*map(blocked, words))
    site = guarded_site(web, room=guarded.room)
    items = [{"kind": kind, "value": each, "tags": [each]} for each in words]
    found = await asked(site, surface=surface, items=items)
    assert {each["verdict"] for each in found["results"]} == {"block"}
    told = [(each.viewer_key, each.trait) for each in guarded.sentry.waiting]
    assert told == [(b"", "refused")]
    await site.client.aclose()
