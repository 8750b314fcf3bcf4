"""Edges of files as a graph that Spark holds: what `edges` reads, where no one memory holds it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csr_array

from tutela.networks.engines.local import BACK
from tutela.networks.engines.spark import BLOCK_EDGES, Session, SparkEngine, SparkRows
from tutela.networks.engines.spark_blocks import Cut, Places
from tutela.networks.files import edges, formats
from tutela.networks.files.edges import MIXED, ONE_KIND, Reading
from tutela.networks.files.errors import GraphTooLarge, NetworkFileUnfit
from tutela.networks.files.formats import Format
from tutela.networks.files.ids import as_numbers, ordered, united
from tutela.networks.graph import Graph

#: Spark passes over files whose names begin so, and says nothing.
_HIDDEN: Final = ("_", ".")
_NUMBERS: Final = frozenset({"tinyint", "smallint", "int", "bigint", "float", "double"})
_ACCOUNTS_MOST: Final = int(np.iinfo(np.int32).max)


@dataclass(frozen=True, slots=True)
class SparkGraph:
    """A graph whose edges lie with Spark."""

    #: The platform's ids by place: 64-bit integers, or strings.
    names: "pa.Array"
    engine: SparkEngine
    kinds: tuple[str, ...]
    directed: bool
    #: What whoever reads a ranking of it should know, a sentence each.
    remarks: tuple[str, ...] = ()

    def around(self, accounts: Sequence[int]) -> Graph:
        """The graph in this memory, with the edges of these accounts alone."""
        return Graph(
            names=self.names,
            adjacency={kind: self._edges_of(accounts, kind=kind) for kind in self.kinds},
            left_out=self.engine.left_out,
            directed=self.directed,
            remarks=self.remarks,
            edge_counts=self.engine.edge_counts,
        )

    def _edges_of(self, accounts: Sequence[int], *, kind: str) -> csr_array:
        edges_from = self.engine.edges_of(accounts, kind=kind)
        if not self.directed:
            return edges_from
        edges_to = self.engine.edges_of(accounts, kind=f"{kind}{BACK}").T.tocsr()
        # what joins two of the accounts stands in both
        return edges_from.maximum(edges_to).tocsr()


def readable(path: Path) -> None:
    """Raises NetworkFileUnfit where the files can't be edges, before any Spark is started."""
    _parts(path)


def read_edges(path: Path, *, session: Session, reading: Reading | None = None) -> SparkGraph:
    """The graph of a Parquet or CSV file, or of a folder of such files with the same columns.

    Places, kinds and what is left out are those of `edges.read_edges`. Raises NetworkFileUnfit
    with file, row and field where a row is unfit.
    """
    reading = reading or Reading()
    paths = _parts(path)
    rows = _rows(session, paths=paths)
    summary = rows.summary()
    if summary.unfit:
        _refuse(paths)
    named = _named(rows, accounts=reading.accounts)
    if not len(named.names):
        raise NetworkFileUnfit(f"{path}: no edge, and no account is known otherwise.")
    cut = Cut(
        accounts=len(named.names),
        blocks=_blocks(2 * summary.rows, accounts=len(named.names), workers=rows.workers),
        kinds=summary.kinds if rows.has("kind") and summary.kinds else (ONE_KIND,),
        directed=reading.directed,
        weighted=rows.has("weight"),
    )
    engine = rows.engine(places=named.places, cut=cut, by_hash=named.by_hash)
    return SparkGraph(named.names, engine, cut.kinds, cut.directed, named.remarks)


@dataclass(frozen=True, slots=True)
class _Named:
    """The accounts in their order, and where each key stands in it."""

    names: "pa.Array"
    places: Places
    by_hash: bool
    remarks: tuple[str, ...]


def _parts(path: Path) -> Sequence[Path]:
    """The file, or the files of the folder."""
    paths = [path]
    if path.is_dir():
        known = [f".{each}" for each in (Format.PARQUET, Format.CSV)]
        paths = sorted(each for each in path.iterdir() if each.suffix.lower() in known)
    if not paths:
        raise NetworkFileUnfit(f"{path}: the folder has no .parquet and no .csv.")
    columns = _columns(paths[0])
    for each in paths:
        if formats.format_of(each) is Format.NPZ:
            raise NetworkFileUnfit(f"{each}: Spark reads Parquet and CSV, not NPZ.")
        if each.name.startswith(_HIDDEN):
            raise NetworkFileUnfit(f"{each}: Spark passes over files whose names begin so.")
        if _columns(each) != columns or each.suffix != paths[0].suffix:
            raise NetworkFileUnfit(f"{each}: is not written as {paths[0].name} is.")
    return paths


def _columns(path: Path) -> Sequence[str]:
    return edges.wanted(path, there=formats.columns_of(path))


def _rows(session: Session, *, paths: Sequence[Path]) -> SparkRows:
    first = paths[0]
    if formats.format_of(first) is Format.PARQUET:
        rows = SparkRows.of_parquet(session, paths=paths)
    else:
        columns, delimiter = formats.columns_of(first), formats.delimiter_of(first)
        rows = SparkRows.of_csv(session, paths=paths, columns=columns, delimiter=delimiter)
    for end in edges.ENDS:
        if rows.type_of(end) not in _NUMBERS | {"string"}:
            raise NetworkFileUnfit(
                f"{first}, {end}: ids are whole numbers or strings, not {rows.type_of(end)}."
            )
    return rows


def _refuse(paths: Sequence[Path]) -> None:
    """Says which row is unfit, as whoever reads the files here does."""
    for path in paths:
        edges.refuse_unfit(path)
    raise NetworkFileUnfit(f"{paths[0]}: Spark can't read a row; is there a line break in it?")


def _named(rows: SparkRows, *, accounts: "pa.Array | None") -> _Named:
    """The accounts of the rows and the others, the smallest id first."""
    is_text = [rows.type_of(end) == "string" for end in edges.ENDS]
    found = _distinct(rows, as_text=any(is_text))
    names, keys = (found.column(column).combine_chunks() for column in ("name", "key"))
    mixed = any(is_text) and not all(is_text)
    by_hash = pa.types.is_string(names.type)
    if by_hash and pa.types.is_int64(as_numbers(names).type):
        names = keys = as_numbers(names)
        by_hash = False
    count = len(names)
    if accounts is not None:
        names, became_text = united(names, others=accounts)
        mixed = mixed or became_text
    if len(names) > _ACCOUNTS_MOST:
        raise GraphTooLarge(f"{len(names)} accounts are more than {_ACCOUNTS_MOST}.")
    names, places = ordered(names)
    order = pc.array_sort_indices(keys).to_numpy()
    return _Named(
        names=names,
        places=Places(keys.to_numpy()[order], places[:count][order]),
        by_hash=by_hash,
        remarks=(MIXED,) if mixed else (),
    )


def _distinct(rows: SparkRows, *, as_text: bool) -> "pa.Table":
    """Each account of the rows once, with a key that no other has."""
    found = rows.names(as_text=as_text)
    if pc.count_distinct(found.column("key")).as_py() < found.num_rows:
        # one in some 10 000 graphs of 50 million accounts
        raise GraphTooLarge("Two ids share a hash of 64 bits; numbers as ids have none.")
    return found


def _blocks(ends: int, *, accounts: int, workers: int) -> int:
    """How many blocks a kind has: a few for each worker, none larger than one can hold."""
    return max(1, min(accounts, max(workers, -(-ends // BLOCK_EDGES))))
