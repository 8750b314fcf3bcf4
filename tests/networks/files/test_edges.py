"""Edges of a file, as a graph."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.graph import Graph

Columns = dict[str, list[object]]


def written(folder: Path, *, columns: Columns, ending: str) -> Path:
    path = folder / f"edges.{ending}"
    match ending:
        case "npz":
            np.savez(path, **{name: np.array(values) for name, values in columns.items()})  # type: ignore[arg-type]
        case "csv":
            pacsv.write_csv(pa.table(columns), path)
        case _:
            pq.write_table(pa.table(columns), path)
    return path


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
    graph = read_edges(written(tmp_path, columns=columns, ending=ending))
    assert graph.names.to_pylist() == pa.array(ids).sort().to_pylist()
    both = {(one, two, 1.0), (two, three, 1.0), (three, four, 1.0)}
    assert pairs(graph) == {"edge": both | {(dst, src, w) for src, dst, w in both}}


def test_self_loops_repetitions_and_weights_of_0_are_left_out_and_counted(tmp_path: Path) -> None:
    columns: Columns = {
        "src": [1, 1, 2, 2, 3, 9, 4],
        "dst": [2, 2, 1, 2, 4, 9, 5],
        "weight": [1.0, 2.0, 4.0, 8.0, 0.5, 0.0, 0.0],
    }
    graph = read_edges(written(tmp_path, columns=columns, ending="parquet"))
    assert pairs(graph)["edge"] == {(1, 2, 7.0), (2, 1, 7.0), (3, 4, 0.5), (4, 3, 0.5)}
    assert graph.names.to_pylist() == [1, 2, 3, 4, 5, 9]
    assert graph.left_out == {"self_loops": 2, "weightless": 1, "duplicates": 2}


def test_an_edge_without_weight_counts_once_however_often_it_is_given(tmp_path: Path) -> None:
    columns: Columns = {"src": ["a", "a", "b"], "dst": ["b", "b", "a"]}
    path = written(tmp_path, columns=columns, ending="csv")
    assert pairs(read_edges(path))["edge"] == {("a", "b", 1.0), ("b", "a", 1.0)}
    directed = read_edges(path, reading=Reading(directed=True))
    assert pairs(directed)["edge"] == {("a", "b", 1.0), ("b", "a", 1.0)}
    assert directed.left_out == {"duplicates": 1}


def test_each_kind_has_a_matrix(tmp_path: Path) -> None:
    columns: Columns = {"src": [1, 1], "dst": [2, 2], "kind": ["tag", "follow"]}
    graph = read_edges(written(tmp_path, columns=columns, ending="parquet"))
    both = {(1, 2, 1.0), (2, 1, 1.0)}
    assert pairs(graph) == {"follow": both, "tag": both}


@pytest.mark.parametrize("weight", ["-1", "nan", "inf", "1e300", "much", ""])
def test_a_bad_weight_is_refused_with_its_row(tmp_path: Path, weight: str) -> None:
    path = tmp_path / "edges.csv"
    path.write_text(f"src,dst,weight\n1,2,1\n2,3,{weight}\n")
    with pytest.raises(NetworkFileUnfit, match=r"edges\.csv, row 2, weight: "):
        read_edges(path)
