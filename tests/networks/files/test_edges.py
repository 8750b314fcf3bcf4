"""Edges of a file, as a graph."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.networks.files.writing import Columns, written
from tutela.networks import graph as graph_room
from tutela.networks.files import formats
from tutela.networks.files.edges import MIXED, Reading, read_edges
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.graph import Graph


def pairs(graph: Graph) -> dict[str, set[tuple[object, object, float]]]:
    names = graph.names.to_pylist()
    return {
        kind: {
            (names[row], names[column], float(weight))
            for row, column, weight in zip(*matrix.nonzero(), matrix.data, strict=True)
        }
        for kind, matrix in graph.adjacency.items()
    }


@pytest.mark.parametrize("ending", ["csv", "parquet", "npz"])
@pytest.mark.parametrize("ids", [[7, 300, -2, 10**15], ["b", "a", 'ö, "c"', "007"]])
def test_the_same_graph_comes_from_every_format(
    tmp_path: Path, ending: str, ids: list[object]
) -> None:
    one, two, three, four = ids
    columns: Columns = {"src": [one, two, three], "dst": [two, three, four], "x": [1, 2, 3]}
    graph = read_edges(written(tmp_path / f"edges.{ending}", columns=columns))
    assert graph.names.to_pylist() == pa.array(ids).sort().to_pylist()
    both = {(one, two, 1.0), (two, three, 1.0), (three, four, 1.0)}
    assert pairs(graph) == {"edge": both | {(dst, src, w) for src, dst, w in both}}


def test_self_loops_repetitions_and_weights_of_0_are_left_out_and_counted(tmp_path: Path) -> None:
    columns: Columns = {
        "src": [1, 1, 2, 2, 3, 9, 4],
        "dst": [2, 2, 1, 2, 4, 9, 5],
        "weight": [1.0, 2.0, 4.0, 8.0, 0.5, 0.0, 0.0],
    }
    graph = read_edges(written(tmp_path / "edges.parquet", columns=columns))
    assert pairs(graph)["edge"] == {(1, 2, 7.0), (2, 1, 7.0), (3, 4, 0.5), (4, 3, 0.5)}
    assert graph.names.to_pylist() == [1, 2, 3, 4, 5, 9]
    assert graph.left_out == {"self_loops": 2, "weightless": 1, "duplicates": 2}


def test_an_edge_without_weight_counts_once_however_often_it_is_given(tmp_path: Path) -> None:
    columns: Columns = {"src": ["a", "a", "b"], "dst": ["b", "b", "a"]}
    path = written(tmp_path / "edges.csv", columns=columns)
    assert pairs(read_edges(path))["edge"] == {("a", "b", 1.0), ("b", "a", 1.0)}
    directed = read_edges(path, reading=Reading(directed=True))
    assert pairs(directed)["edge"] == {("a", "b", 1.0), ("b", "a", 1.0)}
    assert directed.left_out == {"duplicates": 1}


def test_each_kind_has_a_matrix(tmp_path: Path) -> None:
    columns: Columns = {"src": [1, 1], "dst": [2, 2], "kind": ["tag", "follow"]}
    graph = read_edges(written(tmp_path / "edges.parquet", columns=columns))
    both = {(1, 2, 1.0), (2, 1, 1.0)}
    assert pairs(graph) == {"follow": both, "tag": both}


@pytest.mark.parametrize("weight", ["-1", "nan", "inf", "1e300", "much", ""])
def test_a_bad_weight_is_refused_with_its_row(tmp_path: Path, weight: str) -> None:
    path = tmp_path / "edges.csv"
    path.write_text(f"src,dst,weight\n1,2, 1\n2,3,{weight}\n3,4,0.5\n")
    with pytest.raises(NetworkFileUnfit, match=r"edges\.csv, row 2, weight: "):
        read_edges(path)


def test_numbers_and_strings_together_are_taken_as_strings_and_told(tmp_path: Path) -> None:
    columns: Columns = {"src": [1, 2], "dst": ["2", "b"]}
    graph = read_edges(written(tmp_path / "edges.parquet", columns=columns))
    assert graph.names.to_pylist() == ["1", "2", "b"]
    assert graph.remarks == (MIXED,)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["7", "007", "8"], ["007", "7", "8"]),
        (["7", "8", "-9"], [-9, 7, 8]),
        (["NA", "null", ""], None),
        (["NA", "null", " x"], [" x", "NA", "null"]),
    ],
)
def test_ids_of_a_csv_file_are_numbers_where_nothing_is_lost_by_it(
    tmp_path: Path, ids: list[str], told: list[object] | None
) -> None:
    path = tmp_path / "edges.csv"
    path.write_text("src,dst\n" + "".join(f"{one},{other}\n" for one, other in pairwise(ids)))
    if told is None:
        with pytest.raises(NetworkFileUnfit, match="row 2, dst: no id"):
            read_edges(path)
    else:
        assert read_edges(path).names.to_pylist() == told


def test_whole_numbers_written_as_fractions_are_whole_numbers(tmp_path: Path) -> None:
    columns: Columns = {"src": [1.0, 2.0], "dst": [2.0, 3.0]}
    path = written(tmp_path / "edges.parquet", columns=columns)
    assert read_edges(path).names.to_pylist() == [1, 2, 3]
    bad = written(tmp_path / "bad.parquet", columns={"src": [1.0, 2.5], "dst": [2.0, 3.0]})
    with pytest.raises(NetworkFileUnfit, match="row 2, src: no whole number"):
        read_edges(bad)


def test_accounts_without_an_edge_are_known_from_n_or_from_features(tmp_path: Path) -> None:
    columns: Columns = {"src": [0, 1], "dst": [1, 2]}
    path = tmp_path / "edges.npz"
    np.savez(path, n=5, **{name: np.array(ids) for name, ids in columns.items()})  # type: ignore[arg-type] # of numpy's last parameter
    assert read_edges(path).names.to_pylist() == [0, 1, 2, 3, 4]
    plain = written(tmp_path / "edges.csv", columns=columns)
    graph = read_edges(plain, reading=Reading(accounts=pa.array([9, 1, 7])))
    assert graph.names.to_pylist() == [0, 1, 2, 7, 9]
    assert pairs(graph)["edge"] == {(0, 1, 1.0), (1, 0, 1.0), (1, 2, 1.0), (2, 1, 1.0)}


def test_a_byte_order_mark_other_delimiters_and_categories_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "edges.csv"
    path.write_bytes(b"\xef\xbb\xbfsrc;dst\r\na;b\r\n\r\nb;c\r\n")
    assert read_edges(path).names.to_pylist() == ["a", "b", "c"]
    categories = pa.array(["a", "b"]).dictionary_encode()
    parquet = tmp_path / "edges.parquet"
    pq.write_table(pa.table({"src": categories, "dst": ["b", "c"]}), parquet)
    assert read_edges(parquet).names.to_pylist() == ["a", "b", "c"]


@pytest.mark.parametrize("ids", ["numbers", "far apart", "strings"])
def test_a_file_is_the_same_in_one_batch_and_in_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ids: str
) -> None:
    ends = np.random.default_rng(1).integers(0, 90, (2, 500))
    named = {"numbers": ends, "far apart": ends**9, "strings": ends.astype(np.str_)}[ids]
    columns = {
        "src": named[0].tolist(),
        "dst": named[1].tolist(),
        "weight": [1.5] * 500,
        "kind": ["tag" if end % 2 else "follow" for end in ends[0]],
    }
    path = written(tmp_path / "edges.parquet", columns=columns)
    whole = read_edges(path)
    monkeypatch.setattr(formats, "BATCH_ROWS", 70)
    monkeypatch.setattr(graph_room, "_NUMBERS_AT_ONCE", 33)
    parts = read_edges(path)
    assert whole.names.equals(parts.names)
    assert pairs(whole) == pairs(parts)
    assert whole.left_out == parts.left_out
