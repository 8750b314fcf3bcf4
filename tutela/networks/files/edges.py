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
from tutela.networks.files.formats import Batch
from tutela.networks.files.ids import (
    Codes,
    Numbers,
    Texts,
    as_numbers,
    is_text,
    is_whole_number,
    ordered,
    united,
)
from tutela.networks.graph import Edges, Graph, joined

#: The kind of edges that a file does not name.
ONE_KIND: Final = "edge"
MIXED: Final = "Some ids are numbers and some are strings: all were taken as strings."
_ENDS: Final = ("src", "dst")
_MORE: Final = ("weight", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How edges are read."""

    #: Edges lead from `src` to `dst` only.
    directed: bool = False
    #: Accounts that belong to the graph though no edge may name them.
    accounts: "pa.Array | None" = None
    #: Told how many rows were read.
    tell: Callable[[int], None] = field(default=lambda _rows: None)


def read_edges(path: Path, *, reading: Reading | None = None) -> Graph:
    """The graph of the file; raises NetworkFileUnfit with row and field where one is bad.

    Self-loops, edges of weight 0 and repetitions are left out and counted; weights of repeated
    edges are added up where the file has weights.
    """
    reading = reading or Reading()
    there = formats.columns_of(path)
    taken = _Taken(path, reading=reading)
    for batch in formats.batches(path, columns=_wanted(path, there=there)):
        taken.add(batch)
    others = [] if reading.accounts is None else [reading.accounts]
    if "n" in there and formats.format_of(path) is formats.Format.NPZ:
        others.append(_numbered(path))
    return taken.graph(others)


def _wanted(path: Path, *, there: Sequence[str]) -> Sequence[str]:
    missing = [name for name in _ENDS if name not in there]
    if missing:
        raise NetworkFileUnfit(
            f"{path}: no column {' and '.join(missing)}; there are: {', '.join(there) or 'none'}."
        )
    return [*_ENDS, *(name for name in _MORE if name in there)]


def _numbered(path: Path) -> pa.Array:
    """The accounts 0 to n - 1 of an NPZ file that holds `n`."""
    with formats.readable(path), np.load(path, allow_pickle=False) as arrays:
        count = int(arrays["n"])
    return pa.array(np.arange(count))


class _Taken:
    """What was read so far of one file of edges."""

    def __init__(self, path: Path, *, reading: Reading) -> None:
        self._path, self._reading = path, reading
        self._ids: Numbers | Texts | None = None
        self._weights: list[NDArray[np.float32]] = []
        self._kinds = Texts()
        self._rows = 0
        self._remarks: list[str] = []

    def add(self, batch: Batch) -> None:
        """Takes further rows."""
        ends = [self._end(batch, name=name) for name in _ENDS]
        self._ids = self._ids or self._fitting(ends)
        for each in ends:
            self._ids.add(each)
        if "weight" in batch.columns:
            self._weights.append(self._weight(batch))
        if "kind" in batch.columns:
            self._kinds.add(self._whole(batch, name="kind"))
        self._rows += len(ends[0])
        self._reading.tell(self._rows)

    def graph(self, others: Sequence[pa.Array]) -> Graph:
        """All of it, and the other accounts."""
        names, codes = self._ids.finish() if self._ids else (pa.array([], pa.int64()), [])
        names = as_numbers(names)
        for each in others:
            names = self._with(names, others=each)
        names, places = ordered(names)
        kinds, kind = self._kinds.finish()
        edges = Edges(
            accounts=len(names),
            src=places[_joined(codes[0::2])],
            dst=places[_joined(codes[1::2])],
            weight=np.concatenate(self._weights) if self._weights else None,
            kinds=tuple(kinds.to_pylist()) or (ONE_KIND,),
            kind=_joined(kind) if len(kinds) > 1 else None,
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
        try:
            values = column.cast(pa.float64()).to_numpy()
        except pa.ArrowInvalid:
            is_number = pc.match_substring_regex(column, r"^ *[-+0-9.eE]+ *$|^[-+]?(inf|nan)$")
            self._refuse(pc.invert(is_number), batch=batch, why="weight: no number")
            raise
        with np.errstate(over="ignore"):
            weights: NDArray[np.float32] = values.astype(np.float32)
        self._refuse(pa.array(~np.isfinite(weights)), batch=batch, why="weight: not finite")
        self._refuse(pa.array(weights < 0), batch=batch, why="weight: negative")
        return weights

    def _refuse(self, is_bad: pa.Array, *, batch: Batch, why: str) -> None:
        first = pc.index(is_bad, pa.scalar(True)).as_py()  # noqa: FBT003 - the value looked for
        if first >= 0:
            raise NetworkFileUnfit(f"{self._path}, row {batch.before + first + 1}, {why}.")


def _joined(codes: Sequence[Codes]) -> Codes:
    return np.concatenate(codes) if codes else np.empty(0, np.int32)
