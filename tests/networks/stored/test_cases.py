"""What belongs together is a case; people dismiss it, or draft a decision about its members."""

from typing import Any

import pytest_asyncio

from tests.decisions.test_confirming import tell
from tests.fixtures.bulk import SHARED
from tests.fixtures.networking import RING, SEEDS, edges, platform_told
from tests.fixtures.site import Site
from tests.networks.stored.asking import CASES, call, leads_of, searched, told
from tutela.domain.canonical import timestamp
from tutela.domain.vocabulary import Role

#: A member of the ring that the platform says is a child's.
CHILD = RING[5]
HEAD = {key: value for key, value in SHARED.items() if not key.startswith("terms")}
BULK = {**HEAD, "ground": "illegal", "legal_ground": "a law"}


@pytest_asyncio.fixture
async def found(web: Site) -> dict[str, Any]:
    """The search that found the ring, one of whose members may be a child."""
    await platform_told(web, pairs=edges())
    at = timestamp(web.house.clock.now())
    child = {"id": "c", "type": "account", "at": at, "account_id": CHILD, "minor": "yes"}
    await tell(web, child)
    return await searched(web, seeds=SEEDS)


async def case_of(web: Site, *, role: Role = Role.LEAD) -> dict[str, Any]:
    """The only case there is, as the role sees it."""
    (case,) = (await told(web, to=f"GET {CASES}", role=role))["cases"]
    return await told(web, to=f"GET {CASES}/{case['id']}", role=role)


async def test_a_ring_is_one_case_whose_possible_minors_only_specialists_see(
    web: Site, found: dict[str, Any]
) -> None:
    case = await case_of(web)
    assert (case["state"], case["run_id"], case["size"]) == ("open", found["id"], len(RING))
    assert {each["account_id"] for each in case["members"]} == set(RING)
    assert [each["rank"] for each in case["members"][:3]] == [None] * 3
    assert (case["figures"]["seeds"], "keep" in case["why"][0]) == (3, True)
    minors = [each["account_id"] for each in case["members"] if each["possible_minor"]]
    assert minors == [CHILD]
    for role, sees in ((Role.SPECIALIST, True), (Role.INVESTIGATOR, False)):
        leads = await leads_of(web, run=found, role=role)
        (lead,) = [each for each in leads if each["possible_minor"]]
        assert (lead["account_id"] == CHILD, lead["masked"]) == (sees, not sees)


async def test_a_case_is_dismissed_by_a_person_with_a_reason_once(
    web: Site, found: dict[str, Any]
) -> None:
    assert found["found"]["cases"] == 1
    case = await case_of(web)
    one = f"POST {CASES}/{case['id']}/dismiss"
    assert (await call(web, to=one, reason=" ")).status_code == 422
    assert (await call(web, to=one, reason="x", role=Role.SPECIALIST)).status_code == 403
    token = await web.token(Role.INVESTIGATOR)
    program = await web.post(one[5:], body={"reason": "x"}, authorization=f"Bearer {token}")
    assert program.json()["code"] == "needs_person"
    dismissed = await told(web, to=one, reason="a school class", role=Role.INVESTIGATOR)
    assert (dismissed["state"], dismissed["decided_by"]) == ("dismissed", "p-investigator")
    assert [each["reason"] for each in dismissed["history"]] == ["a school class"]
    assert (await call(web, to=one, reason="x")).json()["code"] == "illegal_state"
    refused = await call(web, to=f"POST {CASES}/{case['id']}/hand-over", **_handing(case))
    assert refused.json()["code"] == "illegal_state"
    assert await web.house.rows("SELECT 1 FROM bulk") == []


async def test_chosen_members_become_a_draft_that_takes_the_steps_of_any_other(
    web: Site, found: dict[str, Any]
) -> None:
    assert found["found"]["connects"]
    case = await case_of(web)
    one = f"POST {CASES}/{case['id']}/hand-over"
    for role in (Role.INVESTIGATOR, Role.SPECIALIST, Role.AUDITOR):
        assert (await call(web, to=one, role=role, **_handing(case))).status_code == 403
    await _names_every_place_that_is_wrong(web, to=one, case=case)
    handed = await told(web, to=one, **_handing(case))
    assert (handed["members"], handed["possible_minors"]) == (len(RING), 1)
    again = await told(web, to=one, **_handing(case))
    assert again == handed
    draft = await told(web, to=f"GET /v1/decisions/bulk/{handed['bulk_id']}")
    assert (draft["state"], draft["subjects"]) == ("previewed", len(RING))
    held_back = draft["preview"]["would_be_held_back"]
    assert held_back == [{"name": "possible_minor", "subjects": 1}]
    assert await web.house.rows("SELECT 1 FROM decision") == []
    acted = await case_of(web)
    assert (acted["state"], acted["bulk_ids"]) == ("acted", [handed["bulk_id"]])
    assert [each["event"] for each in acted["history"]] == ["handed_over"]
    leaves = await web.house.rows(
        "SELECT convert_from(content, 'UTF8') FROM ledger_leaf"
        " WHERE fact_type = 'network.handed_over'"
    )
    assert len(leaves) == 1
    assert not any(name in leaves[0][0] for name in RING)


async def _names_every_place_that_is_wrong(web: Site, *, to: str, case: dict[str, Any]) -> None:
    said = _handing(case)
    members = [{"id": "nobody"}, *said["members"][:1], *said["members"][:1]]
    wrong = await call(web, to=to, **{**said, "members": members})
    assert [each["pointer"] for each in wrong.json()["errors"]] == [
        "/members/0/id",
        "/members/2/id",
    ]
    silent = await call(web, to=to, **{**said, "facts": None})
    assert silent.json()["errors"][0]["pointer"] == "/members/0/facts"
    head = {**said["bulk"], "legal_ground": None}
    unfounded = await call(web, to=to, **{**said, "bulk": head})
    assert unfounded.json()["errors"][0]["pointer"] == "/bulk/legal_ground"
    assert await web.house.rows("SELECT 1 FROM bulk") == []


def _handing(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "reason": "seen by two",
        "bulk": BULK,
        "facts": "It sold token 9b07.",
        "members": [{"id": each["id"]} for each in case["members"]],
    }
