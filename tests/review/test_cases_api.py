"""`/v1/cases` over HTTP: who may, what comes back, how it is refused."""

from typing import Any

import httpx
import pytest

from tests.fixtures.site import Site, notice, served
from tutela.domain.vocabulary import Role

CALLS = ["claim", "renew", "release", "decisions"]
NOBODY = "00000000-0000-7000-8000-000000000000"


async def ask(
    web: Site, *, path: str, token: str, body: object = None, **headers: str
) -> httpx.Response:
    """A POST as the holder of the token."""
    given = {"authorization": f"Bearer {token}", **headers}
    return await web.client.post(path, headers=given, json=body)


async def see(web: Site, *, path: str, token: str) -> httpx.Response:
    """A GET as the holder of the token."""
    return await web.client.get(path, headers={"authorization": f"Bearer {token}"})


async def reported(web: Site, **fields: object) -> dict[str, Any]:
    answer = await web.post("/v1/notices", body=notice(**fields))
    assert answer.status_code == 201
    accepted: dict[str, Any] = answer.json()
    return accepted


async def claimed(web: Site, *, token: str) -> dict[str, Any]:
    answer = await ask(web, path="/v1/cases/claim", token=token, body={})
    assert answer.status_code == 200
    case: dict[str, Any] = answer.json()
    return case


def dismissal(case: dict[str, Any], **fields: object) -> dict[str, object]:
    return {
        "lease_token": case["lease_token"],
        "items": case["open_items"],
        "outcome": "dismiss",
        "explanation": "nothing breaks a rule",
        "guideline_version": "2026-10",
        **fields,
    }


async def test_a_reviewer_claims_reads_and_decides(web: Site) -> None:
    accepted = await reported(web)
    token = await web.token(Role.REVIEWER)
    case = await claimed(web, token=token)
    read = await see(web, path=f"/v1/cases/{case['id']}", token=token)
    assert {**read.json(), "lease_token": 0, "lease_until": 0} == {
        **case,
        "lease_token": 0,
        "lease_until": 0,
    }
    path = f"/v1/cases/{case['id']}/decisions"
    answer = await ask(web, path=path, token=token, body=dismissal(case))
    assert answer.status_code == 201
    assert answer.json()["answered"] == [item["id"] for item in accepted["items"]]
    assert answer.json()["statements"] == []
    assert (await ask(web, path="/v1/cases/claim", token=token)).status_code == 204


async def test_nothing_to_claim_is_204_without_a_body(web: Site) -> None:
    answer = await ask(web, path="/v1/cases/claim", token=await web.token(Role.REVIEWER))
    assert (answer.status_code, answer.content) == (204, b"")


async def test_nothing_to_claim_leaves_the_connection_usable(web: Site) -> None:
    token = await web.token(Role.REVIEWER)
    headers = {"authorization": f"Bearer {token}"}
    async with served(web.application) as url, httpx.AsyncClient(base_url=url) as client:
        for _ in range(3):
            answer = await client.post("/v1/cases/claim", headers=headers)
            assert (answer.status_code, answer.content) == (204, b"")


async def test_a_lease_is_renewed_and_given_back(web: Site) -> None:
    await reported(web)
    token = await web.token(Role.REVIEWER)
    case = await claimed(web, token=token)
    body = {"lease_token": case["lease_token"]}
    kept = await ask(web, path=f"/v1/cases/{case['id']}/renew", token=token, body=body)
    assert (kept.status_code, kept.json()["lease_token"]) == (200, case["lease_token"])
    assert kept.json()["lease_until"] > case["lease_until"]
    given_back = await ask(web, path=f"/v1/cases/{case['id']}/release", token=token, body=body)
    assert (given_back.status_code, given_back.content) == (204, b"")
    for call in ("renew", "release"):
        again = await ask(web, path=f"/v1/cases/{case['id']}/{call}", token=token, body=body)
        assert (again.status_code, again.json()["code"]) == (409, "stale_lease")


async def test_a_lost_lease_decides_nothing(web: Site) -> None:
    await reported(web)
    token = await web.token(Role.REVIEWER)
    case = await claimed(web, token=token)
    body = {"lease_token": case["lease_token"]}
    await ask(web, path=f"/v1/cases/{case['id']}/release", token=token, body=body)
    await claimed(web, token=await web.new_token(Role.REVIEWER))
    path = f"/v1/cases/{case['id']}/decisions"
    answer = await ask(web, path=path, token=token, body=dismissal(case))
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_lease")


@pytest.mark.parametrize("how", ["header", "body"])
async def test_a_decision_sent_again_under_its_key_has_its_first_answer(
    web: Site, how: str
) -> None:
    await reported(web)
    token = await web.token(Role.REVIEWER)
    case = await claimed(web, token=token)
    path = f"/v1/cases/{case['id']}/decisions"
    in_body = {"external_id": "d-1"} if how == "body" else {}
    in_header = {"idempotency-key": "d-1"} if how == "header" else {}
    body = dismissal(case, **in_body)
    first = await ask(web, path=path, token=token, body=body, **in_header)
    again = await ask(web, path=path, token=token, body=body, **in_header)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = {**body, "explanation": "something else"}
    refused = await ask(web, path=path, token=token, body=other, **in_header)
    assert (refused.status_code, refused.json()["code"]) == (409, "key_reused")


async def test_every_place_of_a_bad_decision_is_named(web: Site) -> None:
    await reported(web)
    token = await web.token(Role.REVIEWER)
    case = await claimed(web, token=token)
    path = f"/v1/cases/{case['id']}/decisions"
    body = {**dismissal(case), "guideline_version": None, "measures": 1, "mark": "canary"}
    answer = await ask(web, path=path, token=token, body=body)
    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.json()["errors"]} >= {"/measures", "/mark"}
    body = dismissal(case, items=[*case["open_items"], f"{NOBODY}.0", "i-1"])
    answer = await ask(web, path=path, token=token, body=body)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/items/1", "/items/2"]


@pytest.mark.parametrize(("tenant", "service"), [("other", "main"), ("main", "other")])
async def test_a_case_of_another_tenant_or_service_is_404(
    web: Site, tenant: str, service: str
) -> None:
    await reported(web)
    case = await claimed(web, token=await web.token(Role.REVIEWER))
    stranger = await web.new_token(Role.LEAD, tenant=tenant, service=service)
    assert (await see(web, path=f"/v1/cases/{case['id']}", token=stranger)).status_code == 404
    lease = {"lease_token": case["lease_token"]}
    for call, body in (("renew", lease), ("release", lease), ("decisions", dismissal(case))):
        answer = await ask(web, path=f"/v1/cases/{case['id']}/{call}", token=stranger, body=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_case")
    listed = await see(web, path="/v1/cases", token=stranger)
    assert listed.json() == {"cases": [], "next": None}


@pytest.mark.parametrize("case_id", ["x", "claim", NOBODY, "%00"])
async def test_what_is_no_case_is_404(web: Site, case_id: str) -> None:
    token = await web.token(Role.REVIEWER)
    assert (await see(web, path=f"/v1/cases/{case_id}", token=token)).status_code == 404


@pytest.mark.parametrize("role", sorted(Role))
async def test_only_those_with_the_right_see_and_claim(web: Site, role: Role) -> None:
    may_decide = role in {Role.REVIEWER, Role.SPECIALIST, Role.LEAD}
    may_see = may_decide or role is Role.INVESTIGATOR
    token = await web.new_token(role)
    assert (await see(web, path="/v1/cases", token=token)).status_code == (200 if may_see else 403)
    claim = await ask(web, path="/v1/cases/claim", token=token)
    assert claim.status_code == (204 if may_decide else 403)


@pytest.mark.parametrize("call", CALLS)
async def test_nobody_without_a_token_comes_in(web: Site, call: str) -> None:
    path = "/v1/cases/claim" if call == "claim" else f"/v1/cases/{NOBODY}/{call}"
    assert (await web.client.post(path, json={})).status_code == 401


async def test_a_list_is_walked_by_its_cursor(web: Site) -> None:
    for number in range(3):
        await reported(web, subjects=[{"kind": "content", "id": f"p-{number}"}])
    token = await web.token(Role.INVESTIGATOR)
    first = (await see(web, path="/v1/cases?limit=2&state=open", token=token)).json()
    rest = (await see(web, path=f"/v1/cases?limit=2&after={first['next']}", token=token)).json()
    assert (len(first["cases"]), len(rest["cases"]), rest["next"]) == (2, 1, None)
    assert (await see(web, path="/v1/cases?state=closed", token=token)).json()["cases"] == []


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("limit=0", ["?limit"]),
        ("limit=201", ["?limit"]),
        ("limit=1e2", ["?limit"]),
        ("limit=" + "9" * 5_000, ["?limit"]),
        ("limit=%D9%A1", ["?limit"]),
        ("after=x", ["?after"]),
        ("state=decided", ["?state"]),
        ("limit=&after=&state=", ["?limit", "?after", "?state"]),
        ("colour=red", ["?colour"]),
    ],
)
async def test_a_page_that_can_t_be_is_refused(web: Site, query: str, places: list[str]) -> None:
    token = await web.token(Role.REVIEWER)
    answer = await see(web, path=f"/v1/cases?{query}", token=token)
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == places


@pytest.mark.parametrize("body", [b'{"lease_token": 1}', b"{}", b"[]", b'{"lease_token":""}'])
async def test_a_lease_is_named_by_its_token_alone(web: Site, body: bytes) -> None:
    token = await web.token(Role.REVIEWER)
    for call in ("renew", "release"):
        answer = await web.client.post(
            f"/v1/cases/{NOBODY}/{call}",
            content=body,
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        assert answer.status_code == 422


async def test_a_claim_takes_no_wishes(web: Site) -> None:
    token = await web.token(Role.REVIEWER)
    answer = await ask(web, path="/v1/cases/claim", token=token, body={"lane": "general"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/lane", "message": "unknown field"}]
