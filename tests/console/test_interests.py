"""Conflicts of interest on screens and over JSON: declared at a case, seen by a lead, ended."""

from uuid import UUID

from tests.fixtures.governing import token_of
from tests.fixtures.site import Site, notice
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

PLACE = "/console/main/interests"
HOSTILE = "<script>x()</script> \u202egnihton\u202c שלום مرحبا 你好 здравствуй " + "w" * 1500


def bearer(token: str) -> str:
    return f"Bearer {token}"


async def a_case(web: Site, *, post: str = "post-1") -> str:
    subject = {"kind": "content", "id": post, "account_id": "acct-7q"}
    given = await web.post("/v1/notices", body=notice(subjects=[subject]))
    assert given.status_code == 201, given.text
    ((case_id,),) = await web.house.rows(
        "SELECT case_id FROM item WHERE notice_id = %(id)s", id=UUID(given.json()["id"])
    )
    return str(case_id)


async def test_it_is_declared_on_the_cases_page_and_ended_by_another(web: Site) -> None:
    case = f"/console/main/cases/{await a_case(web)}"
    reviewer = await logged_in(web, role=Role.REVIEWER, name="reviewer-1")
    lead = await logged_in(web, role=Role.LEAD, name="lead-1")
    assert (await reviewer.post(f"{case}/claim")).status_code == 303
    shown = await reviewer.get(case)
    assert "I know whom this is about" in shown.text
    form = {"case_id": case.rpartition("/")[2], "kind": "known"}
    given = await reviewer.post(PLACE, data=form)
    assert (given.status_code, given.headers["location"]) == (303, f"{PLACE}?said=declared")
    assert (await reviewer.get(case)).status_code == 404
    assert (await reviewer.post(f"{case}/claim")).status_code == 404
    assert (await reviewer.post(PLACE, data=form)).status_code == 404
    own = await reviewer.get(given.headers["location"])
    assert "It holds from now on" in own.text
    assert "Declared by the team" not in own.text
    seen = await lead.get(PLACE)
    assert "reviewer-1" in seen.text
    assert "acct-7q" not in seen.text
    ((interest,),) = await web.house.rows("SELECT id FROM interest")
    ended = f"{PLACE}/{interest}/end"
    assert (await reviewer.post(ended, data={"why": "x"})).status_code == 403
    assert (await lead.post(ended, data={"why": " "})).status_code == 422
    assert (await lead.post(ended, data={"why": HOSTILE})).status_code == 303
    assert (await lead.post(ended, data={"why": HOSTILE})).status_code == 409
    assert (await reviewer.get(case)).status_code == 200


async def test_an_own_account_is_kept_as_a_digest_and_bad_forms_are_told(web: Site) -> None:
    await web.token()
    reviewer = await logged_in(web, role=Role.REVIEWER, name="reviewer-1")
    form = {"kind": "own", "subject_kind": "account", "named": HOSTILE[:500], "by": "id"}
    for wrong in ({"named": " "}, {"kind": "x"}, {"subject_kind": "x"}, {"named": "x" * 600}):
        refused = await reviewer.post(PLACE, data={**form, **wrong})
        assert refused.status_code == 422, wrong
    assert (await reviewer.post(PLACE, data=form)).status_code == 303
    url = {**form, "by": "url", "named": "https://example.social/a/7"}
    assert (await reviewer.post(PLACE, data=url)).status_code == 303
    shown = await reviewer.get(PLACE)
    assert shown.text.count("my own, or of my household</td>") == 2
    assert "script&gt;x" not in shown.text, "nobody is shown it, its owner neither"
    ((keys,),) = await web.house.rows("SELECT sum(cardinality(keys)) FROM interest")
    assert keys == 2


async def test_the_same_holds_over_json(web: Site) -> None:
    case_id = await a_case(web)
    token = await token_of(web.house, name="reviewer-1", role=Role.REVIEWER)
    other = await token_of(web.house, name="lead-1", role=Role.LEAD)
    program = await web.new_token(Role.REVIEWER)
    body = {"kind": "own", "subject": {"kind": "account", "id": "acct-7q"}}
    refused = await web.post("/v1/interests", body=body, authorization=bearer(program))
    assert (refused.status_code, refused.json()["code"]) == (403, "needs_person")
    first = await web.post("/v1/interests", body=body, authorization=bearer(token))
    assert (first.status_code, first.json()["decided_before"]) == (201, 0)
    assert (
        await web.post("/v1/interests", body=body, authorization=bearer(token))
    ).status_code == 200
    both = await web.post(
        "/v1/interests", body={**body, "case_id": case_id}, authorization=bearer(token)
    )
    assert (both.status_code, both.json()["errors"][0]["pointer"]) == (422, "/subject")
    gone = await web.post(f"/v1/cases/{case_id}/claim", body={}, authorization=bearer(token))
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_case")
    assert (
        await web.post("/v1/cases/claim", body={}, authorization=bearer(token))
    ).status_code == 204
    headers = {"authorization": f"Bearer {other}"}
    team = (await web.client.get("/v1/interests/team?state=holds", headers=headers)).json()
    (listed,) = team["interests"]
    assert (listed["person"], listed["kind"], "keys" in listed) == ("reviewer-1", "own", False)
    end = f"/v1/interests/{listed['id']}/end"
    assert (
        await web.post(end, body={"why": "token 9c"}, authorization=bearer(token))
    ).status_code == 403
    assert (
        await web.post(end, body={"why": "token 9c"}, authorization=bearer(other))
    ).status_code == 200
    assert (
        await web.post("/v1/cases/claim", body={}, authorization=bearer(token))
    ).status_code == 200
