"""What Spark's Python workers do to edges: ids to places, edges to blocks, a block times a vector.

Pure functions over Arrow batches. They travel to the workers by value, so that a machine of a
cluster needs NumPy, SciPy and PyArrow, and nothing of this package.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

#: So many rows of a file are cut into pieces of blocks together.
PIECE_ROWS: Final = 1 << 20
#: Pieces of blocks, which Spark brings together: `block` is where a piece belongs; `rows` and
#: `columns` (int32) and `weights` (float32) are its edges, each seen from its row's side.
PIECES: Final = (
    "block int, read long, self_loops long, weightless long,"
    " rows binary, columns binary, weights binary"
)
#: Blocks of edges in compressed sparse rows; `degrees` and `weights` are float32, the rest int32.
BLOCKS: Final = (
    "block int, read long, self_loops long, weightless long, edges long,"
    " degrees binary, lengths binary, pointers binary, columns binary, weights binary"
)
#: The edges of some accounts: their places (int64), how many edges each has (int32), and those.
SOME: Final = "places binary, lengths binary, columns binary, weights binary"
#: A block's part of a product, row by row, float32.
PARTS: Final = "block int, part binary"

COUNTS: Final = ("read", "self_loops", "weightless")
_PIECE: Final = ("rows", "columns", "weights")
_PARTS: Final = pa.schema({"block": pa.int32(), "part": pa.binary()})


@dataclass(frozen=True, slots=True)
class Cut:
    """How a graph is cut into blocks: account `p` is row `p // blocks` of block `p % blocks`."""

    #: How many accounts there are, those without an edge among them.
    accounts: int
    #: Blocks of each kind and way.
    blocks: int
    #: The kinds' names in the file; one alone needs no column.
    kinds: tuple[str, ...]
    #: Edges lead one way: then the blocks of a kind are followed by those of its way back.
    directed: bool
    #: Weights are the file's and repeated edges add up; else each pair weighs 1.
    weighted: bool

    @property
    def ways(self) -> int:
        """In how many ways each kind is held."""
        return 2 if self.directed else 1

    def rows_of(self, block: int) -> int:
        """How many accounts the block has."""
        return len(range(block % self.blocks, self.accounts, self.blocks))


@dataclass(frozen=True, slots=True)
class Places:
    """Where the accounts stand that edges name."""

    #: Rising: the ids themselves, or hashes of ids that are strings.
    keys: NDArray[np.int64]
    #: The place of each key.
    places: NDArray[np.int32]

    def of(self, keys: pa.ChunkedArray) -> NDArray[np.int32]:
        """The places of accounts that are all there."""
        found: NDArray[np.int32] = self.places[np.searchsorted(self.keys, keys.to_numpy())]
        return found


def pieces(
    batches: Iterator[pa.RecordBatch], *, cut: Cut, places: Places
) -> Iterator[pa.RecordBatch]:
    """Edges (`src`, `dst`: keys; `weight`, `kind` where the file has them) as pieces of blocks.

    An edge of a graph without directions goes to the block of either end.
    """
    for rows in _gathered(batches):
        src, dst = places.of(rows.column("src")), places.of(rows.column("dst"))
        weights = _weights(rows, cut=cut)
        is_loop, is_nothing = src == dst, weights == 0
        counts = rows.num_rows, int(is_loop.sum()), int((is_nothing & ~is_loop).sum())
        kept = ~(is_loop | is_nothing)
        first = _kinds(rows, cut=cut)[kept] * np.int32(cut.ways * cut.blocks)
        sides = _both_ways(src[kept], dst=dst[kept], weights=weights[kept], first=first, cut=cut)
        yield _cut(sides, counts=counts, cut=cut)


def blocks(batches: Iterator[pa.RecordBatch], *, cut: Cut) -> Iterator[pa.RecordBatch]:
    """Each block that the pieces make; its edges are sorted, repeated ones are one."""
    found: dict[int, list[dict[str, Any]]] = {}
    for batch in batches:
        for piece in batch.to_pylist():
            found.setdefault(piece["block"], []).append(piece)
    for block in sorted(found):
        yield _block(block, pieces=found.pop(block), cut=cut)


def products(
    batches: Iterator[pa.RecordBatch], *, x: NDArray[np.float32]
) -> Iterator[pa.RecordBatch]:
    """Each block (`block`, `pointers`, `columns`, `weights`) times the vector or the columns."""
    for batch in batches:
        for row in range(batch.num_rows):
            part = [(_matrix(batch, row=row, columns=len(x)) @ x).tobytes()]
            yield pa.record_batch([batch.column("block").slice(row, 1), part], schema=_PARTS)


def some(
    batches: Iterator[pa.RecordBatch], *, cut: Cut, wanted: NDArray[np.int64]
) -> Iterator[pa.RecordBatch]:
    """The edges of those accounts that the blocks (as for `products`) have of the wanted ones."""
    for batch in batches:
        for row in range(batch.num_rows):
            here = wanted[wanted % cut.blocks == batch.column("block")[row].as_py() % cut.blocks]
            matrix = _matrix(batch, row=row, columns=cut.accounts)[here // cut.blocks]
            yield pa.record_batch(
                {
                    "places": [here.tobytes()],
                    "lengths": [np.diff(matrix.indptr).astype(np.int32).tobytes()],
                    "columns": [matrix.indices.astype(np.int32).tobytes()],
                    "weights": [matrix.data.tobytes()],
                }
            )


def _gathered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        held.append(batch)
        rows += batch.num_rows
        if rows >= PIECE_ROWS:
            yield pa.Table.from_batches(held)
            held, rows = [], 0
    if rows:
        yield pa.Table.from_batches(held)


def _weights(rows: pa.Table, *, cut: Cut) -> NDArray[np.float32]:
    if not cut.weighted:
        return np.ones(rows.num_rows, np.float32)
    return rows.column("weight").to_numpy().astype(np.float32)  # type: ignore[no-any-return]


def _kinds(rows: pa.Table, *, cut: Cut) -> NDArray[np.int32]:
    if len(cut.kinds) == 1:
        return np.zeros(rows.num_rows, np.int32)
    kinds = pc.index_in(rows.column("kind"), pa.array(cut.kinds, pa.string()))
    return kinds.to_numpy().astype(np.int32)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Sides:
    """Edges from the side of one end: which block and row, to whom, how strong."""

    block: NDArray[np.int32]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    weights: NDArray[np.float32]


def _both_ways(
    src: NDArray[np.int32],
    *,
    dst: NDArray[np.int32],
    weights: NDArray[np.float32],
    first: NDArray[np.int32],
    cut: Cut,
) -> _Sides:
    from_side, to_side = np.concatenate([src, dst]), np.concatenate([dst, src])
    back = first + np.int32(cut.blocks) if cut.directed else first
    return _Sides(
        block=np.concatenate([first, back]) + from_side % np.int32(cut.blocks),
        rows=from_side // np.int32(cut.blocks),
        columns=to_side,
        weights=np.concatenate([weights, weights]),
    )


def _cut(sides: _Sides, *, counts: tuple[int, int, int], cut: Cut) -> pa.RecordBatch:
    number = len(cut.kinds) * cut.ways * cut.blocks
    small = sides.block.astype(np.int16) if number < np.iinfo(np.int16).max else sides.block
    order = np.argsort(small, kind="stable")
    ends = np.cumsum(np.bincount(sides.block, minlength=number))
    here = [block for block in range(number) if ends[block] > (ends[block - 1] if block else 0)]
    here = here or [0]
    cuts = [order[ends[block - 1] if block else 0 : ends[block]] for block in here]
    nothing = [0] * (len(here) - 1)
    columns = {
        "block": pa.array(here, pa.int32()),
        **{name: [count, *nothing] for name, count in zip(COUNTS, counts, strict=True)},
        **{name: [getattr(sides, name)[each].tobytes() for each in cuts] for name in _PIECE},
    }
    return pa.record_batch(columns)


def _block(block: int, *, pieces: list[dict[str, Any]], cut: Cut) -> pa.RecordBatch:
    """One block; in the order of its pieces' contents, since they arrive in any."""
    pieces.sort(key=lambda piece: tuple(piece[name] for name in _PIECE))
    rows, columns, weights = (
        np.frombuffer(b"".join(piece[name] for piece in pieces), kind)
        for name, kind in zip(_PIECE, (np.int32, np.int32, np.float32), strict=True)
    )
    matrix = coo_array((weights, (rows, columns)), shape=(cut.rows_of(block), cut.accounts))
    matrix = matrix.tocsr()
    matrix.sum_duplicates()
    if not cut.weighted:
        matrix.data[:] = 1
    return pa.record_batch(
        {
            "block": pa.array([block], pa.int32()),
            **{name: [sum(piece[name] for piece in pieces)] for name in COUNTS},
            "edges": [matrix.nnz],
            "degrees": [matrix.sum(axis=1, dtype=np.float64).astype(np.float32).tobytes()],
            "lengths": [np.diff(matrix.indptr).astype(np.int32).tobytes()],
            "pointers": [matrix.indptr.astype(np.int32).tobytes()],
            "columns": [matrix.indices.astype(np.int32).tobytes()],
            "weights": [matrix.data.astype(np.float32).tobytes()],
        }
    )


def _matrix(batch: pa.RecordBatch, *, row: int, columns: int) -> csr_array:
    pointers, others, weights = (
        np.frombuffer(batch.column(name)[row].as_buffer(), kind)
        for name, kind in (("pointers", np.int32), ("columns", np.int32), ("weights", np.float32))
    )
    return csr_array((weights, others, pointers), shape=(len(pointers) - 1, columns))
