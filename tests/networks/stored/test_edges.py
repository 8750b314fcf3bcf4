"""What a search begins with and looks at: lawful edges, of one service and one mark."""

import random
import struct
from datetime import date, timedelta

import pytest

from tests.decisions.test_confirming import tell
from tests.fixtures.bulk import account, ran
from tests.fixtures.bulk import room_of as bulk_room
from tests.fixtures.governing import token_of
from tests.fixtures.networking import RING, SEEDS, edges, platform_told, room_of
from tests.fixtures.site import Site
from tests.networks.stored.asking import RUNS, call, leads_of, searched, told
from tutela.access.whose import Whose
from tutela.decisions.bulk import steering
from tutela.decisions.bulk.running import run_due
from tutela.decisions.bulk.steering import BulkRecall, Order
from tutela.domain.canonical import timestamp
from tutela.domain.events import Visibility
from tutela.domain.vocabulary import Mark, Role
from tutela.law.detection import DetectionBasis
from tutela.law.parameters import Unit, whole_number
from tutela.networks.files.errors import GraphTooLarge
from tutela.networks.graph import both_ways
from tutela.networks.stored.edges import Told, graph_of, refuse_too_large
from tutela.networks.stored.forgetting import forget
from tutela.networks.stored.lawful import Lawful, may_use, usable
from tutela.networks.stored.running import work_off
from tutela.networks.stored.tags import tag_edges


def row(src: int, *, dst: int, weight: float = 1.0) -> bytes:
    """An edge as the database sends it."""
    return bytes(15) + bytes([src]) + bytes(15) + bytes([dst]) + struct.pack(">d", weight)


def test_stored_edges_are_one_undirected_graph_whatever_order_they_come_in() -> None:
    rows = [row(7, dst=2), row(2, dst=7), row(2, dst=9, weight=3.0), row(9, dst=9)]
    told = {"follow": [b"".join(rows)], "tag": [row(9, dst=2), row(7, dst=9, weight=-1)]}
    graph = both_ways(graph_of(told))
    assert graph.names.to_pylist() == [bytes([*bytes(15), n]).hex() for n in (2, 7, 9)]
    assert graph.adjacency["follow"].toarray().tolist() == [[0, 2, 3], [2, 0, 0], [3, 0, 0]]
    assert graph.adjacency["tag"].toarray().tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert graph.left_out == {"self_loops": 1, "duplicates": 1, "negative": 1}
    assert len(graph_of({}).names) == 0


def test_a_tag_joins_those_who_used_it_the_more_the_rarer_it_is() -> None:
    def use(tag: int, *, by: int) -> bytes:
        return bytes(15) + bytes([tag]) + bytes(15) + bytes([by])

    uses = [use(1, by=7), use(1, by=8), use(2, by=7), use(2, by=8), use(2, by=9), use(3, by=9)]
    graph = both_ways(graph_of({"tag": [tag_edges([b"".join(uses)])]}))
    assert graph.adjacency["tag"].toarray().tolist() == [
        [0, 1.5, 0.5],
        [1.5, 0, 0.5],
        [0.5, 0.5, 0],
    ]
    rarest = both_ways(graph_of({"tag": [tag_edges(uses, pairs_max=1)]}))
    assert rarest.adjacency["tag"].toarray().tolist() == [[0, 1], [1, 0]]
    assert tag_edges([]) == b""


def test_more_edges_than_memory_holds_are_refused_before_they_are_read() -> None:
    lawful = [Lawful(kind="follow", visibility=Visibility.PUBLIC)]
    counted = {("follow", "public"): 2_000_000_000, ("dm", "interpersonal"): 5}
    stored = Told(edges=counted, lawful=lawful)
    assert stored.most == 2_000_000_000
    with pytest.raises(GraphTooLarge, match="2,000,000,000 stored edges need about"):
        refuse_too_large(stored, free=2**35)
    refuse_too_large(stored, free=2**40)


async def test_accounts_that_only_share_rare_tags_are_found(web: Site) -> None:
    dice = random.Random(3)
    at = timestamp(web.house.clock.now())
    uses = [(name, dice.choice("bcdfgh") * 9) for name in RING for _ in range(3)]
    uses += [(f"o-{n}", f"usual{dice.randrange(40)}") for n in range(60) for _ in range(2)]
    events = [
        {"id": f"u-{n}", "type": "use", "at": at, "visibility": "public", "kind": "tag"}
        | {"account_id": name, "value": value}
        for n, (name, value) in enumerate(uses)
    ]
    said = await tell(web, *events)
    assert {each["status"] for each in said} == {"accepted"}
    run = await searched(web, seeds=SEEDS)
    leads = await leads_of(web, run=run)
    assert set(run["found"]["edges"]) == {"shared_tag"}
    assert {each["account_id"] for each in leads[:9]} == set(RING) - set(SEEDS)


async def test_what_people_say_in_private_joins_nobody_without_a_legal_basis(web: Site) -> None:
    private = list(edges())
    await platform_told(web, pairs=private, visibility="interpersonal")
    named = await web.house.rows("SELECT count(*) FROM network_account")
    assert named == [(0,)]
    refused = await call(web, to=f"POST {RUNS}", reason="x", seeds=SEEDS)
    assert refused.status_code == 422
    public = (SEEDS[0], RING[5], "follow")
    await platform_told(web, pairs=[public], prefix="p")
    run = await searched(web, seeds=SEEDS[:1])
    assert run["found"]["edges"] == {"follow": 1}
    assert run["found"]["left_out"]["no_legal_basis"] == len({*private} - {public})


def test_a_basis_of_some_countries_lets_edges_of_accounts_there_be_used(web: Site) -> None:
    basis = DetectionBasis(
        code="ours",
        reference="a law",
        first=date(2026, 1, 1),
        verified=False,
        visibility=Visibility.INTERPERSONAL,
        countries=("DE",),
        surfaces=("dm",),
    )
    room = room_of(web, bases=(basis,))
    whose, told_of = (
        Whose(tenant="main", service="main"),
        [("dm", "interpersonal"), ("x", "public")],
    )
    lawful = list(usable(told_of, countries=["DE", "FR"], whose=whose, room=room))
    assert lawful == [Lawful(kind="dm", visibility=Visibility.INTERPERSONAL, country="DE")]
    anywhere = Lawful(kind="dm", visibility=Visibility.INTERPERSONAL)
    assert not may_use(anywhere, whose=whose, room=room)


async def test_marked_and_real_accounts_never_meet_in_a_search(web: Site) -> None:
    drill = await token_of(web.house, name="sender", role=Role.SERVICE, mark=Mark.DRILL)
    await platform_told(web, pairs=edges(), token=drill, prefix="d")
    real = [(SEEDS[0], "real-1", "follow"), ("real-1", "real-2", "follow")]
    await platform_told(web, pairs=real)
    run = await searched(web, seeds=SEEDS[:1])
    leads = await leads_of(web, run=run)
    assert {each["account_id"] for each in leads} == {"real-1", "real-2"}
    marked = await searched(web, seeds=SEEDS, mark=Mark.DRILL)
    assert marked["found"]["accounts"] == 212
    assert (await call(web, to=f"GET {RUNS}/{marked['id']}")).status_code == 404


async def test_without_seeds_a_search_begins_with_accounts_a_decision_is_in_force_about(
    web: Site,
) -> None:
    await platform_told(web, pairs=edges())
    bulk, lead = bulk_room(web.house), await web.house.caller(Role.LEAD)
    sent = await ran(bulk, caller=lead, lines=[account(each) for each in SEEDS])
    run = await searched(web)
    assert (run["seeds_from"], run["seeds"], run["found"]["seeds"]) == ("decided", 0, 3)
    other = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"
    of_another = await told(web, to=f"POST {RUNS}", reason="x", category=other)
    both = await call(web, to=f"POST {RUNS}", reason="x", category=other, seeds=SEEDS)
    assert both.json()["errors"][0]["pointer"] == "/category"
    order = Order(caller=lead, bulk_id=sent.id)
    await steering.recall(bulk, order=order, said=BulkRecall(reason="wrong"))
    await run_due(bulk)
    undone = await told(web, to=f"POST {RUNS}", reason="x")
    await work_off(room_of(web))
    for each in (of_another, undone):
        shown = await told(web, to=f"GET {RUNS}/{each['id']}")
        assert (shown["state"], shown["why"]) == ("failed", "no_seeds")


async def test_edges_ids_and_searches_are_forgotten_in_time(web: Site) -> None:
    now = web.house.clock.now()
    days = whole_number("edge_kept", unit=Unit.DAYS, on=now.date())
    await platform_told(web, pairs=edges())
    await searched(web, seeds=SEEDS)
    await forget(room_of(web))
    counts = (
        "SELECT (SELECT count(*) FROM platform_edge) > 0, (SELECT count(*) FROM network_account)"
        " > 0, (SELECT count(*) FROM network_run) > 0, (SELECT count(*) FROM network_lead) > 0,"
        " (SELECT count(*) FROM network_look) > 0, (SELECT count(*) FROM network_act) > 0"
    )
    assert (await web.house.rows(counts))[0][:4] == (True,) * 4
    web.house.clock.ahead = timedelta(days=days - 1)
    at = timestamp(web.house.clock.now())
    again = {"id": "n", "type": "edge", "at": at, "visibility": "public"}
    await tell(web, {**again, "src": RING[0], "dst": RING[1], "kind": "follow"})
    web.house.clock.ahead = timedelta(days=days + 2)
    await forget(room_of(web))
    ((edges_left, ids_left),) = await web.house.rows(
        "SELECT (SELECT count(*) FROM platform_edge), (SELECT count(*) FROM network_account)"
    )
    assert (edges_left, ids_left) == (1, 2)
    assert (await web.house.rows(counts))[0][2:] == (False,) * 4
    leaves = await web.house.rows("SELECT 1 FROM ledger_leaf WHERE fact_type LIKE 'network.%%'")
    assert len(leaves) == 2
