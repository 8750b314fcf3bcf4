"""Two fences between tenants: what a token may name, and what a connection may see."""

import httpx
import psycopg
import pytest

from tests.fixtures.house import Rooms
from tests.fixtures.site import Site, notice
from tutela.access.roles import RIGHTS, Forbidden, Right, has, refuse_unless
from tutela.database.migrations import migrate
from tutela.domain.vocabulary import Role
from tutela.reconciliation.reconcile import Limits, keep, reconcile
from tutela.web.calls import Rooms as SiteRooms
from tutela.web.site import calls


async def test_a_connection_sees_the_rows_of_its_own_tenant_alone(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    await rooms.take(await rooms.caller(tenant="other"))
    for table in ("notice", "item", "case_file", "ledger_leaf"):
        for tenant, seen in (("main", 1), ("other", 1), ("nobody", 0), ("*", 2)):
            rows = await rooms.rows(f"SELECT * FROM {table}", tenant=tenant)
            assert (table, tenant, len(rows)) == (table, tenant, seen)


async def test_a_connection_can_not_write_for_another_tenant(rooms: Rooms) -> None:
    await rooms.caller()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await rooms.rows(
            "INSERT INTO lane_pass (tenant, service, mark, lane)"
            " VALUES ('other', 'main', 'real', 'general')",
            tenant="main",
        )


async def test_every_table_with_tenants_is_fenced(rooms: Rooms, database_url: str) -> None:
    assert await migrate(database_url) == []
    unfenced = await rooms.rows(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE a.attname = 'tenant' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        " AND c.relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    assert {name for (name,) in unfenced} == {
        "access_token",
        "refused_call",
        "staff_session",
        "tenant",
    }


async def test_what_belongs_to_another_tenant_or_service_is_not_found(web: Site) -> None:
    sent = await web.post("/v1/notices", body=notice())
    assert sent.status_code == httpx.codes.CREATED
    ((case_id,),) = await web.house.rows("SELECT id::text FROM case_file")
    for tenant, service in (("other", "main"), ("main", "second")):
        token = await web.new_token(Role.LEAD, tenant=tenant, service=service)
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        shown = await web.client.get(f"/v1/cases/{case_id}", headers=headers)
        assert shown.status_code == httpx.codes.NOT_FOUND
        listed = await web.client.get("/v1/cases", headers=headers)
        assert listed.json()["cases"] == []
        claimed = await web.client.post("/v1/cases/claim", content=b"{}", headers=headers)
        assert claimed.status_code == httpx.codes.NO_CONTENT
        status = (await web.client.get("/v1/status", headers=headers)).json()
        assert status["queue"]["open"] == 0


async def test_the_same_key_in_another_service_is_another_notice(web: Site) -> None:
    ids = set()
    for tenant, service in (("main", "main"), ("main", "second"), ("other", "main")):
        token = await web.new_token(tenant=tenant, service=service)
        sent = await web.client.post(
            "/v1/notices",
            json=notice(external_id="same"),
            headers={"authorization": f"Bearer {token}"},
        )
        assert sent.status_code == httpx.codes.CREATED
        ids.add(sent.json()["id"])
    assert len(ids) == 3


def _is_for_persons(answer: httpx.Response) -> bool:
    """Whether the role may, but only as a person: the token is a program's."""
    return b"needs_person" in answer.content


@pytest.mark.parametrize("role", list(Role))
async def test_each_call_is_open_to_the_roles_with_its_right_and_to_nobody_else(
    web: Site, role: Role
) -> None:
    token = await web.new_token(role)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    for call in calls(_rooms(web)):
        if call.terms.right is None:
            continue
        path = call.path.replace("{case_id}", "00000000-0000-7000-8000-000000000000")
        answer = await web.client.request(call.method, path, headers=headers, content=b"{}")
        refused = answer.status_code == httpx.codes.FORBIDDEN and not _is_for_persons(answer)
        assert refused is not has(role, right=call.terms.right), (role, call.path)
        nobody = await web.client.request(call.method, path, content=b"{}")
        assert nobody.status_code == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize("role", list(Role))
def test_a_right_that_is_not_in_the_table_is_refused(role: Role) -> None:
    for right in Right:
        if right in RIGHTS[role]:
            refuse_unless(role, right=right)
        else:
            with pytest.raises(Forbidden):
                refuse_unless(role, right=right)


async def test_ids_behind_what_is_red_are_for_those_who_may_see_them(web: Site) -> None:
    await web.post("/v1/notices", body=notice())
    await web.house.rows("DELETE FROM item")
    now = web.house.clock.now()
    report = await reconcile(web.house.pool, now=now, limits=Limits(kinds=(), doors=()))
    ((run_id,),) = await web.house.rows("SELECT gen_random_uuid()")
    await keep(web.house.pool, report=report, run_id=run_id, now=now, seconds=0.1)
    for role, seen in ((Role.SERVICE, 0), (Role.REVIEWER, 0), (Role.LEAD, 1), (Role.AUDITOR, 1)):
        headers = {"authorization": f"Bearer {await web.new_token(role)}"}
        status = (await web.client.get("/v1/status", headers=headers)).json()
        (fault,) = status["reconciliation"]["faults"]
        assert (status["ok"], fault["count"], len(fault["found"])) == (False, 1, seen)
    text = (await web.client.get("/metrics")).text
    assert 'tutela_faults{check="item_missing"} 1.0' in text
    assert 'tutela_items{channel="user",state="lost"} 1.0' in text
    assert "main" not in text


def _rooms(web: Site) -> SiteRooms:
    house = web.house
    return SiteRooms(
        pool=house.pool,
        keys=house.keys,
        desk=house.desk,
        intake=house.intake,
        refusals=web.refusals,
        clock=house.clock.now,
    )
