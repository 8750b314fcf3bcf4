"""What was used is counted under digests; what it says is kept from the third account on."""

import itertools
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.decisions.test_confirming import tell
from tests.fixtures.drifting import room_of
from tests.fixtures.site import Site
from tutela.access.whose import Whose
from tutela.database.pool import tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.guard.drift.forgetting import forget_uses
from tutela.guard.drift.values import UseKind, spelling
from tutela.guard.drift.week import Used, Week, last_week

MAIN = Whose(tenant="main", service="main")
numbers = itertools.count(1)


def used(value: str, *, by: str, at: datetime, **more: object) -> dict[str, object]:
    return {
        "id": f"u-{next(numbers)}",
        "type": "use",
        "at": timestamp(at),
        "visibility": "public",
        "account_id": by,
        "kind": "tag",
        "value": value,
        **more,
    }


def posted(*tags: str, by: str, at: datetime, **more: object) -> dict[str, object]:
    number = next(numbers)
    return {
        "id": f"c-{number}",
        "type": "content",
        "at": timestamp(at),
        "visibility": "public",
        "content_id": f"post-{number}",
        "account_id": by,
        "kind": "post",
        "tags": list(tags),
        **more,
    }


async def week(web: Site) -> Week:
    async with tenant_transaction(web.house.pool, tenant="main") as connection:
        return await last_week(
            connection, whose=MAIN, now=web.house.clock.now(), keys=web.house.keys
        )


async def test_a_value_is_readable_from_the_third_account_on_and_not_before(web: Site) -> None:
    at = web.house.clock.now()
    await tell(web, *(used("tok-4c", by=by, at=at) for by in ("a", "b", "b", "b")))
    assert (await week(web)).used == ()
    assert await web.house.rows("SELECT sealed_body FROM guard_value") == [(None,)]
    await tell(web, used("#TOK-4C", by="c", at=at))
    found = await week(web)
    assert found.used == (Used(kind=UseKind.TAG, value="tok-4c", accounts=3, uses=5),)
    assert (found.accounts, found.uses) == (3, 5)


async def test_queries_and_tags_of_content_are_counted_each_as_its_kind(web: Site) -> None:
    at = web.house.clock.now()
    for by in ("a", "b", "c"):
        await tell(
            web,
            used("  Tok  5D ", by=by, at=at, kind="query"),
            posted("#tok-5d", "tok-5D", "#", by=by, at=at),
        )
    assert {(each.kind, each.value, each.uses) for each in (await week(web)).used} == {
        ("query", "tok 5d", 3),
        ("tag", "tok-5d", 3),
    }


async def test_nothing_that_was_used_or_who_used_it_stands_in_the_tables(web: Site) -> None:
    at = web.house.clock.now()
    for by in ("acc-a", "acc-b", "acc-c"):
        await tell(web, posted("tok-6e", by=by, at=at, content_id="post-x"))
    assert len((await week(web)).used) == 1
    for table in ("guard_value", "guard_use", "guard_carried"):
        rows = await web.house.rows(f"SELECT {table}::text FROM {table}")
        assert rows
        for hidden in ("tok-6e", "acc-", "post-x"):
            assert not any(hidden in text or hidden.encode().hex() in text for (text,) in rows)


async def test_private_uses_are_taken_and_not_counted_without_a_legal_basis(web: Site) -> None:
    at = web.house.clock.now()
    events = [
        {**used("tok-7f", by=by, at=at), "visibility": "interpersonal"} for by in ("a", "b", "c")
    ]
    hidden = {**posted("tok-7f", by="d", at=at)}
    del hidden["visibility"]
    said = await tell(web, *events, hidden)
    assert [each["status"] for each in said] == ["accepted"] * 4
    assert await week(web) == Week(used=(), accounts=0, uses=0)


async def test_last_week_is_last_week_and_what_is_older_than_kept_is_left_out(web: Site) -> None:
    now = web.house.clock.now()
    for by in ("a", "b", "c"):
        await tell(web, used("tok-8a", by=by, at=now - timedelta(days=8)))
        await tell(web, used("tok-9b", by=by, at=now - timedelta(days=36)))
    assert await week(web) == Week(used=(), accounts=0, uses=0)
    ((count,),) = await web.house.rows("SELECT count(*) FROM guard_value")
    assert count == 1


async def test_another_service_and_a_marked_one_see_nothing_of_it(web: Site) -> None:
    at = web.house.clock.now()
    other = await web.new_token(service="second")
    for by in ("a", "b"):
        await tell(web, used("tok-1c", by=by, at=at))
    await tell(web, used("tok-1c", by="c", at=at), token=other)
    assert (await week(web)).used == ()


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"value": " \u200b"}, "/value"),
        ({"value": "##"}, "/value"),
        ({"account_id": " "}, "/account_id"),
        ({"kind": "word"}, "/kind"),
        ({"value": "x" * 513}, "/value"),
        ({"value": 7}, "/value"),
        ({"liked": True}, "/liked"),
    ],
)
async def test_a_use_that_can_not_be_is_refused_with_its_place(
    web: Site, changed: dict[str, Any], pointer: str
) -> None:
    fit = used("tok-2d", by="a", at=web.house.clock.now())
    bad, good = await tell(
        web, {**used("tok-2d", by="a", at=web.house.clock.now()), **changed}, fit
    )
    assert (bad["status"], bad["errors"][0]["pointer"]) == ("refused", pointer)
    assert good["status"] == "accepted"
    assert (await week(web)).uses == 1


def test_one_spelling_stands_for_all_that_reads_the_same() -> None:
    assert {spelling(UseKind.TAG, value=each) for each in ("#Tok", "\uff03TOK", " tok ")} == {"tok"}
    assert spelling(UseKind.QUERY, value="#Tok\u3000\uff11") == "#tok 1"


async def test_uses_are_forgotten_in_time_and_with_the_last_one_what_the_value_says(
    web: Site,
) -> None:
    room = room_of(web)
    at = web.house.clock.now()
    for by in ("a", "b", "c"):
        await tell(web, posted("tok-3e", by=by, at=at))
    web.house.clock.ahead = timedelta(days=34)
    await forget_uses(room)
    assert await left(web) == [1, 3, 3]
    web.house.clock.ahead = timedelta(days=36)
    await forget_uses(room)
    assert await left(web) == [0, 0, 0]


async def left(web: Site) -> list[int]:
    ((*counts,),) = await web.house.rows(
        "SELECT (SELECT count(*) FROM guard_value), (SELECT count(*) FROM guard_use),"
        " (SELECT count(*) FROM guard_carried)"
    )
    return counts
