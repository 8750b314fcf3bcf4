"""Second looks over JSON: blind for whoever answers, both verdicts for the lead who settles."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.decisions.test_quality import decided_by, room_of
from tests.fixtures.deciding import SCAM
from tests.fixtures.governing import token_of
from tests.fixtures.site import Site
from tutela.access.persons import at_terminal
from tutela.decisions.quality.looking import take
from tutela.domain.vocabulary import Role

ACT = {"outcome": "act", "category": SCAM, "ground": "illegal", "why": "token 4f1c"}
DISMISS = {"outcome": "dismiss", "why": "token 9b07"}
NOBODYS = "0190a0a0-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Asking:
    """Somebody with a token of their own."""

    web: Site
    token: str

    async def get(self, path: str) -> httpx.Response:
        return await self.web.client.get(f"/v1/quality{path}", headers=self._headers)

    async def post(self, path: str, *, body: object = None) -> httpx.Response:
        return await self.web.client.post(f"/v1/quality{path}", headers=self._headers, json=body)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/json"}


@pytest.fixture
async def team(web: Site) -> dict[str, Asking]:
    """Two reviewers and two leads of a service where every decision is looked at again."""
    await web.token()
    roles = {"one": Role.REVIEWER, "two": Role.REVIEWER, "lead": Role.LEAD, "other": Role.LEAD}
    found = {
        name: Asking(web, await token_of(web.house, name=name, role=role))
        for name, role in roles.items()
    }
    planned = await found["lead"].post("/plan", body={"share": 1, "gold_share": 0})
    assert (planned.status_code, planned.json()) == (200, {"share": 1.0, "gold_share": 0.0})
    return found


async def decided(web: Site, *, name: str, post: str = "post-1") -> None:
    """A case on which this person acted."""
    who = await at_terminal(web.house.pool, tenant="main", service="main", name=name)
    await decided_by(web.house, who=who, post=post)


async def test_whoever_looks_again_is_told_nothing_of_the_decision(
    web: Site, team: dict[str, Asking]
) -> None:
    await decided(web, name="one")
    assert (await team["one"].post("/take")).status_code == 204
    taken = await team["two"].post("/take")
    assert taken.status_code == 200, taken.text
    look: dict[str, Any] = taken.json()
    assert {key for key, said in look.items() if said is None} == {"found", "error"}
    assert set(look) == {"id", "state", "until", "case", "found", "error"}
    assert (look["state"], look["case"]["decisions"]) == ("waiting", [])
    ((decision_id, facts),) = await web.house.rows(
        "SELECT id::text, 'why that is illegal' FROM decision"
    )
    for told in (decision_id, facts, "what was found", '"one"', "sample", "illegal"):
        assert told not in taken.text, told
    assert (await team["two"].get(f"/looks/{look['id']}")).json() == look
    assert (await team["two"].post("/take")).json()["id"] == look["id"], "it is on the desk"
    for name in ("one", "lead", "other"):
        for at in ("looks", "disputes"):
            given = await team[name].get(f"/{at}/{look['id']}")
            wanted = 403 if (name, at) == ("one", "disputes") else 404
            assert given.status_code == wanted, (name, at)


async def test_who_finds_the_same_settles_it_and_is_told_so_alone(
    web: Site, team: dict[str, Asking]
) -> None:
    await decided(web, name="one")
    look_id = (await team["two"].post("/take")).json()["id"]
    given = await team["two"].post(f"/looks/{look_id}/answer", body=ACT)
    assert given.status_code == 200, given.text
    told = given.json()
    found = {"outcome": "act", "category": SCAM, "ground": "illegal"}
    assert (told["state"], told["found"], told["error"]) == ("settled", found, "none")
    assert (told["case"], told["until"]) == (None, None)
    again = await team["two"].post(f"/looks/{look_id}/answer", body=DISMISS)
    assert (again.status_code, again.json()["code"]) == (409, "look_not_yours")
    assert (await team["two"].get("/own")).json() == {"days": 28, "looks": 1, "right": 1}
    assert (await team["one"].get("/own")).json() == {"days": 28, "looks": 0, "right": 0}


async def test_a_lead_who_had_no_part_settles_a_dispute_and_it_asks_others(
    web: Site, team: dict[str, Asking]
) -> None:
    await decided(web, name="one")
    look_id = (await team["other"].post("/take")).json()["id"]
    place = f"/disputes/{look_id}"
    early = await team["lead"].post(f"{place}/settle", body=ACT)
    assert (early.status_code, early.json()["code"]) == (409, "illegal_state")
    answered = await team["other"].post(f"/looks/{look_id}/answer", body=DISMISS)
    assert (answered.json()["state"], answered.json()["error"]) == ("disputed", None)
    assert (await team["other"].get("/disputes")).json() == {"disputes": []}
    for given in (
        await team["other"].get(place),
        await team["other"].post(f"{place}/settle", body=ACT),
        await team["other"].post(f"{place}/known"),
    ):
        assert (given.status_code, given.json()["code"]) == (403, "had_part")
    (listed,) = (await team["lead"].get("/disputes")).json()["disputes"]
    assert listed["id"] == look_id
    shown = await team["lead"].get(place)
    told = shown.json()
    assert (told["first"]["outcome"], told["second"]["outcome"]) == ("act", "dismiss")
    assert (told["why"], told["right"], told["first_error"]) == ("token 9b07", None, None)
    assert '"one"' not in shown.text
    assert '"other"' not in shown.text
    settled = (await team["lead"].post(f"{place}/settle", body=ACT)).json()
    assert (settled["state"], settled["first_error"]) == ("settled", "none")
    assert settled["second_error"] == "false_negative"
    assert (await team["lead"].post(f"{place}/settle", body=ACT)).status_code == 409
    for _ in range(2):
        known = await team["lead"].post(f"{place}/known")
        assert known.json()["known_since"] is not None
    assert (await team["other"].get(f"/looks/{look_id}")).json()["error"] == "false_negative"


async def test_a_look_that_is_handed_out_again_is_nobody_elses(
    web: Site, team: dict[str, Asking]
) -> None:
    await decided(web, name="one")
    look_id = (await team["two"].post("/take")).json()["id"]
    await web.house.rows("UPDATE second_look SET given_until = drawn_at RETURNING true")
    assert (await team["two"].get(f"/looks/{look_id}")).status_code == 404
    late = await team["two"].post(f"/looks/{look_id}/answer", body=ACT)
    assert (late.status_code, late.json()["code"]) == (409, "look_not_yours")
    other = await at_terminal(web.house.pool, tenant="main", service="main", name="other")
    assert str(await take(room_of(web.house), caller=other)) == look_id


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({}, {"/outcome", "/why"}),
        ({"outcome": "act", "why": "x"}, {"/category", "/ground"}),
        ({"outcome": "escalate", "why": "x"}, {"/outcome"}),
        ({"outcome": "dismiss", "why": " \u200b"}, {"/why"}),
        ({"outcome": "dismiss", "why": "x" * 4_001}, {"/why"}),
        ({"outcome": "dismiss", "why": "x", "first": "act"}, {"/first"}),
        ({**ACT, "category": "none", "ground": 4}, {"/category", "/ground"}),
        ({**DISMISS, "why": "\0"}, {"/why"}),
    ],
)
async def test_an_answer_that_lacks_something_says_what_and_is_not_kept(
    web: Site, team: dict[str, Asking], body: dict[str, Any], places: set[str]
) -> None:
    await decided(web, name="one")
    look_id = (await team["two"].post("/take")).json()["id"]
    for asking, place in (
        ("two", f"/looks/{look_id}/answer"),
        ("lead", f"/disputes/{look_id}/settle"),
    ):
        given = await team[asking].post(place, body=body)
        assert (given.status_code, given.json()["code"]) == (422, "invalid_body")
        assert {each["pointer"] for each in given.json()["errors"]} == places
    kept = await web.house.rows("SELECT sealed_body IS NULL FROM refused_call")
    assert set(kept) == {(True,)}


async def test_what_is_no_look_and_who_is_no_person_are_told(
    web: Site, team: dict[str, Asking]
) -> None:
    for look_id in (NOBODYS, "x"):
        for asked in (
            await team["two"].get(f"/looks/{look_id}"),
            await team["lead"].get(f"/disputes/{look_id}"),
            await team["two"].post(f"/looks/{look_id}/answer", body=ACT),
            await team["lead"].post(f"/disputes/{look_id}/settle", body=ACT),
            await team["lead"].post(f"/disputes/{look_id}/known"),
        ):
            assert (asked.status_code, asked.json()["code"]) == (404, "unknown_look")
    program = Asking(web, await web.new_token(Role.LEAD))
    for given in (
        await program.post("/take"),
        await program.post(f"/looks/{NOBODYS}/answer", body=ACT),
        await program.post(f"/disputes/{NOBODYS}/settle", body=ACT),
        await program.post("/plan", body={"share": 0.1, "gold_share": 0}),
    ):
        assert (given.status_code, given.json()["code"]) == (403, "needs_person")
    for wrong in ({"share": 1.1, "gold_share": 0}, {"share": 0, "gold_share": 0.6}, {"share": 0}):
        assert (await team["lead"].post("/plan", body=wrong)).status_code == 422
    assert (await team["two"].post("/take", body={"look": NOBODYS})).status_code == 422
