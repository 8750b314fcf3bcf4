"""The queue and the case on screens: what is shown, whose it is, nothing decided twice."""

import asyncio
from datetime import timedelta

import pytest

from tests.console.working import PRESSED, action, claimed, form_of, reported
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

QUEUE = "/console/main/queue"
NOBODY = "00000000-0000-7000-8000-000000000000"
HOSTILE = (
    "<script>alert(1)</script> \u202egnp\u202c \u0645\u0631\u062d\u0628\u0627 \u65e5\u672c "
    + ("w" * 2_000)
)


def body_of(page: str) -> str:
    return page.partition("<main")[2]


async def decisions(web: Site) -> list[tuple[object, ...]]:
    return await web.house.rows("SELECT outcome, item_count FROM decision ORDER BY id")


async def test_the_queue_says_what_is_most_urgent_and_why(web: Site) -> None:
    await reported(web, subjects=[{"kind": "content", "id": "calm"}])
    await reported(web, subjects=[{"kind": "content", "id": "now"}], imminent_danger=True)
    client = await logged_in(web, role=Role.LEAD)
    text = (await client.get(QUEUE)).text
    assert text.index("imminent danger") < text.rindex("General")
    assert (await client.get(f"{QUEUE}?lane=danger")).text.count("/cases/") == 1
    assert "handed over" not in text
    await web.house.rows(
        "UPDATE case_file SET handed_over_at = now(), handed_over_by = 'x' WHERE lane = 'danger'"
    )
    assert "handed over" in (await client.get(QUEUE)).text
    assert "No open case is like that." in (await client.get(f"{QUEUE}?family=animal")).text
    assert (await client.get(f"{QUEUE}?state=overdue")).text.count("/cases/") == 0


async def test_the_queue_is_paged_to_its_last_case(web: Site) -> None:
    for number in range(53):
        await reported(web, subjects=[{"kind": "content", "id": f"p-{number}"}])
    client = await logged_in(web, role=Role.REVIEWER)
    first = (await client.get(QUEUE)).text
    assert first.count("/console/main/cases/") == 50
    following = first.split('<a href="')[-1].partition('"')[0].replace("&amp;", "&")
    following = following.replace("&#34;", '"')
    second = await client.get(following)
    assert second.text.count("/console/main/cases/") == 3


@pytest.mark.parametrize(
    "query", ["state=nowhere", "lane=x", "family=x", "after=x", "after=[]", "language=%00"]
)
async def test_a_queue_that_is_asked_for_wrongly_names_what_is_wrong(web: Site, query: str) -> None:
    client = await logged_in(web, role=Role.REVIEWER)
    given = await client.get(f"{QUEUE}?{query}")
    assert given.status_code == 422
    assert "?" + query.partition("=")[0] in given.text


async def test_a_case_is_claimed_shown_and_decided(web: Site) -> None:
    await reported(web, explanation="token 4f1c sells token 9b07")
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    page = (await client.get(at)).text
    assert "token 4f1c sells token 9b07" in page
    assert "unavailable" in page
    assert "A. N. Other" not in page
    given = await client.post(f"{at}/decide", data=await form_of(client, at=at))
    assert (given.status_code, given.headers["location"]) == (303, f"{at}?said=decided")
    assert await decisions(web) == [("dismiss", 1)]
    after = (await client.get(given.headers["location"])).text
    assert "Nothing of it is open" in after
    assert 'id="decide"' not in after


async def test_an_action_restricts_what_the_case_is_about(web: Site) -> None:
    await reported(web, subjects=[{"kind": "content", "id": "p-1", "account_id": "a-7"}])
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(
        client, at=at, **action(measure=["visibility_removed", "account_suspended"])
    )
    given = await client.post(f"{at}/decide", data={**form, "account": "a-7"})
    assert given.status_code == 303, given.text
    assert await web.house.rows("SELECT kind FROM measure ORDER BY kind") == [
        ("account_suspended",),
        ("visibility_removed",),
    ]


async def test_what_a_decision_lacks_is_named_and_nothing_is_decided(web: Site) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at, **action(facts="", measure=[]))
    given = await client.post(f"{at}/decide", data=form, headers={"hx-request": "true"})
    assert given.status_code == 422
    assert "/facts" in given.text
    assert "/measures" in given.text
    assert await decisions(web) == []
    for wrong in (
        {"outcome": ""},
        {"shown_count": "9" * 5_000},
        {"alike": f"{NOBODY}/{'9' * 5_000}"},
    ):
        refused = await client.post(f"{at}/decide", data={**form, **wrong})
        assert (refused.status_code, await decisions(web)) == (422, [])


async def test_a_decision_that_is_sent_twice_is_taken_once(web: Site) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at)
    both = await asyncio.gather(*(client.post(f"{at}/decide", data=form) for _ in range(2)))
    assert sorted(each.headers["location"] for each in both) == [
        f"{at}?said=before",
        f"{at}?said=decided",
    ]
    again = await client.post(f"{at}/decide", data=form)
    assert again.headers["location"] == f"{at}?said=before"
    assert await decisions(web) == [("dismiss", 1)]


async def test_of_two_tabs_the_second_learns_that_the_first_decided(web: Site) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    first, second = await form_of(client, at=at), await form_of(client, at=at)
    assert first["lease_token"] == second["lease_token"]
    assert first["key"] != second["key"]
    assert (await client.post(f"{at}/decide", data=first)).status_code == 303
    late = await client.post(f"{at}/decide", data=second, headers={"hx-request": "true"})
    assert (late.status_code, late.headers["hx-retarget"]) == (409, "#fault")
    assert len(await decisions(web)) == 1


async def test_what_came_in_meanwhile_is_not_answered_unseen(web: Site) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at)
    await reported(web, explanation="something new")
    given = await client.post(f"{at}/decide", data=form)
    assert given.status_code == 303
    assert await decisions(web) == [("dismiss", 1)]
    assert await web.house.rows("SELECT count(*) FROM item WHERE decision_id IS NULL") == [(1,)]


async def test_a_lost_lease_decides_nothing_and_is_claimed_again(web: Site) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at)
    web.house.clock.ahead = timedelta(seconds=601)
    late = await client.post(f"{at}/decide", data=form, headers={"hx-request": "true"})
    assert (late.status_code, await decisions(web)) == (409, [])
    kept = await client.post(f"{at}/renew", data=form)
    assert kept.status_code == 409
    again = await client.post(f"{at}/claim", headers={"hx-request": "true"}, data=PRESSED)
    form["lease_token"] = again.json()["lease_token"]
    assert (await client.post(f"{at}/decide", data=form)).status_code == 303


async def test_a_case_on_somebody_elses_desk_stays_there(web: Site) -> None:
    await reported(web)
    first = await logged_in(web, role=Role.REVIEWER)
    second = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(first)
    assert "Somebody else has it until" in (await second.get(at)).text
    refused = await second.post(f"{at}/claim", data=PRESSED)
    assert (refused.status_code, "Somebody else has it" in refused.text) == (409, True)
    form = await form_of(first, at=at)
    assert (await second.post(f"{at}/decide", data=form)).status_code == 409
    given = await first.post(f"{at}/release", data=form)
    assert given.headers["location"] == f"{QUEUE}?said=released"
    assert (await second.post(f"{at}/claim", data=PRESSED)).status_code == 303


async def test_a_case_that_is_left_goes_back_soon_and_is_kept_by_coming_back(web: Site) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at)
    left = (await client.post(f"{at}/leave", data=form)).json()
    kept = (await client.post(f"{at}/renew", data=form)).json()
    assert left["lease_token"] == kept["lease_token"]
    assert left["lease_until"] < kept["lease_until"]


async def test_the_next_case_follows_a_decision(web: Site) -> None:
    for name in ("p-1", "p-2"):
        await reported(web, subjects=[{"kind": "content", "id": name}])
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    given = await client.post(f"{at}/decide", data=await form_of(client, at=at, then="next"))
    following = given.headers["location"]
    assert following.partition("?")[0] != at
    assert "The case before" in (await client.get(following)).text
    last = following.partition("?")[0]
    form = await form_of(client, at=last, then="next")
    assert (await client.post(f"{last}/decide", data=form)).headers["location"] == (
        f"{QUEUE}?said=decided"
    )
    assert (await client.post(f"{QUEUE}/claim", data=PRESSED)).headers[
        "location"
    ] == f"{QUEUE}?said=nothing"


async def test_a_merge_of_two_hundred_folds_to_what_was_said(web: Site) -> None:
    for number in range(12):
        await reported(web, explanation=f"token {number % 3}")
    for _ in range(8):
        await reported(web, explanation=HOSTILE)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    page = (await client.get(at)).text
    assert page.count("notices say this") == 4
    assert "8 notices say this" in page
    assert "<script>alert" not in body_of(page)
    assert "&lt;script&gt;" in page


async def test_long_words_are_cut_until_they_are_asked_for(web: Site) -> None:
    accepted = await reported(web, explanation="x" * 19_000 + "the end")
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    assert "the end" not in (await client.get(at)).text
    whole = await client.get(f"{at}?whole={accepted['items'][0]['id']}")
    assert "the end" in whole.text


async def test_a_case_for_specialists_is_not_there_for_others(web: Site) -> None:
    await reported(web, category="STATEMENT_CATEGORY_PROTECTION_OF_MINORS")
    specialist = await logged_in(web, role=Role.SPECIALIST)
    at = await claimed(specialist)
    reviewer = await logged_in(web, role=Role.REVIEWER)
    for path in (at, f"/console/main/cases/{NOBODY}", "/console/main/cases/x"):
        assert (await reviewer.get(path)).status_code == 404
    assert (await reviewer.post(f"{at}/claim", data=PRESSED)).status_code == 404
    assert at.rpartition("/")[2] not in (await reviewer.get(QUEUE)).text
    investigator = await logged_in(web, role=Role.INVESTIGATOR)
    assert (await investigator.post(f"{at}/claim", data=PRESSED)).status_code == 403


async def test_the_named_case_is_claimed_over_the_api_as_well(web: Site) -> None:
    await reported(web)
    token = await web.token(Role.REVIEWER)
    headers = {"authorization": f"Bearer {token}"}
    ((case_id,),) = await web.house.rows("SELECT id FROM case_file")
    given = await web.client.post(f"/v1/cases/{case_id}/claim", headers=headers)
    assert given.status_code == 200
    other = await logged_in(web, role=Role.REVIEWER)
    assert (
        await other.post(f"/console/main/cases/{case_id}/claim", data=PRESSED)
    ).status_code == 409


async def test_a_case_of_another_harm_is_not_there_for_whoever_works_on_one(web: Site) -> None:
    await reported(web)
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    at = await claimed(lead)
    await lead.post(f"{at}/release", data=await form_of(lead, at=at))
    await web.house.rows(
        "INSERT INTO need_to_know VALUES ('main', 'main', 'lead-1', '{animal}', '{}', 'x', now())"
    )
    assert at not in (await lead.get(QUEUE)).text
    assert (await lead.get(at)).status_code == 404
    assert (await lead.post(f"{at}/claim", data=PRESSED)).status_code == 404


async def test_a_database_that_goes_away_under_the_page_loses_and_repeats_nothing(
    web: Site,
) -> None:
    await reported(web)
    client = await logged_in(web, role=Role.REVIEWER)
    at = await claimed(client)
    form = await form_of(client, at=at)
    for _ in range(3):
        await web.house.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        given = await client.post(f"{at}/decide", data=form, headers={"hx-request": "true"})
        if given.status_code == 200:
            assert given.headers["hx-redirect"].startswith(at)
        else:
            assert (given.status_code, given.headers["hx-retarget"]) == (503, "#fault")
    given = await client.post(f"{at}/decide", data=form)
    assert given.status_code == 303
    assert await decisions(web) == [("dismiss", 1)]
