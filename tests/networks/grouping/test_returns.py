"""Who was removed and came back under a new id is told with why, and hardly anybody else is."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.returns import Found, found
from tutela.drills.world.making import make
from tutela.drills.world.plan import planned
from tutela.networks.graph import Edges, Graph, joined
from tutela.networks.grouping.choices import choices_of
from tutela.networks.grouping.facts import Ages, Facts
from tutela.networks.grouping.returns import ENOUGH, WITHIN_DAYS, Returned, Traces, returned
from tutela.networks.grouping.ties import ties_of

DAY_MS = 86_400_000
ACCOUNTS = 60
OLD, NEW, STRANGER = 0, 1, 2


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Found]:
    folder: Path = tmp_path_factory.mktemp("returns") / "world"
    make(planned(10_000, seed=5, rings=4, hide=0.0), folder=folder, tell=lambda _done, _total: None)
    return found(folder)


@pytest.mark.parametrize("by", ["files", "stored events"])
def test_most_who_came_back_are_told_and_hardly_anybody_else(
    world: Mapping[str, Found], by: str
) -> None:
    assert world[by].returned >= 30
    assert world[by].recall >= 0.7, world
    assert world[by].wrongly <= 0.002, world


def told(*, created_days: float, chosen_again: int) -> list[Returned]:
    """Whom an account that chose ten others, and was removed on day 100, came back as."""
    ends = [(OLD, 10 + each) for each in range(10)]
    ends += [(NEW, 10 + each) for each in range(chosen_again)]
    ends += [(STRANGER, 30 + each) for each in range(10)]
    src, dst = np.array(ends, np.int32).T
    edges = Edges(accounts=ACCOUNTS, src=src, dst=dst, kinds=("follow",))
    adjacency, _ = joined(edges, directed=True)
    graph = Graph(names=pa.array(range(ACCOUNTS)), adjacency=adjacency, directed=True)
    created, removed = np.zeros(ACCOUNTS, np.int64), np.full(ACCOUNTS, -1)
    created[[NEW, STRANGER]] = int((100 + created_days) * DAY_MS)
    removed[OLD] = 100 * DAY_MS
    facts = Facts(
        created, removed, Ages(np.zeros(ACCOUNTS, np.bool_), np.zeros(ACCOUNTS, np.bool_))
    )
    traces = Traces(ties_of(graph), choices_of(graph), facts, None)
    return list(returned(traces, removed=np.array([OLD])))


def test_who_soon_chooses_many_of_the_same_accounts_looks_like_the_removed_one() -> None:
    (each,) = told(created_days=2, chosen_again=7)
    assert (each.old, each.new, each.neighbours) == (OLD, NEW, 7)
    assert each.days == pytest.approx(2)
    assert each.score >= ENOUGH


@pytest.mark.parametrize(
    ("created_days", "chosen_again"),
    [(-1, 7), (WITHIN_DAYS + 1, 7), (2, 1), (2, 0)],
    ids=["before the removal", "long after", "one of ten in common", "none in common"],
)
def test_nobody_is_told_without_reason(created_days: float, chosen_again: int) -> None:
    assert told(created_days=created_days, chosen_again=chosen_again) == []
