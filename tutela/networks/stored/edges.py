"""The graph of what the platform told: accounts by digests, edges that the law lets us use."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.networks.files.errors import GraphTooLarge
from tutela.networks.files.memory import free_bytes
from tutela.networks.graph import Edges, Graph, joined
from tutela.networks.stored.lawful import Lawful, usable
from tutela.networks.stored.room import NetworkRoom

#: Edges that one answer of the database holds, more or less.
PART_EDGES: Final = 250_000
#: What a search takes at its peak, about, measured at 4 million edges.
BYTES_AN_EDGE: Final = 250
KEY_BYTES: Final = 16

#: An edge as the database sends it.
EDGE: Final = np.dtype([("src", "V16"), ("dst", "V16"), ("weight", ">f8")])
#: Digests are drawn evenly from 128 bits, so that equal parts of the first 32 hold equally many.
_FIRST_BITS: Final = 32

_sql = queries.load("tutela.networks.stored", file="edges.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How many edges the platform told of, by kind and visibility, and which may be used."""

    edges: Mapping[tuple[str, str], int]
    lawful: Sequence[Lawful]

    @property
    def most(self) -> int:
        """No more edges than that may be used."""
        usable_ones = {(each.kind, str(each.visibility)) for each in self.lawful}
        return sum(count for told, count in self.edges.items() if told in usable_ones)


def refuse_too_large(told: Told, *, free: int | None = None) -> None:
    """Raises GraphTooLarge where the edges need more memory than there is, or than `free`."""
    needed, free = told.most * BYTES_AN_EDGE, free_bytes() if free is None else free
    if needed > free:
        raise GraphTooLarge(
            f"{told.most:,} stored edges need about {needed >> 20:,} MiB of memory; "
            f"{free >> 20:,} MiB are free.",
            evidence={"needed_bytes": needed, "free_bytes": free},
        )


async def told_of(connection: Connection, *, whose: Whose, room: NetworkRoom) -> Told:
    """What there is to read, and what of it the law lets us use today."""
    cursor = await connection.execute(_sql.kinds_of_edges, whose.columns)
    edges = {(kind, visibility): count for kind, visibility, count in await cursor.fetchall()}
    cursor = await connection.execute(_sql.countries_of_accounts, whose.columns)
    countries = [country for (country,) in await cursor.fetchall()]
    lawful = list(usable(edges, countries=countries, whose=whose, room=room))
    return Told(edges=edges, lawful=lawful)


async def read_edges(
    connection: Connection, *, whose: Whose, told: Told
) -> Mapping[str, Sequence[bytes]]:
    """The edges that may be used, by kind, in parts of 40 bytes each: what `graph_of` takes."""
    columns = {
        "kinds": [each.kind for each in told.lawful],
        "visibilities": [str(each.visibility) for each in told.lawful],
        "countries": [each.country for each in told.lawful],
    }
    found: dict[str, list[bytes]] = defaultdict(list)
    for first, last in ranges(-(-told.most // PART_EDGES)):
        named = {**whose.columns, **columns, "first": first, "last": last}
        cursor = await connection.execute(_sql.read_edges, named, binary=True)
        for kind, rows in await cursor.fetchall():
            found[kind].append(rows)
    return found


def graph_of(rows: Mapping[str, Sequence[bytes]]) -> Graph:
    """The directed graph of edges as the database sends them; a name is a digest in hex.

    Edges of a negative weight are left out and counted.
    """
    kinds = tuple(sorted(rows))
    parts = [np.frombuffer(b"".join(rows[kind]), EDGE) for kind in kinds]
    told = np.concatenate(parts) if parts else np.empty(0, EDGE)
    kind = np.repeat(np.arange(len(kinds), dtype=np.int32), [len(each) for each in parts])
    is_negative = told["weight"] < 0
    told, kind = told[~is_negative], kind[~is_negative]
    names, places = _numbered(told)
    edges = Edges(
        accounts=len(names),
        src=places[: len(told)],
        dst=places[len(told) :],
        weight=told["weight"].astype(np.float32),
        kinds=kinds,
        kind=kind,
    )
    adjacency, left_out = joined(edges, directed=True)
    negative = int(np.count_nonzero(is_negative))
    return Graph(
        names=names,
        adjacency=adjacency,
        directed=True,
        left_out={**left_out, **({"negative": negative} if negative else {})},
    )


def _numbered(told: NDArray[np.void]) -> tuple[pa.Array, NDArray[np.int32]]:
    """The digests in hex and in order, each once; and the place of each end, all src first."""
    keys = np.concatenate([told["src"], told["dst"]])
    array = pa.Array.from_buffers(pa.binary(KEY_BYTES), len(keys), [None, pa.py_buffer(keys)])
    encoded = array.dictionary_encode()
    digests = encoded.dictionary.cast(pa.binary()).to_pylist()
    order = sorted(range(len(digests)), key=digests.__getitem__)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    names = pa.array([digests[place].hex() for place in order], pa.string())
    return names, rank[encoded.indices.to_numpy()]


def ranges(parts: int) -> Iterator[tuple[bytes, bytes | None]]:
    """First digest of each of so many parts, and the first one after it; None after the last."""
    starts = [_digest(part * 2**_FIRST_BITS // parts) for part in range(parts)]
    ends = [*starts[1:], None] if starts else []
    yield from zip(starts, ends, strict=True)


def _digest(first: int) -> bytes:
    return first.to_bytes(_FIRST_BITS // 8, "big") + bytes(KEY_BYTES - _FIRST_BITS // 8)
