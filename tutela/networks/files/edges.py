"""Edges of a file as a graph: who is joined to whom, by each kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.formats import Batch, Format
from tutela.networks.files.ids import (
    Codes,
    Numbers,
    Texts,
    as_numbers,
    drained,
    is_number,
    is_text,
    is_whole_number,
    ordered,
    united,
)
from tutela.networks.files.memory import Size, refuse_too_large
from tutela.networks.files.shapes import Shape, shape_of
from tutela.networks.graph import Edges, Graph, joined

#: The kind of edges that a file does not name.
ONE_KIND: Final = "edge"
MIXED: Final = "Some ids are numbers and some are strings: all were taken as strings."
#: The columns of who is joined to whom.
ENDS: Final = ("src", "dst")
_MORE: Final = ("weight", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How edges are read."""

    #: Edges lead from `src` to `dst` only.
    directed: bool = False
    #: Accounts that belong to the graph though no edge may name them.
    accounts: "pa.Array | None" = None
    #: Bytes that reading may take in place of those that are free here.
    free_bytes: int | None = None
    #: Told how many rows were read, and of how many.
    tell: Callable[[int, int], None] = field(default=lambda _done, _total: None)


def read_edges(path: Path, *, reading: Reading | None = None) -> Graph:
    """The graph of the file; its accounts rise by id, so that the order of the rows is all one.

    Self-loops, edges of weight 0 and repetitions are left out and counted; weights of repeated
    edges are added up where the file has weights. Raises NetworkFileUnfit, with row and field,
    where one is bad, and GraphTooLarge, before anything is loaded, where memory will not do.
    """
    reading = reading or Reading()
    with formats.readable(path):
        shape = shape_of(path)
        columns = wanted(path, there=tuple(shape.columns))
        others = [] if reading.accounts is None else [reading.accounts]
        count = _told_accounts(path, shape=shape)
        size = Size(
            edges=shape.rows,
            accounts=count + sum(map(len, others)),
            text_ids=_has_text_ids(shape),
            weighted="weight" in columns,
        )
        refuse_too_large(size, path=path, free=reading.free_bytes)
        taken = _Taken(path, reading=reading, accounts=count, rows=shape.rows)
        for batch in formats.batches(path, columns=columns):
            taken.add(batch)
        if count:
            others.append(pa.array(np.arange(count)))
        return taken.graph(others)


def refuse_unfit(path: Path) -> None:
    """Raises NetworkFileUnfit for the first row that is no edge, however many there are."""
    for batch in formats.batches(path, columns=wanted(path, there=formats.columns_of(path))):
        _Taken(path, reading=Reading(), accounts=0, rows=0).add(batch)


def wanted(path: Path, *, there: Sequence[str]) -> Sequence[str]:
    """Which of a file's columns are read; raises NetworkFileUnfit where an end is missing."""
    missing = [name for name in ENDS if name not in there]
    if missing:
        raise NetworkFileUnfit(
            f"{path}: no column {' and '.join(missing)}; there are: {', '.join(there) or 'none'}."
        )
    return [*ENDS, *(name for name in _MORE if name in there)]


def _has_text_ids(shape: Shape) -> bool:
    return any(is_text(shape.columns[name]) for name in ENDS)


def _told_accounts(path: Path, *, shape: Shape) -> int:
    """The `n` of an NPZ file whose accounts are 0 to n - 1; else 0."""
    if formats.format_of(path) is not Format.NPZ or "n" not in shape.columns:
        return 0
    with np.load(path, allow_pickle=False) as arrays:
        count = arrays["n"]
    if count.size != 1 or count.dtype.kind not in "iu" or count.item() < 0:
        raise NetworkFileUnfit(f"{path}, n: the number of accounts is wanted.")
    if _has_text_ids(shape):
        raise NetworkFileUnfit(f"{path}, n: counts accounts that are numbers; these are not.")
    return int(count.item())


class _Taken:
    """What was read so far of one file of edges."""

    def __init__(self, path: Path, *, reading: Reading, accounts: int, rows: int) -> None:
        self._path, self._reading = path, reading
        self._accounts, self._total = accounts, rows
        self._ids: Numbers | Texts | None = None
        self._weights: list[NDArray[np.float32]] = []
        self._kinds = Texts()
        self._rows = 0
        self._remarks: list[str] = []

    def add(self, batch: Batch) -> None:
        """Takes further rows."""
        ends = [self._end(batch, name=name) for name in ENDS]
        self._ids = self._ids or self._fitting(ends)
        self._ids.add(*ends)
        if "weight" in batch.columns:
            self._weights.append(self._weight(batch))
        if "kind" in batch.columns:
            self._kinds.add(self._whole(batch, name="kind"))
        self._rows += len(ends[0])
        self._reading.tell(self._rows, max(self._rows, self._total))

    def graph(self, others: Sequence[pa.Array]) -> Graph:
        """All of it, and the other accounts."""
        names, codes = self._ids.finish() if self._ids else (pa.array([], pa.int64()), [])
        names = as_numbers(names)
        for each in others:
            names = self._with(names, others=each)
        if not len(names):
            raise NetworkFileUnfit(f"{self._path}: no edge, and no account is known otherwise.")
        names, places = ordered(names)
        src, dst = _placed(codes, places=places)
        kinds, kind = self._kinds.finish()
        edges = Edges(
            accounts=len(names),
            src=src,
            dst=dst,
            weight=np.concatenate(self._weights) if self._weights else None,
            kinds=tuple(kinds.to_pylist()) or (ONE_KIND,),
            kind=np.concatenate(kind) if len(kinds) > 1 else None,
        )
        adjacency, left_out = joined(edges, directed=self._reading.directed)
        return Graph(
            names=names,
            adjacency=adjacency,
            left_out=left_out,
            directed=self._reading.directed,
            remarks=tuple(dict.fromkeys(self._remarks)),
        )

    def _with(self, names: pa.Array, *, others: pa.Array) -> pa.Array:
        if not len(names):
            return others
        names, mixed = united(names, others=others)
        if mixed:
            self._remarks.append(MIXED)
        return names

    def _fitting(self, ends: Sequence[pa.Array]) -> Numbers | Texts:
        numbers = [is_whole_number(each.type) for each in ends]
        if any(numbers) and not all(numbers):
            self._remarks.append(MIXED)
        return Numbers() if all(numbers) else Texts()

    def _end(self, batch: Batch, *, name: str) -> pa.Array:
        ids = self._whole(batch, name=name)
        if pa.types.is_floating(ids.type):
            ids = self._whole_numbers(ids, batch=batch, name=name)
        if not is_whole_number(ids.type) and not is_text(ids.type):
            raise NetworkFileUnfit(
                f"{self._path}, {name}: ids are whole numbers or strings, not {ids.type}."
            )
        if is_text(ids.type):
            self._refuse(pc.equal(ids, ""), batch=batch, why=f"{name}: no id")
        elif self._accounts:
            outside = pc.or_(pc.less(ids, 0), pc.greater_equal(ids, self._accounts))
            self._refuse(outside, batch=batch, why=f"{name}: not from 0 to n - 1")
        return ids

    def _whole(self, batch: Batch, *, name: str) -> pa.Array:
        """The column, refused where a row has nothing there."""
        column = batch.columns[name]
        if column.null_count:
            self._refuse(column.is_null(), batch=batch, why=f"{name}: nothing is there")
        return column

    def _whole_numbers(self, ids: pa.Array, *, batch: Batch, name: str) -> pa.Array:
        """Floating-point ids as the whole numbers they are."""
        values = ids.to_numpy()
        fits = (np.abs(values) < 2**53) & (values == np.floor(values))
        self._refuse(pa.array(~fits), batch=batch, why=f"{name}: no whole number")
        return pa.array(values.astype(np.int64))

    def _weight(self, batch: Batch) -> NDArray[np.float32]:
        column = self._whole(batch, name="weight")
        if not is_number(column.type) and not is_text(column.type):
            raise NetworkFileUnfit(f"{self._path}, weight: numbers are wanted, not {column.type}.")
        try:
            values = _numbers(column).to_numpy()
        except pa.ArrowInvalid as error:
            row = batch.before + _first_bad(column) + 1
            raise NetworkFileUnfit(f"{self._path}, row {row}, weight: no number.") from error
        with np.errstate(over="ignore"):
            weights: NDArray[np.float32] = values.astype(np.float32)
        self._refuse(pa.array(~np.isfinite(weights)), batch=batch, why="weight: not finite")
        self._refuse(pa.array(weights < 0), batch=batch, why="weight: negative")
        return weights

    def _refuse(self, is_bad: pa.Array, *, batch: Batch, why: str) -> None:
        first = pc.index(is_bad, pa.scalar(True)).as_py()  # noqa: FBT003 - the value looked for
        if first >= 0:
            raise NetworkFileUnfit(f"{self._path}, row {batch.before + first + 1}, {why}.")


def _numbers(column: pa.Array) -> pa.Array:
    if is_text(column.type):
        column = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return column.cast(pa.float64())


def _first_bad(column: pa.Array) -> int:
    """The place of the first that is no number, where one is not."""
    good, bad = 0, len(column)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            _numbers(column.slice(good, middle - good))
            good = middle
        except pa.ArrowInvalid:
            bad = middle
    return good


def _placed(codes: list[Codes], *, places: Codes) -> tuple[Codes, Codes]:
    """The places of both ends, from codes of the one and the other in turn."""
    edges = sum(map(len, codes)) // 2
    ends = np.empty(edges, np.int32), np.empty(edges, np.int32)
    done = [0, 0]
    for number, part in enumerate(drained(codes)):
        side = number % 2
        ends[side][done[side] : done[side] + len(part)] = places[part]
        done[side] += len(part)
    return ends
