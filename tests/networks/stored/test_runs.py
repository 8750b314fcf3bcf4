"""A ring in what the platform told is found from three of its accounts, over the real door."""

import json

import pytest_asyncio

from tests.fixtures.networking import RING, SEEDS, edges, platform_told, room_of
from tests.fixtures.site import Site
from tests.networks.stored.asking import CASES, RUNS, call, leads_of, searched, told
from tutela.domain.vocabulary import Role
from tutela.networks.stored.running import work_off


@pytest_asyncio.fixture
async def ring(web: Site) -> Site:
    """The site after the platform told of a ring."""
    await platform_told(web, pairs=edges())
    return web


async def test_a_ring_is_found_from_three_of_its_accounts_in_what_the_platform_told(
    ring: Site,
) -> None:
    run = await searched(ring, seeds=SEEDS)
    assert (run["state"], run["seeds"], run["why"]) == ("done", 3, None)
    assert (run["found"]["seeds"], run["found"]["accounts"]) == (3, 212)
    leads = await leads_of(ring, run=run)
    assert [each["rank"] for each in leads] == list(range(1, len(leads) + 1))
    others = set(RING) - set(SEEDS)
    assert {each["account_id"] for each in leads[: len(others)]} == others
    assert leads[0]["reasons"][0].startswith("Joined to ")
    assert f"{SEEDS[0]} (" in " ".join(each["reasons"][0] for each in leads)
    await _are_masked_for_who_only_reads(ring, run=run["id"])
    await _are_written_down_without_their_ids(ring)


async def _are_masked_for_who_only_reads(web: Site, *, run: str) -> None:
    masked = await told(web, to=f"GET {RUNS}/{run}/leads", role=Role.AUDITOR)
    assert all(each["masked"] for each in masked["leads"])
    assert not any(name in json.dumps(masked) for name in RING)
    refused = await call(web, to=f"POST {RUNS}", role=Role.AUDITOR, reason="x")
    assert refused.status_code == 403
    looks = (await told(web, to=f"GET {RUNS}/{run}/looks", role=Role.INSPECTOR))["looks"]
    assert [(each["by"], each["whole"] > 0) for each in looks] == [
        ("p-auditor", False),
        ("p-lead", True),
    ]


async def _are_written_down_without_their_ids(web: Site) -> None:
    leaves = await web.house.rows(
        "SELECT fact_type, convert_from(content, 'UTF8') FROM ledger_leaf"
    )
    types = sorted(kind for kind, _ in leaves if kind.startswith("network."))
    assert types == ["network.asked", "network.searched"]
    assert not any(name in text for name in RING for _, text in leaves)
    stored = await web.house.rows("SELECT l::text, c::text FROM network_lead l, network_run c")
    assert not any(name in text for name in RING for row in stored for text in row)


async def test_a_search_that_is_asked_for_again_by_its_key_is_the_same_one(ring: Site) -> None:
    first = await call(ring, to=f"POST {RUNS}", reason="x", seeds=SEEDS, external_id="k")
    again = await call(ring, to=f"POST {RUNS}", reason="x", seeds=SEEDS, external_id="k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = await call(ring, to=f"POST {RUNS}", reason="y", seeds=SEEDS, external_id="k")
    assert other.status_code == 409
    assert await work_off(room_of(ring)) == 1
    done = await told(ring, to=f"GET {RUNS}?state=done")
    assert [each["id"] for each in done["runs"]] == [first.json()["id"]]


async def test_seeds_that_no_edge_names_are_refused_by_their_places_or_left_out(
    ring: Site,
) -> None:
    seeds = [SEEDS[0], "nobody", SEEDS[1], " "]
    blank = await call(ring, to=f"POST {RUNS}", reason=" ", seeds=seeds)
    assert [each["pointer"] for each in blank.json()["errors"]] == ["/reason", "/seeds/3"]
    unknown = await call(ring, to=f"POST {RUNS}", reason="x", seeds=seeds[:3])
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/seeds/1")
    some = await told(ring, to=f"POST {RUNS}", reason="x", seeds=seeds[:3], skip_unknown_seeds=True)
    assert some["seeds"] == 2
    none = await call(ring, to=f"POST {RUNS}", reason="x", seeds=["no"], skip_unknown_seeds=True)
    assert none.status_code == 422
    undecided = await told(ring, to=f"POST {RUNS}", reason="x")
    assert await work_off(room_of(ring)) == 2
    failed = await told(ring, to=f"GET {RUNS}/{undecided['id']}")
    assert (failed["state"], failed["why"], failed["found"]) == ("failed", "no_seeds", None)


async def test_what_is_not_there_or_anothers_is_not_found(ring: Site) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    for path in (f"{RUNS}/{nobody}", f"{RUNS}/x/leads", f"{RUNS}/{nobody}/looks"):
        assert (await call(ring, to=f"GET {path}")).json()["code"] == "unknown_network_run"
    for one in (nobody, "x"):
        assert (await call(ring, to=f"GET {CASES}/{one}")).json()["code"] == "unknown_network_case"
    run = await searched(ring, seeds=SEEDS)
    stranger = await ring.new_token(Role.LEAD, service="other")
    headers = {"authorization": f"Bearer {stranger}"}
    answer = await ring.client.get(f"{RUNS}/{run['id']}", headers=headers)
    assert answer.status_code == 404
