"""Messages that were given up are shown with their reasons as text, and sent again by who may."""

import os
from uuid import uuid4

from tests.drops.losing import close_with_decision
from tests.fixtures.site import Site
from tests.fixtures.staff import logged_in
from tutela.domain.vocabulary import Role

HOSTILE = "<script>1</script>\u202e\u05d0\u0627\u4e2d\u0416\u03b1" + "x" * 2_000


async def given_up(web: Site) -> list[str]:
    """Messages of a decision, all of them given up for a hostile reason."""
    caller = await web.house.caller()
    await web.house.take(caller, subjects=[{"kind": "account", "id": os.urandom(4).hex()}])
    await close_with_decision(web.house, caller=caller, act=True)
    rows = await web.house.rows(
        "UPDATE outbox SET dead_at = now(), owner = 'lead', attempts = 20, last_error = %(why)s"
        " RETURNING id",
        why=HOSTILE,
    )
    return [str(row[0]) for row in rows]


async def dead(web: Site) -> int:
    return int(
        (await web.house.rows("SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL"))[0][0]
    )


async def test_a_lead_sends_one_message_again_and_then_all(web: Site) -> None:
    first, *others = await given_up(web)
    assert others
    client = await logged_in(web, role=Role.LEAD)
    text = (await client.get("/console/main/outbox")).text
    assert "<script>1" not in text
    assert "&lt;script&gt;1" in text
    for message, left in ((first, len(others)), ("all", 0)):
        given = await client.post("/console/main/outbox", data={"message": message})
        assert given.status_code == 303
        assert await dead(web) == left
    shown = (await client.get(given.headers["location"])).text
    assert f"{len(others)} sent again" in shown


async def test_a_message_is_sent_again_once_however_often_the_button_is_pressed(web: Site) -> None:
    first, *_ = await given_up(web)
    client = await logged_in(web, role=Role.LEAD)
    form = {"message": first}
    assert (await client.post("/console/main/outbox", data=form)).status_code == 303
    assert (await client.post("/console/main/outbox", data=form)).status_code == 409


async def test_nobody_sends_a_message_of_another_tenant_again(web: Site) -> None:
    first, *_ = await given_up(web)
    stranger = await logged_in(web, role=Role.LEAD, tenant="other")
    for named in (first, str(uuid4()), "x'; --"):
        given = await stranger.post("/console/main/outbox", data={"message": named})
        assert given.status_code == 404
    assert await dead(web) > 0


async def test_who_only_reads_sees_why_and_has_no_button(web: Site) -> None:
    await given_up(web)
    client = await logged_in(web, role=Role.AUDITOR)
    text = (await client.get("/console/main/outbox")).text
    assert "Send again" not in text
    assert (await client.post("/console/main/outbox", data={"message": "all"})).status_code == 403
