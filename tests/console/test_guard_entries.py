"""What people see of the guard's list on screens, and what they say to it there."""

import re
from html import unescape

import httpx

from tests.fixtures.governing import chance_words, values_in_force
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

GUARD = "/console/main/guard"
WHY = "a network was seen to use it"
FIRST, SECOND, THIRD = chance_words(3, seed=8)


async def lead(web: Site, *, name: str) -> httpx.AsyncClient:
    return await logged_in(web, role=Role.LEAD, name=name)


def form(*values: str, **fields: str) -> dict[str, str]:
    return {"values": "\n".join(values), "kind": "tag", "verdict": "block", "reason": WHY} | fields


async def entry_of(client: httpx.AsyncClient, *values: str, **fields: str) -> str:
    """The page of what was proposed."""
    given = await client.post(f"{GUARD}/propose", data=form(*values, **fields))
    assert given.status_code == 303, given.text
    return str(given.headers["location"])


def masked(value: str) -> str:
    return f"{value[0]}…{value[-1]} ({len(value)})"


async def test_one_person_proposes_on_the_screen_and_another_agrees(web: Site) -> None:
    one, two = await lead(web, name="lead-1"), await lead(web, name="lead-2")
    entry = await entry_of(one, f"#{FIRST}")
    waiting = (await two.get(GUARD)).text
    assert masked(FIRST) in waiting
    assert FIRST not in waiting
    own = (await one.get(entry)).text
    assert "Take your own word back" in own
    assert f"{entry}/approve" not in own
    assert FIRST in (await two.get(entry)).text
    assert (await one.post(f"{entry}/approve", data={"about": "entry"})).status_code == 403
    assert await values_in_force(web.house) == []
    assert (await two.post(f"{entry}/approve", data={"about": "entry"})).headers[
        "location"
    ] == entry
    assert await values_in_force(web.house) == [FIRST]
    after = (await two.get(entry)).text
    assert FIRST not in after
    assert "Agreed to" in after
    assert masked(FIRST) in (await two.get(f"{GUARD}?show=in-force")).text
    assert "Nothing waits" in (await two.get(GUARD)).text


async def test_a_whole_proposal_is_agreed_to_at_once_or_one_by_one(web: Site) -> None:
    one, two = await lead(web, name="lead-1"), await lead(web, name="lead-2")
    batch = await entry_of(one, FIRST, SECOND, THIRD)
    listed = (await two.get(batch)).text
    entries = re.findall(rf'href="({GUARD}/entries/[0-9a-f-]+)"', listed)
    assert len(set(entries)) == 3
    refused = await two.post(f"{entries[0]}/reject", data={"reason": "it is harmless"})
    assert refused.status_code == 303
    await two.post(f"{entries[1]}/approve", data={"about": "batch"})
    assert await values_in_force(web.house) == sorted([SECOND, THIRD])


async def test_the_same_form_sent_twice_is_one_proposal(web: Site) -> None:
    one = await lead(web, name="lead-1")
    page = (await one.get(f"{GUARD}/propose")).text
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)
    assert key is not None
    first = await entry_of(one, FIRST, key=key[1])
    assert await entry_of(one, FIRST, key=key[1]) == first
    assert await entry_of(one, SECOND, key=key[1]) != first


async def test_a_fault_names_the_line_and_keeps_what_was_typed(web: Site) -> None:
    one = await lead(web, name="lead-1")
    given = await one.post(f"{GUARD}/propose", data=form(FIRST, "!", FIRST, until="2001-01-01"))
    text = unescape(given.text)
    assert given.status_code == 422
    assert "Line 2: folds to nothing" in text
    assert "Line 3: the same as line 1" in text
    assert "Until: not within the next" in text
    assert f"{FIRST}\n!\n{FIRST}</textarea>" in text
    assert WHY in text
    part = await one.post(f"{GUARD}/propose", data=form("!"), headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-retarget"]) == (422, "#fault")
    assert "Line 1" in part.text
    assert "Nothing is here" in (await one.get(f"{GUARD}?show=all")).text


async def test_nothing_is_written_by_looking_at_what_a_proposal_would_hit(web: Site) -> None:
    one = await lead(web, name="lead-1")
    given = await one.post(f"{GUARD}/propose/preview", data=form(FIRST))
    assert given.status_code == 200
    assert "The platform told of no use" in given.text
    assert f"{FIRST}</textarea>" in given.text
    assert "Nothing is here" in (await one.get(f"{GUARD}?show=all")).text


async def test_a_masked_entry_is_read_for_a_reason_that_stays_in_its_history(web: Site) -> None:
    one, two = await lead(web, name="lead-1"), await lead(web, name="lead-2")
    other = await logged_in(web, role=Role.INVESTIGATOR, name="investigator-1")
    auditor = await logged_in(web, role=Role.AUDITOR)
    entry = await entry_of(one, FIRST)
    await two.post(f"{entry}/approve", data={"about": "entry"})
    assert (await other.post(f"{entry}/open", data={"reason": " "})).status_code == 422
    assert (await auditor.post(f"{entry}/open", data={"reason": WHY})).status_code == 403
    assert "Read in plain words" not in await history(two, entry=entry)
    opened = await other.post(f"{entry}/open", data={"reason": "a complaint names it"})
    assert FIRST in opened.text
    told = await history(two, entry=entry)
    assert "Read in plain words" in told
    assert "investigator-1" in told
    assert "a complaint names it" in told
    assert FIRST not in (await other.get(entry)).text


async def history(client: httpx.AsyncClient, *, entry: str) -> str:
    return (await client.get(entry)).text.partition('id="history"')[2]


async def test_a_lead_lists_and_takes_out_at_once_and_nobody_else_does(web: Site) -> None:
    one, two = await lead(web, name="lead-1"), await lead(web, name="lead-2")
    other = await logged_in(web, role=Role.INVESTIGATOR, name="investigator-1")
    now = {"emergency": "yes"}
    refused = await other.post(f"{GUARD}/propose", data=form(FIRST, **now))
    assert refused.status_code == 403
    entry = await entry_of(one, FIRST, **now)
    assert await values_in_force(web.house) == [FIRST]
    await two.post(f"{entry}/approve", data={"about": "entry"})
    out = {"reason": "it hits the harmless", **now}
    assert (await other.post(f"{entry}/withdraw", data=out)).status_code == 403
    assert (await one.post(f"{entry}/withdraw", data=out)).status_code == 303
    assert await values_in_force(web.house) == []
    assert "Agree that it be taken back" in (await two.get(entry)).text


async def test_who_may_only_look_is_offered_nothing_else(web: Site) -> None:
    one = await lead(web, name="lead-1")
    entry = await entry_of(one, FIRST)
    auditor = await logged_in(web, role=Role.AUDITOR)
    page = (await auditor.get(entry)).text
    assert FIRST not in page
    assert '<form method="post" action="/console' not in page
    assert f"{GUARD}/propose" not in page
    specialist = await logged_in(web, role=Role.SPECIALIST)
    assert (await specialist.get(GUARD)).status_code == 403
    done = await specialist.post(f"{GUARD}/propose", data=form(SECOND))
    assert "It has no effect until a second person agrees" in done.text
