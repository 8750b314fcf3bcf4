"""Cases that are alike: what is known around one, and one form that decides several."""

import asyncio
from typing import Any

import httpx

from tests.console.working import action, claimed, form_of, reported
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

SEEN = """
    INSERT INTO look_match
    SELECT tenant, service, mark, 'l-1', 'e-1', subject_key, %(until)s FROM case_file
"""


def post(number: int, *, account: str = "a-7") -> list[dict[str, str]]:
    return [{"kind": "content", "id": f"p-{number}", "account_id": account}]


async def alike_of(client: httpx.AsyncClient, *, at: str) -> list[str]:
    """The values of the cases that the form offers to decide as well."""
    page = (await client.get(at)).text
    return [each.partition('"')[0] for each in page.split('name="alike" value="')[1:]]


async def decided(web: Site) -> list[tuple[Any, ...]]:
    return await web.house.rows(
        "SELECT c.family, d.outcome, d.item_count"
        " FROM decision d JOIN case_file c ON c.id = d.case_id"
    )


async def test_cases_of_one_account_are_decided_with_one_form(web: Site) -> None:
    for number in range(4):
        await reported(web, subjects=post(number))
    await reported(web, subjects=post(9, account="a-8"))
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    offered = await alike_of(client, at=at)
    assert len(offered) == 3
    form = await form_of(client, at=at, alike=offered, **action())
    both = await asyncio.gather(*(client.post(f"{at}/decide", data=form) for _ in range(2)))
    assert {each.status_code for each in both} == {303}
    assert await decided(web) == [("scams", "act", 1)] * 4
    measured = await web.house.rows("SELECT count(DISTINCT subject_key) FROM measure")
    assert measured == [(4,)]
    again = await client.post(f"{at}/decide", data=form)
    assert again.headers["location"] == f"{at}?said=before&also=3&left=0"
    assert len(await decided(web)) == 4
    page = (await client.get(f"{at}?said=decided&also=3&left=0")).text
    assert "3 like it were decided the same way" in page


async def test_the_same_entry_of_a_list_makes_cases_alike(web: Site) -> None:
    await reported(web, subjects=post(1, account="a-1"))
    await reported(web, subjects=post(2, account="a-2"))
    await web.house.rows(SEEN, until="2099-01-01")
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    assert len(await alike_of(client, at=at)) == 1
    assert "the same entry of a list" in (await client.get(at)).text
    await web.house.rows("UPDATE look_match SET expires_at = '2020-01-01'")
    assert await alike_of(client, at=at) == []


async def test_what_changed_or_went_to_somebody_else_is_left_and_said(web: Site) -> None:
    for number in range(3):
        await reported(web, subjects=post(number))
    client = await logged_in(web, role=Role.REVIEWER)
    other = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at, alike=await alike_of(client, at=at))
    await claimed(other)
    for number in range(3):
        await reported(web, subjects=post(number), explanation="something new")
    given = await client.post(f"{at}/decide", data=form)
    assert given.headers["location"] == f"{at}?said=decided&also=0&left=2"
    assert len(await decided(web)) == 1
    held = await web.house.rows("SELECT count(*) FROM case_file WHERE lease_token IS NOT NULL")
    assert held == [(1,)]


async def test_cases_of_another_harm_or_account_are_never_decided_along(web: Site) -> None:
    await reported(web, subjects=post(1))
    await reported(web, subjects=post(2, account="a-8"))
    await reported(web, subjects=post(3), category="STATEMENT_CATEGORY_SELF_HARM")
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    assert await alike_of(client, at=at) == []
    rows = await web.house.rows("SELECT id FROM case_file WHERE lease_token IS NULL")
    for (case_id,) in rows:
        form = await form_of(client, at=at, alike=[f"{case_id}/1"])
        refused = await client.post(f"{at}/decide", data=form)
        assert (refused.status_code, "/alike" in refused.text) == (422, True)
    form = await form_of(client, at=at, alike=["x"])
    assert (await client.post(f"{at}/decide", data=form)).status_code == 422
    assert await decided(web) == []


async def test_what_is_known_of_the_account_is_said_and_for_whom(web: Site) -> None:
    for number in range(2):
        await reported(web, subjects=post(number))
    client = await logged_in(web, role=Role.LEAD)
    at = await claimed(client)
    page = (await client.get(at)).text
    assert "The platform has said nothing of it." in page
    assert "In none that was found." in page
    assert "Nothing about this account." in page
    form = await form_of(client, at=at, **action())
    assert (await client.post(f"{at}/decide", data=form)).status_code == 303
    await web.house.rows(
        "INSERT INTO platform_account SELECT tenant, service, account_key, mark, now(),"
        " '2026-10-01', 'DE', 'yes', 'de' FROM case_file LIMIT 1"
    )
    following = await claimed(client)
    page = (await client.get(following)).text
    assert "1 × Act" in page
    assert "a minor&#39;s" in page or "a minor's" in page
    assert "There since 2026-10-01." in page
    reviewer = await logged_in(web, role=Role.REVIEWER)
    assert "<dt>Networks</dt>" not in (await reviewer.get(following)).text
