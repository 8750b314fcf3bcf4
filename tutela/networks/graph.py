"""A graph of accounts in the memory of one machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Graph:
    """Accounts by their place, and who is joined to whom by each kind of edge."""

    #: The platform's ids by place: 64-bit integers, or strings.
    names: "pa.Array"
    #: By kind a square matrix of float32 weights, CSR, without self-loops and duplicates;
    #: symmetrical unless it was read as directed.
    adjacency: Mapping[str, csr_array]
    #: What was left out while reading and how often, such as `self_loops`.
    left_out: Mapping[str, int] = field(default_factory=dict)
