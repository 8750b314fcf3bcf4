"""Messages that were given up over JSON: read page by page with their reasons, sent again once."""

from uuid import uuid4

from tests.console.test_outbox import HOSTILE, dead, given_up
from tests.fixtures.site import Site
from tests.web.test_people import Speaking
from tutela.domain.vocabulary import Role


async def speaking(web: Site, *, role: Role, tenant: str = "main") -> Speaking:
    return Speaking(web, await web.new_token(role, tenant=tenant))


async def test_what_was_given_up_is_read_page_by_page_in_its_order(web: Site) -> None:
    await given_up(web)
    await given_up(web)
    rows = await web.house.rows("SELECT id::text FROM outbox ORDER BY place")
    auditor = await speaking(web, role=Role.AUDITOR)
    page = (await auditor.get("/v1/outbox?limit=1")).json()
    read = page["dead_letters"]
    while page["next"]:
        page = (await auditor.get(f"/v1/outbox?limit=1&after={page['next']}")).json()
        read += page["dead_letters"]
    assert len(rows) > 3
    assert [(each["id"],) for each in read] == rows
    assert {each["last_error"] for each in read} == {HOSTILE}
    assert (await auditor.get("/v1/outbox?after=x")).status_code == 422
    assert (await auditor.post("/v1/outbox/revive")).status_code == 403


async def test_one_is_sent_again_once_and_then_all(web: Site) -> None:
    first, *others = await given_up(web)
    lead = await speaking(web, role=Role.LEAD)
    assert (await lead.post(f"/v1/outbox/{first}/revive")).json() == {"revived": 1}
    again = await lead.post(f"/v1/outbox/{first}/revive")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_state")
    assert await dead(web) == len(others)
    assert (await lead.post("/v1/outbox/revive", message=first)).status_code == 422
    assert (await lead.post("/v1/outbox/revive")).json() == {"revived": len(others)}
    assert (await lead.post("/v1/outbox/revive")).json() == {"revived": 0}
    assert (await lead.get("/v1/outbox")).json() == {"dead_letters": [], "next": None}


async def test_a_message_of_another_tenant_is_not_there(web: Site) -> None:
    first, *_ = await given_up(web)
    stranger = await speaking(web, role=Role.LEAD, tenant="other")
    assert (await stranger.get("/v1/outbox")).json()["dead_letters"] == []
    assert (await stranger.get(f"/v1/outbox?after={first}")).json()["dead_letters"] == []
    for named in (first, str(uuid4()), "x'; --"):
        given = await stranger.post(f"/v1/outbox/{named}/revive")
        assert (given.status_code, given.json()["code"]) == (404, "unknown_message")
    assert (await stranger.post("/v1/outbox/revive")).json() == {"revived": 0}
    assert await dead(web) > 0
