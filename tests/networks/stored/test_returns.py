"""Who looks like a removed member that came back under a new id, and who plays which part."""

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pytest_asyncio

from tests.fixtures.networking import BACK, SEEDS, one_came_back
from tests.fixtures.site import Site
from tests.networks.stored.asking import CASES, call, leads_of, searched, told
from tutela.networks.stored.knowing import Known, facts_of


@pytest_asyncio.fixture
async def found(web: Site) -> dict[str, Any]:
    """A search from a ring, one of whose known members was removed and came back."""
    await one_came_back(web)
    return await searched(web, seeds=SEEDS)


async def test_who_looks_like_a_removed_member_is_a_lead_with_why(
    web: Site, found: dict[str, Any]
) -> None:
    (listed,) = (await told(web, to=f"GET {CASES}"))["cases"]
    assert (listed["figures"]["removed"], listed["figures"]["returned"]) == (1, 1)
    case = await told(web, to=f"GET {CASES}/{listed['id']}")
    (back,) = case["returned"]
    removed = next(each for each in case["members"] if each["id"] == back["returned_of"])
    assert (back["account_id"], removed["account_id"]) == (BACK, SEEDS[0])
    assert re.search(
        "under a new id. Created [12] days? after the removal, with", back["reasons"][-1]
    )
    leads = await leads_of(web, run=found)
    assert [each["account_id"] for each in leads if each["returned_of"]] == [BACK]
    opened = await call(web, to=f"POST /v1/networks/leads/{back['id']}/open", reason="x")
    assert opened.json()["returned_of"] == removed["id"]


async def test_a_case_tells_who_plays_which_part_and_what_speaks_for_care(
    web: Site, found: dict[str, Any]
) -> None:
    assert found["found"]["connects"]
    (case,) = (await told(web, to=f"GET {CASES}"))["cases"]
    shown = await told(web, to=f"GET {CASES}/{case['id']}")
    by_role: dict[str, int] = {}
    for each in shown["members"]:
        if each["looks_like"]:
            by_role[each["looks_like"]] = by_role.get(each["looks_like"], 0) + 1
    assert shown["figures"]["roles"] == by_role
    assert any(
        "nobody knows whether they are minors" in each for each in shown["figures"]["cautions"]
    )


def test_a_day_stands_for_its_end_and_who_is_not_in_the_graph_is_passed_over() -> None:
    names = pa.array([bytes([*bytes(15), n]).hex() for n in (2, 7, 9)], pa.string())
    told_rows = b"".join(
        bytes([*bytes(15), n]) + day.to_bytes(4, "big", signed=True) + bytes([minor])
        for n, day, minor in ((7, 1, 2), (8, 3, 2), (9, -1, 1))
    )
    removed = bytes([*bytes(15), 2]) + (5_000).to_bytes(8, "big") + bytes(15) + b"\x08" + bytes(8)
    facts = facts_of(Known(told=[told_rows], removed=removed), names=names)
    assert facts.created_ms.tolist() == [-1, 2 * 86_400_000 - 1, -1]
    assert facts.removed_ms.tolist() == [5_000, -1, -1]
    assert facts.ages.minor.tolist() == [False, True, False]
    assert facts.ages.told.tolist() == [False, True, True]
    assert np.all(facts_of(Known(), names=names).created_ms == -1)
