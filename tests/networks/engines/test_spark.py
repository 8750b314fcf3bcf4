"""The engine whose edges lie with Spark."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.networks.engines.contract import EngineContract
from tutela.networks.engines.engine import Engine
from tutela.networks.engines.spark_blocks import Cut, Places
from tutela.networks.graph import Graph

if TYPE_CHECKING:
    from tutela.networks.engines.spark import Session


def rows_of(graph: Graph) -> pa.Table:
    """The graph's edges as rows, each pair once unless they lead one way; ids are places."""
    parts = []
    for kind, matrix in graph.adjacency.items():
        src, dst = matrix.nonzero()
        once = np.ones(len(src), np.bool_) if graph.directed else src < dst
        kinds = pa.array([kind] * int(once.sum()), pa.string())
        columns = [pa.array(each[once]) for each in (src, dst, matrix.data)]
        parts.append(pa.table([*columns, kinds], names=["src", "dst", "weight", "kind"]))
    return pa.concat_tables(parts)


class TestSpark(EngineContract):
    @pytest.fixture(autouse=True)
    def _with_spark(self, spark: "Session", tmp_path: Path) -> None:
        self.spark, self.folder = spark, tmp_path

    def make(self, graph: Graph) -> Engine:
        from tutela.networks.engines.spark import (  # noqa: PLC0415 - it may be absent
            SparkRows,
        )

        pq.write_table(rows_of(graph), self.folder / "edges.parquet")
        rows = SparkRows.of_parquet(self.spark, paths=[self.folder / "edges.parquet"])
        accounts = len(graph.names)
        cut = Cut(
            accounts=accounts,
            blocks=3,
            kinds=tuple(graph.adjacency),
            directed=graph.directed,
            weighted=True,
        )
        places = Places(np.arange(accounts), np.arange(accounts, dtype=np.int32))
        return rows.engine(places=places, cut=cut, by_hash=False)
