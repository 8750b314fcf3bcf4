"""The calls about many subjects over HTTP."""

import json

from tests.fixtures.bulk import account, accounts, head
from tests.fixtures.site import Site
from tutela.domain.vocabulary import Role

PATH = "/v1/decisions/bulk"


def body(lines: list[object]) -> bytes:
    return b"\n".join(json.dumps(line).encode() for line in lines) + b"\n"


async def asked(
    web: Site, *, path: str, method: str = "POST", **fields: object
) -> dict[str, object]:
    """The answer to a lead's call that must succeed."""
    token = await web.token(Role.LEAD)
    response = await web.client.request(
        method,
        path,
        content=json.dumps(fields) if fields else None,
        headers={"authorization": f"Bearer {token}"},
    )
    assert response.status_code == 200, response.text
    told: dict[str, object] = response.json()
    return told


async def test_a_file_is_sent_looked_at_and_started(web: Site) -> None:
    token = await web.token(Role.LEAD)
    response = await web.client.post(
        f"{PATH}?batch=night-1",
        content=body([head(), account("a-1"), {"facts": "x"}, account("a-2")]),
        headers={"authorization": f"Bearer {token}", "content-type": "application/x-ndjson"},
    )
    begun, refused, ended = [json.loads(line) for line in response.text.splitlines()]
    assert (begun["status"], refused["line"], refused["errors"][0]["pointer"]) == (
        "begun",
        3,
        "/subject",
    )
    assert ended["counts"] == {"lines": 3, "taken": 2, "repeated": 0, "refused": 1}
    one = f"{PATH}/{begun['id']}"
    shown = await asked(web, path=one, method="GET")
    assert (shown["state"], shown["subjects"], shown["batch"]) == ("previewed", 2, "night-1")
    assert (await asked(web, path=f"{one}/run", rate_per_second=10))["state"] == "running"
    assert (await asked(web, path=f"{one}/pause"))["state"] == "paused"
    assert (await asked(web, path=f"{one}/undo", reason="a mistake"))["state"] == "undoing"
    kept = await web.house.rows("SELECT door, code, line FROM refused_call")
    assert kept == [("bulk", "invalid_body", 3)]


async def test_leads_alone_decide_about_many(web: Site) -> None:
    for role in (Role.SERVICE, Role.REVIEWER, Role.SPECIALIST, Role.ADMIN):
        token = await web.token(role)
        response = await web.client.post(
            f"{PATH}?batch=b",
            content=body([head(), *accounts(1)]),
            headers={"authorization": f"Bearer {token}"},
        )
        assert (role, response.status_code) == (role, 403)


async def test_parts_need_a_name_and_one_that_is_unknown_is_not_there(web: Site) -> None:
    token = await web.token(Role.LEAD)
    said = {"authorization": f"Bearer {token}"}
    nameless = await web.client.post(PATH, content=body([head()]), headers=said)
    assert (nameless.status_code, nameless.json()["errors"][0]["pointer"]) == (422, "?batch")
    for unknown in ("x", "0199d1f3-0000-7000-8000-000000000000"):
        response = await web.client.get(f"{PATH}/{unknown}", headers=said)
        assert (response.status_code, response.json()["code"]) == (404, "unknown_bulk")


async def test_one_of_another_service_is_not_there(web: Site) -> None:
    token = await web.token(Role.LEAD)
    sent = await web.client.post(
        f"{PATH}?batch=b",
        content=body([head(), *accounts(1)]),
        headers={"authorization": f"Bearer {token}"},
    )
    bulk_id = json.loads(sent.text.splitlines()[0])["id"]
    other = await web.new_token(Role.LEAD, service="other")
    for path in ("", "/run", "/approve", "/pause"):
        response = await web.client.request(
            "POST" if path else "GET",
            f"{PATH}/{bulk_id}{path}",
            headers={"authorization": f"Bearer {other}"},
        )
        assert (path, response.status_code) == (path, 404)
