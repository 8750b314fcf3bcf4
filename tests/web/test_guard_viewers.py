"""A viewer who was shut out wrongly is let in again, by a person, in every process."""

from tests.fixtures.governing import token_of
from tests.fixtures.guarding import Guarded, blocked, guarded_site
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role

WORDS = [f"zorva{number:02d}plim" for number in range(20)]
PATH = "/v1/guard/viewers/let-in"
WHY = {"account_id": "a-1", "reason": "wrote a paper about it"}


async def reason(door: Site, *, word: str) -> str | None:
    body = {"items": [{"kind": "text", "value": word}], "viewer": {"account_id": "a-1"}}
    answer = await door.post("/v1/guard/search", body=body)
    assert answer.status_code == 200, answer.text
    found: str | None = answer.json()["results"][0].get("reason")
    return found


async def test_a_viewer_is_let_in_again_by_every_process(web: Site) -> None:
    await web.token()
    lead = {"authorization": f"Bearer {await token_of(web.house, name='lead-1')}"}
    here, elsewhere = Guarded(web.house), Guarded(web.house)
    await here.publish(*map(blocked, WORDS))
    await elsewhere.keeper.refresh()
    doors = [guarded_site(web, room=each.room) for each in (here, elsewhere)]
    assert (await doors[0].client.post(PATH, json=WHY, headers=lead)).json() == {
        "was_shut_out": False
    }
    told = [await reason(doors[0], word=each) for each in WORDS]
    assert told[-1] == "too_many"
    for each in (here, elsewhere):
        await each.sentry.exchange(web.house.pool)
    assert [await reason(each, word="garden") for each in doors] == ["too_many"] * 2
    answer = await doors[0].client.post(PATH, json=WHY, headers=lead)
    assert answer.json() == {"was_shut_out": True}
    for each in (here, elsewhere):
        await each.sentry.exchange(web.house.pool)
    assert [await reason(each, word="garden") for each in doors] == [None] * 2
    told = [await reason(doors[0], word=each) for each in WORDS]
    assert told[-1] == "too_many"
    for each in (here, elsewhere):
        await each.sentry.exchange(web.house.pool)
    assert [await reason(each, word="garden") for each in doors] == ["too_many"] * 2
    ((content,),) = await web.house.rows(
        "SELECT content FROM ledger_leaf WHERE fact_type = 'guard.viewer_let_in'"
    )
    assert b"a-1" not in content
    for door in doors:
        await door.client.aclose()


async def test_only_a_person_with_the_right_lets_a_viewer_in(web: Site) -> None:
    program = {"authorization": f"Bearer {await web.new_token(Role.LEAD)}"}
    refused = await web.client.post(PATH, json=WHY, headers=program)
    assert (refused.status_code, refused.json()["code"]) == (403, "needs_person")
    service = await web.post(PATH, body=WHY)
    assert (service.status_code, service.json()["code"]) == (403, "forbidden")
    lead = {"authorization": f"Bearer {await token_of(web.house, name='lead-1')}"}
    blank = await web.client.post(PATH, json={**WHY, "reason": " "}, headers=lead)
    assert blank.status_code == 422
    assert blank.json()["errors"][0]["pointer"] == "/reason"
