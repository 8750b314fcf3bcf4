"""A person's own day over JSON: what they say holds there as on the screen, and is theirs alone."""

import re

import pytest

from tests.fixtures.caring import a_day_passes, child_notice, looker
from tests.fixtures.governing import token_of
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tests.web.test_people import Speaking
from tutela.domain.vocabulary import Role
from tutela.review.care.room import BudgetSpent


async def person(web: Site, *, role: Role = Role.SPECIALIST, name: str = "reviewer-1") -> Speaking:
    return Speaking(web, await token_of(web.house, name=name, role=role))


async def test_a_bound_said_over_json_binds_whoever_looks_by_any_door(web: Site) -> None:
    mine, looks = await person(web), await looker(web.house)
    before = (await mine.get("/v1/care")).json()
    assert (before["left"]["*"]["reveals"], before["bounds"]) == (120, {})
    await looks.looks_at_another()
    day = (await mine.post("/v1/care/bounds", family="*", reveals=1)).json()
    assert (day["left"]["*"]["reveals"], day["reveals"]) == (0, 1)
    assert day["bounds"] == {"*": {"reveals": 1, "minutes": None}}
    with pytest.raises(BudgetSpent):
        await looks.looks_at_another()
    raised = (await mine.post("/v1/care/bounds", family="*", reveals=50)).json()
    assert raised["left"]["*"]["reveals"] == 0
    await a_day_passes(web.house)
    assert (await mine.get("/v1/care")).json()["left"]["*"]["reveals"] == 50


async def test_a_kind_that_is_not_taken_is_not_given_and_taken_again(web: Site) -> None:
    mine = await person(web)
    await web.house.take(await web.house.caller(), **child_notice())
    told = (await mine.post("/v1/care/wishes", avoided=["child_safety", "child_safety"])).json()
    assert told["avoided"] == ["child_safety"]
    assert (await mine.post("/v1/cases/claim")).status_code == 204
    lead = await person(web, role=Role.LEAD, name="lead-1")
    await web.house.rows("UPDATE care_person SET stint_from = now(), stint_to = now()")
    team = (await lead.get("/v1/care/team")).json()
    assert team["untaken"] == [{"family": "child_safety", "cases": 1}]
    assert "reviewer-1" not in str(team)
    assert (await mine.post("/v1/care/wishes", avoided=[])).json()["avoided"] == []
    assert (await mine.post("/v1/cases/claim")).status_code == 200


async def test_a_pause_hands_back_what_was_held_and_ends_when_its_person_says(web: Site) -> None:
    mine = await person(web)
    await web.house.take(await web.house.caller())
    claimed = (await mine.post("/v1/cases/claim")).json()
    day = (await mine.post("/v1/care/pause")).json()
    assert (day["rests_until"] is None, day["is_own_pause"]) == (False, True)
    lease = {"lease_token": claimed["lease_token"]}
    kept = await mine.post(f"/v1/cases/{claimed['id']}/renew", **lease)
    assert kept.status_code == 409
    refused = await mine.post("/v1/cases/claim")
    assert (refused.status_code, refused.json()["code"]) == (409, "break_taken")
    ended = (await mine.post("/v1/care/pause/end")).json()
    assert (ended["rests_until"], ended["is_own_pause"]) == (None, False)
    assert (await mine.post("/v1/cases/claim")).status_code == 200


async def test_what_is_chosen_by_token_is_what_the_screen_shows(web: Site) -> None:
    mine = await person(web)
    chosen = {"greyscale": False, "blurred": True, "small": False}
    assert (await mine.post("/v1/care/appearance", **chosen)).json()["appearance"] == chosen
    client = await logged_in(web, role=Role.SPECIALIST, name="reviewer-1")
    shown = (await client.get("/console/main/care")).text
    marked = re.findall(r'name="(greyscale|blurred|small)" value="yes" checked', shown)
    assert marked == ["blurred"]


async def test_somebody_is_asked_how_they_are_once(web: Site) -> None:
    mine, looks = await person(web), await looker(web.house)
    for _ in range(5):
        assert (await mine.get("/v1/care")).json()["is_asked_how_they_are"] is False
        await looks.looks_at_another(**child_notice())
    assert (await mine.get("/v1/care")).json()["is_asked_how_they_are"] is True
    assert (await mine.post("/v1/care/debrief", answer="talk")).status_code == 422
    assert (await mine.post("/v1/care/debrief")).json()["is_asked_how_they_are"] is False


@pytest.mark.parametrize(
    ("place", "body", "told"),
    [
        ("bounds", {"family": "*", "reveals": -1}, "/reveals"),
        ("bounds", {"family": "*", "reveals": 1_000_001}, "/reveals"),
        ("bounds", {"family": "*", "minutes": 1_441}, "/minutes"),
        ("bounds", {"family": "*", "minutes": 1.5}, "/minutes"),
        ("bounds", {"family": "*", "reveals": True}, "/reveals"),
        ("bounds", {"family": "<script>alert(1)</script>", "reveals": 1}, "/family"),
        ("bounds", {"reveals": 1}, "/family"),
        ("wishes", {"avoided": ["child_safety", "\u202e"]}, "/avoided/1"),
        ("wishes", {}, "/avoided"),
        ("appearance", {"greyscale": 1, "blurred": False, "small": False}, "/greyscale"),
        ("pause", {"until": "2030-01-01"}, "/until"),
    ],
)
async def test_what_can_not_be_kept_is_told_with_its_place_and_kept_nowhere(
    web: Site, place: str, body: dict[str, object], told: str
) -> None:
    mine = await person(web)
    refused = await mine.post(f"/v1/care/{place}", **body)
    assert (refused.status_code, told in refused.text) == (422, True), refused.text
    for table in ("care_bound", "care_wish", "care_person"):
        assert await web.house.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    ((bodies,),) = await web.house.rows("SELECT count(sealed_body) FROM refused_call")
    assert bodies == 0


async def test_a_program_has_no_day_and_nobody_reads_anothers(web: Site) -> None:
    program = Speaking(web, await web.new_token(Role.REVIEWER))
    for given in (
        await program.get("/v1/care"),
        await program.post("/v1/care/pause"),
        await program.post("/v1/care/wishes", avoided=[]),
        await program.post("/v1/care/bounds", family="*", reveals=1),
    ):
        assert (given.status_code, given.json()["code"]) == (403, "needs_person")
    mine, other = await person(web), await person(web, name="reviewer-2")
    await mine.post("/v1/care/wishes", avoided=["scams"])
    assert (await other.get("/v1/care")).json()["avoided"] == []
    assert (await other.get("/v1/care/team")).status_code == 403
