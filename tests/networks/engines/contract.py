"""What every engine must do; a test of an engine gives a way to make one from a graph."""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Engine
from tutela.networks.graph import Edges, Graph, joined

MakeEngine = Callable[[Graph], Engine]


def drawn(*, accounts: int, edges: int, seed: int, directed: bool = False) -> Graph:
    """A graph of two kinds by chance, one of them weighted unequally; some have no edge."""
    chance = np.random.default_rng(seed)
    ends = chance.integers(0, max(1, accounts - 3), (2, edges)).astype(np.int32)
    adjacency, left_out = joined(
        Edges(
            accounts=accounts,
            src=ends[0],
            dst=ends[1],
            weight=(chance.integers(1, 5, edges) / 2).astype(np.float32),
            kinds=("tag", "follow"),
            kind=chance.integers(0, 2, edges).astype(np.int32),
        ),
        directed=directed,
    )
    names = pa.array([f"account-{place:05}" for place in range(accounts)])
    return Graph(names=names, adjacency=adjacency, left_out=left_out, directed=directed)


def matrices(graph: Graph) -> Iterator[tuple[str, csr_array]]:
    """What an engine of the graph multiplies by, by kind."""
    for name, matrix in graph.adjacency.items():
        yield name, matrix
        if graph.directed:
            yield f"{name}_back", matrix.T.tocsr()


class EngineContract:
    """Tests that each engine's own test class inherits; `make` gives its engine."""

    make: MakeEngine

    def test_it_tells_its_accounts_kinds_and_edges(self) -> None:
        graph = drawn(accounts=60, edges=300, seed=1)
        engine = self.make(graph)
        assert engine.accounts == 60
        told = {kind.name: kind.edges for kind in engine.kinds}
        assert told == {name: matrix.nnz // 2 for name, matrix in matrices(graph)}
        assert list(told) == sorted(told)

    def test_degrees_are_the_sums_of_the_weights(self) -> None:
        graph = drawn(accounts=60, edges=300, seed=2)
        engine = self.make(graph)
        for name, matrix in matrices(graph):
            degrees = engine.degrees(name)
            assert degrees.dtype == np.float32
            np.testing.assert_allclose(degrees, matrix.sum(axis=1), rtol=1e-6)

    def test_a_step_is_the_product_of_one_column_or_of_several(self) -> None:
        graph = drawn(accounts=60, edges=300, seed=3)
        engine = self.make(graph)
        x = np.random.default_rng(3).random((60, 3), np.float32)
        for name, matrix in matrices(graph):
            wide, narrow = engine.spread(x, kind=name), engine.spread(x[:, 1], kind=name)
            assert wide.dtype == np.float32
            assert [wide.shape, narrow.shape] == [(60, 3), (60,)]
            np.testing.assert_allclose(wide, matrix.toarray() @ x, rtol=1e-5)
            np.testing.assert_allclose(narrow, wide[:, 1], rtol=1e-5)

    def test_the_same_step_twice_is_the_same_to_the_bit(self) -> None:
        engine = self.make(drawn(accounts=400, edges=4_000, seed=4))
        x = np.random.default_rng(4).random(400, np.float32)
        first, again = (engine.spread(x, kind="follow") for _ in range(2))
        assert first.tobytes() == again.tobytes()

    def test_a_directed_graph_is_walked_forward_and_backward(self) -> None:
        graph = drawn(accounts=60, edges=300, seed=5, directed=True)
        engine = self.make(graph)
        told = {kind.name: kind.edges for kind in engine.kinds}
        assert told == {name: matrix.nnz for name, matrix in matrices(graph)}
        x = np.random.default_rng(5).random(60, np.float32)
        for name, matrix in matrices(graph):
            np.testing.assert_allclose(engine.spread(x, kind=name), matrix.toarray() @ x, rtol=1e-5)
            np.testing.assert_allclose(engine.degrees(name), matrix.sum(axis=1), rtol=1e-6)

    def test_a_graph_without_an_edge_spreads_nothing(self) -> None:
        engine = self.make(drawn(accounts=5, edges=0, seed=6))
        assert engine.spread(np.ones(5, np.float32), kind="follow").tolist() == [0.0] * 5
        assert engine.degrees("follow").tolist() == [0.0] * 5
