"""Features of accounts, from a file with a row each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.networks.files.writing import Columns, written
from tutela.networks.engines.local import LocalEngine
from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.features import read_features

SOME: Columns = {"account": ["c", "a"], "age": [3, 1], "share": [0.5, None]}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_rows_come_in_the_order_asked_for_and_nan_where_nothing_is_known(
    tmp_path: Path, ending: str
) -> None:
    features = read_features(written(tmp_path / f"features.{ending}", columns=SOME))
    assert features.columns == ("age", "share")
    rows = features.of(pa.array(["a", "b", "c"]))
    nan = np.nan
    np.testing.assert_array_equal(rows, np.array([[1, nan], [nan, nan], [3, 0.5]], np.float32))


def test_the_rows_of_x_are_the_accounts_from_0_or_those_named(tmp_path: Path) -> None:
    rows = [[1.0, 2.0], [3.0, 4.0]]
    by_row = read_features(written(tmp_path / "rows.npz", columns={"X": rows}))
    assert by_row.of(pa.array([1, 0])).tolist() == rows[::-1]
    named = written(tmp_path / "named.npz", columns={"X": rows, "account": ["y", "x"]})
    assert read_features(named).of(pa.array(["x", "y"])).tolist() == rows[::-1]


def test_numbers_of_a_csv_file_meet_numbers_of_the_edges(tmp_path: Path) -> None:
    edges = written(tmp_path / "edges.npz", columns={"src": [1], "dst": [2]})
    features = read_features(
        written(tmp_path / "features.csv", columns={"account": [2, 9], "age": [5, 6]})
    )
    graph = read_edges(edges, reading=Reading(accounts=features.accounts))
    assert graph.names.to_pylist() == [1, 2, 9]
    engine, path = LocalEngine(graph), tmp_path
    assert list(features.remarks(graph.names, engine=engine, path=path)) == [
        "1 accounts have no features: they were taken as unknown.",
        "1 accounts have features and no edge.",
    ]


def test_features_of_other_accounts_are_refused(tmp_path: Path) -> None:
    edges = written(tmp_path / "edges.npz", columns={"src": [1], "dst": [2]})
    path = written(tmp_path / "features.csv", columns=SOME)
    features = read_features(path)
    graph = read_edges(edges, reading=Reading(accounts=features.accounts))
    with pytest.raises(NetworkFileUnfit, match="none of its accounts has an edge"):
        list(features.remarks(graph.names, engine=LocalEngine(graph), path=path))


UNFIT: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no accounts": (
        lambda f: written(f / "features.csv", columns={"age": [1]}),
        "`account` and columns of numbers",
    ),
    "accounts alone": (
        lambda f: written(f / "features.csv", columns={"account": [1]}),
        "`account` and columns of numbers",
    ),
    "no row": (
        lambda f: written(f / "features.parquet", columns={"account": [], "age": []}),
        "no row",
    ),
    "words": (
        lambda f: written(f / "features.parquet", columns={"account": [1], "land": ["DE"]}),
        "land: numbers are wanted",
    ),
    "an account twice": (
        lambda f: written(f / "features.csv", columns={"account": [1, 1], "age": [1, 2]}),
        "account: some account has more than one row",
    ),
    "an account that is not there": (
        lambda f: written(f / "features.parquet", columns={"account": [1, None], "age": [1, 2]}),
        "row 2, account: nothing is there",
    ),
    "a number without end": (
        lambda f: written(f / "features.csv", columns={"account": [1, 2], "age": ["1", "inf"]}),
        "row 2, age: not finite",
    ),
    "arrays without X": (
        lambda f: written(f / "features.npz", columns={"Y": [[1]]}),
        "no array X; there are: Y",
    ),
    "X of one dimension": (
        lambda f: written(f / "features.npz", columns={"X": [1]}),
        "X: rows and columns of numbers",
    ),
    "fewer accounts than rows": (
        lambda f: written(f / "features.npz", columns={"X": [[1], [2]], "account": [1]}),
        "account: one id a row",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_unfit_features_are_refused_by_name_and_place(tmp_path: Path, name: str) -> None:
    make, why = UNFIT[name]
    path = make(tmp_path)
    with pytest.raises(NetworkFileUnfit, match=why) as refused:
        read_features(path)
    assert refused.value.detail.startswith(str(path))
