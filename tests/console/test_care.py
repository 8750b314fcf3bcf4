"""A person's own day: what they choose holds, and what they answer is not kept."""

import httpx
import pytest

from tests.fixtures.caring import a_day_passes, child_notice, looker
from tests.fixtures.house import Rooms
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role
from tutela.review.care import team
from tutela.review.care.room import BudgetSpent
from tutela.review.care.rules import CareRules
from tutela.review.care.team import Exposure, tellable

CARE = "/console/main/care"


async def person(web: Site, *, name: str = "reviewer-1") -> httpx.AsyncClient:
    return await logged_in(web, role=Role.SPECIALIST, name=name)


async def test_a_lower_bound_holds_at_once_and_a_higher_one_from_the_next_day(web: Site) -> None:
    client, looks = await person(web), await looker(web.house)
    await looks.looks_at_another()
    given = await client.post(f"{CARE}/bound", data={"family": "*", "reveals": "1"})
    assert given.status_code == 303
    assert "<b>0</b><span>reveals left" in (await client.get(CARE)).text
    with pytest.raises(BudgetSpent):
        await looks.looks_at_another()
    await client.post(f"{CARE}/bound", data={"family": "*", "reveals": "50"})
    with pytest.raises(BudgetSpent):
        await looks.looks_at_another()
    await a_day_passes(web.house)
    await looks.looks_at_another()
    await client.post(f"{CARE}/bound", data={"family": "*", "reveals": "100000"})
    assert "<b>49</b><span>reveals left" in (await client.get(CARE)).text
    await a_day_passes(web.house)
    assert "<b>120</b><span>reveals left" in (await client.get(CARE)).text


@pytest.mark.parametrize(
    ("place", "form"),
    [
        ("bound", {"family": "*", "reveals": "-1"}),
        ("bound", {"family": "*", "minutes": "1441"}),
        ("bound", {"family": "<script>", "reveals": "1"}),
        ("bound", {"family": "*", "reveals": "\u0661"}),
        ("wishes", {"avoided": "<script>alert(1)</script>"}),
    ],
)
async def test_what_is_no_bound_or_kind_is_refused_and_nothing_is_kept(
    web: Site, place: str, form: dict[str, str]
) -> None:
    given = await (await person(web)).post(f"{CARE}/{place}", data=form)
    assert given.status_code == 422
    assert "<script>" not in given.text.replace('<script src="', "")
    for table in ("care_bound", "care_wish"):
        assert await web.house.rows(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_somebody_is_asked_how_they_are_and_their_answer_is_not_kept(web: Site) -> None:
    client = await person(web)
    looks = await looker(web.house, rules=CareRules())
    for _ in range(5):
        assert "How are you?" not in (await client.get(CARE)).text
        await looks.looks_at_another(**child_notice())
    assert "How are you?" in (await client.get(CARE)).text
    await client.post(f"{CARE}/debrief", data={"answer": "talk"})
    assert "How are you?" not in (await client.get(CARE)).text
    row = await web.house.rows("SELECT to_jsonb(p)::text FROM care_person p")
    assert "talk" not in str(row)


async def test_a_lead_sees_that_somebody_must_and_not_who_does_not(web: Site) -> None:
    client = await person(web)
    looks = await looker(web.house)
    await looks.looks_at_another()
    await client.post(f"{CARE}/wishes", data={"avoided": "child_safety"})
    await web.house.rows("UPDATE care_person SET stint_from = now(), stint_to = now()")
    await web.house.take(await web.house.caller(), **child_notice())
    lead = await logged_in(web, role=Role.LEAD)
    shown = (await lead.get(f"{CARE}/team")).text
    assert "Child safety: <b>1</b> cases wait" in shown
    assert "reviewer-1" not in shown
    assert (await client.get(f"{CARE}/team")).status_code == 403


async def test_a_team_of_five_sees_reveals_per_incident_and_one_of_four_nothing(
    rooms: Rooms,
) -> None:
    subject = {"kind": "content", "id": "copied"}
    for number in range(5):
        looks = await looker(rooms, name=f"reviewer-{number}")
        if number == 4:
            assert (await team.team_exposure(looks.room, caller=looks.caller)).shown == ()
        for _ in range(4):
            await rooms.take(await rooms.caller(), subjects=[{**subject, "id": f"copy-{number}"}])
        case_id, _ = await looks.holds(subjects=[{**subject, "id": f"copy-{number}"}])
        await looks.looks(case_id)
    found = await team.team_exposure(looks.room, caller=looks.caller)
    total = found.shown[0]
    assert (total.people, total.reveals, total.incidents, total.items) == (5, 5, 5, 25)
    assert (total.reveals_per_incident, total.spared) == (1.0, 0.8)


def test_no_figure_tells_of_few_by_subtraction() -> None:
    def of(family: str, *, people: int) -> Exposure:
        return Exposure(family=family, people=people, reveals=9, incidents=3, items=30)

    assert tellable([of("*", people=6), of("scams", people=5), of("speech", people=2)]) == (
        of("scams", people=5),
    )
    assert tellable([of("*", people=6), of("scams", people=5)]) == (
        of("*", people=6),
        of("scams", people=5),
    )
    assert tellable([of("*", people=4), of("scams", people=4)]) == ()
