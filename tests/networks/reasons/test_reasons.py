"""Why an account is a lead: in numbers that are right and in words that say them."""

import re

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_array

from tests.house.tree import ROOT
from tests.networks.page.rings import graph
from tutela.networks.figures import percent
from tutela.networks.files.tokens import Tokens
from tutela.networks.graph import Graph
from tutela.networks.reasons.features import Features, alike
from tutela.networks.reasons.joins import Why, whys
from tutela.networks.reasons.tokens import masked, shared, told
from tutela.networks.reasons.words import listed, sentences
from tutela.networks.reasons.written import Line, as_lines

SEEDS = np.array([0, 1])


def small() -> Graph:
    """Seeds a and b; c is joined to both, d over c and e, e to a, f and g to nobody of them."""
    return graph(
        list("abcdefg"),
        follow=[(0, 2), (1, 2), (2, 3), (0, 4), (3, 4), (5, 6)],
        shared_device=[(1, 2)],
    )


def why(lead: int) -> Why:
    (found,) = whys(small(), seeds=SEEDS, leads=np.array([lead]))
    return found


def said(lead: int) -> list[str]:
    return sentences(why(lead), naming=lambda place: f"seed {place + 1}")


def test_seeds_are_named_with_their_kinds_of_edges_the_strongest_first() -> None:
    assert said(2)[0] == (
        "Joined to 2 of 2 seeds: seed 2 (a follow, a shared device) and seed 1 (a follow)."
    )


def test_neighbours_that_join_it_to_a_seed_are_counted_beside_chance() -> None:
    found = why(3)
    assert (found.seeds, found.between, found.neighbours) == ((), 2, 2)
    # c and e hold 4 + 2 of the 14 ends of edges
    assert found.between_by_chance == pytest.approx(2 * 6 / 14)
    assert said(3)[0] == "2 of its 2 neighbours are joined to a seed (by chance 0.9)."


def test_the_share_of_its_edges_is_told_beside_chance() -> None:
    found = why(2)
    # three of its four edges go to seeds; a, b and itself hold 2 + 2 + 4 of 14 ends
    assert (found.edges, found.share) == (4, 0.75)
    assert found.share_by_chance == pytest.approx(8 / 14)
    assert said(2)[-1] == "75 % of its 4 edges go to seeds and leads shown (by chance 57 %)."


def test_an_account_without_a_way_to_a_seed_says_so() -> None:
    assert said(5) == ["No edge and no neighbour joins it to a seed: only a longer way does."]


def test_of_many_seeds_three_are_named_and_the_others_counted() -> None:
    star = graph([str(n) for n in range(7)], follow=[(6, n) for n in range(6)])
    (found,) = whys(star, seeds=np.arange(6), leads=np.array([6]))
    first = sentences(found, naming=str)[0]
    assert first == "Joined to 6 of 6 seeds: 0 (a follow), 1 (a follow), 2 (a follow) and 3 more."


def test_the_file_beside_the_ranking_holds_words_and_numbers() -> None:
    found = whys(small(), seeds=SEEDS, leads=np.array([2, 3]))
    lines = [msgspec.json.decode(x, type=Line) for x in as_lines(found, graph=small()).splitlines()]
    assert [(line.account, line.rank) for line in lines] == [("c", 1), ("d", 2)]
    assert [seed.account for seed in lines[0].seeds] == ["b", "a"]
    assert lines[0].reasons[0].startswith("Joined to 2 of 2 seeds: b (a follow, a shared device)")


def test_an_edge_that_leads_to_the_lead_says_so() -> None:
    one_way = Graph(pa.array(["a", "b"]), {"follow": csr_array([[0, 1.0], [0, 0]])}, directed=True)
    (found,) = whys(one_way, seeds=np.array([0]), leads=np.array([1]))
    assert sentences(found, naming=str)[0] == "Joined to 1 of 1 seeds: 0 (a follow from there)."


@pytest.mark.parametrize(
    ("kind", "weight", "words"),
    [
        ("edge", 3.0, "0"),
        ("shared_tag", 3.0, "0 (3 shared tags)"),
        ("follow", 0.5, "0 (a follow, weight 0.5)"),
        ("token", 2.0, "0 (token, weight 2)"),
    ],
)
def test_kinds_are_told_with_their_number(kind: str, weight: float, words: str) -> None:
    joined = csr_array(np.array([[0, weight], [weight, 0]]))
    pair = Graph(pa.array(["a", "b"]), {kind: joined})
    (found,) = whys(pair, seeds=np.array([0]), leads=np.array([1]))
    assert sentences(found, naming=str)[0] == f"Joined to 1 of 1 seeds: {words}."


def test_features_that_the_seeds_have_in_common_are_a_reason() -> None:
    values = np.random.default_rng(1).random((1_000, 3)).astype(np.float32)
    values[:5, 1] = 7
    values[5] = [0.5, np.nan, 0.5]
    said = alike(Features("abc", values), seeds=np.arange(4), leads=np.array([4, 5]))
    assert said == [("b (higher than 99 % and more)",), ()]
    assert alike(Features("abc", values), seeds=np.arange(2), leads=np.array([4])) == [()]


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0 %"), (0.0004, "under 0.1 %"), (0.004, "0.4 %"), (0.31, "31 %")]
)
def test_shares_are_told_as_people_say_them(share: float, words: str) -> None:
    assert percent(share) == words


def test_lists_end_with_and() -> None:
    assert [listed(words) for words in (["a"], ["a", "b"], list("abc"))] == [
        "a",
        "a and b",
        "a, b and c",
    ]


def test_rare_tokens_shared_with_seeds_are_a_reason_and_common_ones_are_not() -> None:
    used = np.zeros((300, 2))
    used[[0, 1, 5], 0] = 1
    used[:, 1] = 1
    tokens = Tokens(("4f1c9b07", "77aa"), ("device", "tag"), csr_array(used), strangers=0)
    (found, none) = shared(tokens, seeds=SEEDS, leads=np.array([5, 6]))
    assert told(found, naming=lambda place: f"seed {place + 1}", showing=masked) == [
        "Shares with seeds: device 4f1c… of seed 1, seed 2 (3 accounts use it)."
    ]
    assert told(none, naming=str, showing=str) == []


def test_the_reference_names_every_field_of_a_line() -> None:
    text = (ROOT / "docs" / "reference" / "network-pages.md").read_text(encoding="utf-8")
    table = text.partition("## Reasons")[2].partition("## Files")[0]
    named = [
        name
        for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for name in row.split(", ")
    ]
    assert [name.strip("`") for name in named] == list(Line.__struct_fields__)
