"""Who is known to be a minor is so however the file writes it; whom nobody told of stays open."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from tutela.networks.files.known import read_known
from tutela.networks.graph import Edges, Graph, joined
from tutela.networks.grouping.facts import MOST_USERS, read_facts, tokens_of

NAMES = pa.array(["a", "b", "c", "d", "e"])


def test_an_unknown_age_is_not_that_of_an_adult(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account,minor\na,yes\nb,TRUE\nc,no\nd,unknown\n")
    ages = read_facts(path, names=NAMES).ages
    assert ages.minor.tolist() == [True, True, False, False, False]
    assert ages.told.tolist() == [True, True, True, False, False]
    assert read_known(path, names=NAMES).maybe_minor.tolist() == ages.minor.tolist()


def test_a_file_that_says_nothing_of_minors_leaves_all_open(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account,removed_at\na,2026-01-01T00:00:00Z\n")
    assert not read_facts(path, names=NAMES).ages.told.any()


def graph_of(*edges: tuple[str, int, int]) -> Graph:
    kinds = sorted({kind for kind, _, _ in edges})
    src, dst = np.array([each[1:] for each in edges], np.int32).T
    kind = np.array([kinds.index(each[0]) for each in edges], np.int32)
    all_of_it = Edges(accounts=50, src=src, dst=dst, kinds=tuple(kinds), kind=kind)
    adjacency, _ = joined(all_of_it, directed=True)
    return Graph(names=pa.array(range(50)), adjacency=adjacency, directed=True)


def test_two_accounts_that_share_something_have_a_token_of_their_own() -> None:
    tokens = tokens_of(
        graph_of(
            ("follow", 1, 2),
            ("shared_tag", 3, 4),
            ("shared_device", 7, 5),
            ("shared_device", 5, 7),
            ("shared_payment", 5, 6),
        )
    )
    assert tokens is not None
    assert list(zip(tokens.account, tokens.token, strict=True)) == [(5, 0), (5, 1), (6, 1), (7, 0)]
    assert tokens.users.tolist() == [2, 2]
    assert tokens_of(graph_of(("follow", 1, 2), ("shared_tag", 3, 4))) is None


def test_what_many_share_is_no_token() -> None:
    many = range(MOST_USERS + 1)
    everybody = [("shared_device", one, other) for one in many for other in many if one < other]
    tokens = tokens_of(graph_of(*everybody, ("shared_device", 0, 40)))
    assert tokens is not None
    assert tokens.account.tolist() == [0, 40]
