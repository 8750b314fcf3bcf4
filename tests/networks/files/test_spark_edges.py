"""Edges of files as a graph that Spark holds: the same graph as without it."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutela.networks.engines.local import LocalEngine
from tutela.networks.files import edges
from tutela.networks.files.edges import Reading
from tutela.networks.files.errors import NetworkFileUnfit

if TYPE_CHECKING:
    from tutela.networks.engines.spark import Session
    from tutela.networks.files.spark_edges import SparkGraph

#: Strings that CSV quotes, a loop, an edge of weight 0, repeated edges, two kinds.
ROWS = (
    'src,dst,weight,kind\na,"b, ""c""",1,tag\n"b, ""c""",a,0.5,tag\nö,a,2,follow\na,ö,1,tag\n'
    "ö,ö,1,tag\n007,a,0,tag\n007,ö,3,follow\n"
)


def read(path: Path, *, spark: "Session", reading: Reading) -> "SparkGraph":
    from tutela.networks.files.spark_edges import read_edges  # noqa: PLC0415 - it may be absent

    return read_edges(path, session=spark, reading=reading)


def assert_same(there: "SparkGraph", *, path: Path, reading: Reading) -> None:
    here = edges.read_edges(path, reading=reading)
    engine = LocalEngine(here)
    assert there.names.equals(here.names)
    assert there.engine.kinds == engine.kinds
    assert (there.engine.left_out, there.remarks) == (here.left_out, here.remarks)
    x = np.random.default_rng(0).random(len(here.names), np.float32)
    for kind in engine.kinds:
        spread = there.engine.spread(x, kind=kind.name)
        np.testing.assert_allclose(spread, engine.spread(x, kind=kind.name), rtol=1e-6)


def test_csv_of_strings_is_the_same_graph_with_spark(spark: "Session", tmp_path: Path) -> None:
    path = tmp_path / "edges [1] 100%.csv"
    path.write_text(ROWS)
    reading = Reading(accounts=pa.array([5, 7]))
    assert_same(read(path, spark=spark, reading=reading), path=path, reading=reading)


def test_numbers_in_several_parquet_files_are_one_directed_graph(
    spark: "Session", tmp_path: Path
) -> None:
    ends = np.random.default_rng(1).integers(-50, 50, (2, 600))
    whole, folder = tmp_path / "whole.parquet", tmp_path / "parts"
    folder.mkdir()
    table = pa.table({"src": ends[0], "dst": ends[1]})
    pq.write_table(table, whole)
    pq.write_table(table.slice(0, 250), folder / "a.parquet")
    pq.write_table(table.slice(250), folder / "b.parquet")
    reading = Reading(directed=True)
    graph = read(folder, spark=spark, reading=reading)
    assert_same(graph, path=whole, reading=reading)
    here = edges.read_edges(whole, reading=reading).adjacency["edge"].toarray()
    some = graph.around([3, 40])
    shown = here.copy()
    shown[np.ix_(*[np.setdiff1d(range(len(here)), [3, 40])] * 2)] = 0
    assert np.array_equal(some.adjacency["edge"].toarray(), shown)
    assert some.edge_counts is not None
    assert np.array_equal(some.edge_counts, (here > 0).sum(axis=0) + (here > 0).sum(axis=1))


@pytest.mark.parametrize(
    ("row", "where"),
    [("2,3,-1", ", row 2, weight"), ("2,,1", ", row 2, dst"), ("2,3", ""), ("2,3,1,4", "")],
)
def test_an_unfit_row_is_refused_with_its_place(
    spark: "Session", tmp_path: Path, row: str, where: str
) -> None:
    path = tmp_path / "edges.csv"
    path.write_text(f"src,dst,weight\n1,2,1\n{row}\n")
    with pytest.raises(NetworkFileUnfit, match=rf"edges\.csv{where}"):
        read(path, spark=spark, reading=Reading())


def test_half_a_file_and_one_that_spark_does_not_read_are_refused(
    spark: "Session", tmp_path: Path
) -> None:
    table = pa.table({"src": [1, 2], "dst": [2, 3]})
    pq.write_table(table, tmp_path / "cut.parquet")
    whole = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    pq.write_table(table, tmp_path / "_hidden.parquet")
    np.savez(tmp_path / "edges.npz", src=[1], dst=[2])
    for name in ("cut.parquet", "_hidden.parquet", "edges.npz"):
        with pytest.raises(NetworkFileUnfit, match=name):
            read(tmp_path / name, spark=spark, reading=Reading())
