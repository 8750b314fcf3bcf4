"""Who used the same rare tags: edges of a kind of their own, in what the platform told of uses."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array, triu

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.networks.stored.edges import EDGE, KEY_BYTES, PART_EDGES, ranges

#: The kind of edge that joins two accounts that used one tag.
SHARED_TAG: Final = "shared_tag"
#: A tag that more accounts used says nothing of any two of them.
ACCOUNTS_MAX: Final = 50
#: Pairs of accounts that rare tags may join; the rarest tags come first.
PAIRS_MAX: Final = 10_000_000

_USE: Final = np.dtype([("tag", "V16"), ("account", "V16")])
_sql = queries.load("tutela.networks.stored", file="edges.sql")


async def read_tags(connection: Connection, *, whose: Whose) -> list[bytes]:
    """Who used which rare tag: what `tag_edges` takes."""
    cursor = await connection.execute(_sql.count_uses, whose.columns)
    ((count,),) = await cursor.fetchall()
    uses = list[bytes]()
    for first, last in ranges(-(-count // PART_EDGES)):
        named = {**whose.columns, "first": first, "last": last, "accounts_max": ACCOUNTS_MAX}
        cursor = await connection.execute(_sql.read_tags, named, binary=True)
        uses += [rows for (rows,) in await cursor.fetchall() if rows is not None]
    return uses


def tag_edges(uses: Sequence[bytes], *, pairs_max: int = PAIRS_MAX) -> bytes:
    """An edge for each two accounts of a tag, of the weight 1 / (its accounts - 1), added up.

    So that a step over a tag leads to each other account of it alike. `uses` are pairs of digests,
    a tag and an account, each once. The rarest tags are taken, as far as `pairs_max` reaches.
    """
    told = np.frombuffer(b"".join(uses), _USE)
    if not len(told):
        return b""
    tags, _ = _numbered(told["tag"])
    accounts, names = _numbered(told["account"])
    users = np.bincount(tags)
    order = np.argsort(users, kind="stable")
    within = np.cumsum(users[order] * (users[order] - 1) // 2) <= pairs_max
    kept = np.zeros(len(users), np.bool_)
    kept[order[within]] = True
    of_it = kept[tags] & (users[tags] > 1)
    rows, columns = tags[of_it], accounts[of_it]
    shape = (len(users), len(names))
    used = csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    shared = csr_array((1 / (users[rows] - 1.0), (rows, columns)), shape=shape)
    pairs = triu(used.T @ shared, k=1).tocoo()
    edges = np.empty(pairs.nnz, EDGE)
    edges["src"], edges["dst"] = names[pairs.row], names[pairs.col]
    edges["weight"] = pairs.data
    return edges.tobytes()


def _numbered(keys: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.void]]:
    """By key its number from 0, and the keys by number."""
    buffer = pa.py_buffer(np.ascontiguousarray(keys))
    array = pa.Array.from_buffers(pa.binary(KEY_BYTES), len(keys), [None, buffer])
    encoded = array.dictionary_encode()
    names = np.frombuffer(b"".join(encoded.dictionary.to_pylist()), "V16")
    return encoded.indices.to_numpy().astype(np.int64), names
