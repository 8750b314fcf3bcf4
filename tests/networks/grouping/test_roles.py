"""Which part a member seems to play, by its position."""

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array

from tutela.networks.graph import Graph
from tutela.networks.grouping.roles import Role, roles


def _way(pairs: list[tuple[int, int]], *, size: int) -> csr_array:
    src, dst = zip(*pairs, strict=True)
    return csr_array((np.ones(len(pairs)), (src, dst)), shape=(size, size))


def test_whom_many_follow_looks_like_a_seller_or_a_creator() -> None:
    size = 12
    follow = [(one, hub) for one in range(3, 11) for hub in range(3)]
    adjacency = {
        "follow": _way(follow, size=size),
        "shared_payment": _way([(0, 1)], size=size),
        "shared_tag": _way([(1, 2), (2, 11)], size=size),
    }
    graph = Graph(pa.array(np.arange(size)), adjacency, directed=True)
    found = roles(graph, places=np.arange(size))
    assert found[:3] == [Role.SELLER_LIKE, Role.SELLER_LIKE, Role.CREATOR_LIKE]
    assert set(found[3:11]) == {Role.BUYER_LIKE}
    assert found[11] is None


def test_edges_without_a_way_tell_no_role() -> None:
    graph = Graph(pa.array(np.arange(3)), {"edge": _way([(0, 1), (1, 2)], size=3)})
    assert roles(graph, places=np.arange(3)) == [None, None, None]
