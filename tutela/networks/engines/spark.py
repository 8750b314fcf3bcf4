"""The engine for graphs that outgrow one machine's memory: edges in Spark, vectors here.

The edges of a kind are cut into blocks of accounts (module `spark_blocks`), each a row of a cached
DataFrame. A step sends the vector to every worker and collects each block's part of the product:
what lies in this process is the accounts' names and vectors of as many numbers.
"""

import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen, TimeoutExpired
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tutela.networks.engines import spark_blocks
from tutela.networks.engines.engine import Kind, Vector
from tutela.networks.engines.local import BACK
from tutela.networks.engines.spark_blocks import (
    BLOCKS,
    PARTS,
    PIECES,
    SOME,
    Cut,
    Places,
    blocks,
    pieces,
    products,
    some,
)
from tutela.networks.engines.spark_start import SparkAbsent, SparkOptions, failure, need_java

try:
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext, StorageLevel, cloudpickle
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql import functions as f
    from pyspark.sql.udf import UserDefinedFunction
    from pyspark.util import PythonEvalType
except ImportError as error:
    _ABSENT = "The engine spark needs the extra: pip install 'tutela[spark]'."
    raise SparkAbsent(_ABSENT) from error

#: About so many edges make a block, which is what one worker holds at a time.
BLOCK_EDGES: Final = 1 << 22
_END_SECONDS: Final = 30
_LOG: Final = "spark.log"

_ENDS: Final = ("src", "dst")
#: Where Spark puts a row of CSV that has more or fewer fields than the first line names.
_FAULT: Final = "_fault"
#: From here on not every whole number is a floating-point one.
_WHOLE_MOST: Final = 1 << 53
_SINGLE_MOST: Final = float(np.finfo(np.float32).max)

#: A Spark that runs.
Session: TypeAlias = SparkSession
Work = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@contextmanager
def running(options: SparkOptions) -> Iterator[Session]:
    """A Spark that ends with the block, its Java process and its files with it.

    Raises SparkAbsent without Java, SparkFailed where Spark can't go on; then its log is kept, and
    the error names it.
    """
    need_java()
    # workers of a cluster have none of our modules
    cloudpickle.register_pickle_by_value(spark_blocks)
    folder = Path(tempfile.mkdtemp(prefix="tutela-spark-"))
    settings = options.configuration(scratch=folder)
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    try:
        with _java(conf, log=folder / _LOG) as gateway, _in_words(folder / _LOG):
            context = SparkContext(gateway=gateway, conf=conf)
            if options.is_local:
                context.pythonExec = sys.executable
            try:
                yield SparkSession(context)
            finally:
                _stop(context)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _java(conf: SparkConf, *, log: Path) -> Iterator[Any]:
    """The way to a Java process that is gone afterwards; what it prints goes to the log."""
    with _in_words(log), log.open("wb") as out:
        gateway = launch_gateway(conf, popen_kwargs={"stdout": out, "stderr": out})
    try:
        yield gateway
    finally:
        # else the next Spark of this process would take the one that ended
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 - pyspark has no other way
        gateway.shutdown()
        _end(gateway.proc)


def _end(java: Popen[bytes]) -> None:
    if java.stdin:
        java.stdin.close()
    try:
        java.wait(_END_SECONDS)
    except TimeoutExpired:
        java.kill()
        java.wait()


def _stop(context: SparkContext) -> None:
    with warnings.catch_warnings():
        # that its Java process is gone already was told as what it is
        warnings.simplefilter("ignore", RuntimeWarning)
        context.stop()
    SparkSession._instantiatedSession = None  # noqa: SLF001 - as its own `stop` does


@contextmanager
def _in_words(log: Path) -> Iterator[None]:
    """What Spark raises, as SparkFailed; its log is copied to where it outlives the folder."""
    try:
        yield
    except (Py4JError, PySparkException, ConnectionError, EOFError) as error:
        raise failure(str(error), log=log) from error


@dataclass(frozen=True, slots=True)
class Summary:
    """What stands in rows of edges, before any is looked at by itself."""

    rows: int
    #: How many can't be taken as edges.
    unfit: int
    kinds: tuple[str, ...]


class SparkRows:
    """Rows of edges as Spark reads them: `src`, `dst` and perhaps `weight` and `kind`."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    @classmethod
    def of_parquet(cls, session: Session, *, paths: Sequence[Path]) -> "SparkRows":
        """The rows of Parquet files that have the same columns."""
        return cls(_reader(session).parquet(*[_address(path) for path in paths]))

    @classmethod
    def of_csv(
        cls, session: Session, *, paths: Sequence[Path], columns: Sequence[str], delimiter: str
    ) -> "SparkRows":
        """The rows of CSV files whose first line names these columns; all of them are strings."""
        names = [*columns, _FAULT]
        schema = ", ".join(f"`{name.replace('`', '``')}` string" for name in names)
        reader = _reader(session).option("columnNameOfCorruptRecord", _FAULT).schema(schema)
        addresses = [_address(path) for path in paths]
        return cls(reader.csv(addresses, header=True, sep=delimiter, escape='"'))

    def has(self, column: str) -> bool:
        """Whether the rows have the column."""
        return column in self._frame.columns

    @property
    def workers(self) -> int:
        """How many tasks run at a time."""
        return int(self._frame.sparkSession.sparkContext.defaultParallelism)

    def type_of(self, column: str) -> str:
        """What the column holds, in Spark's words, such as `bigint` or `string`."""
        return str(self._frame.schema[column].dataType.simpleString())

    def summary(self) -> Summary:
        """How many rows, how many of them unfit, and of which kinds."""
        kind = self._kind() if self.has("kind") else f.lit("")
        row = self._frame.agg(
            f.count("*").alias("rows"),
            f.count_if(self._is_unfit()).alias("unfit"),
            f.collect_set(kind).alias("kinds"),
        ).first()
        return Summary(row.rows, row.unfit, tuple(sorted(row.kinds)))

    def names(self, *, as_text: bool) -> pa.Table:
        """Each account once: its `name` and its `key`, of text a hash of 64 bits."""
        name = "string" if as_text else "bigint"
        src, dst = (self._frame.select(f.col(end).cast(name).alias("name")) for end in _ENDS)
        key = f.xxhash64("name") if as_text else f.col("name")
        return src.union(dst).distinct().withColumn("key", key).toArrow()

    def engine(self, *, places: Places, cut: Cut, by_hash: bool) -> "SparkEngine":
        """The graph of the rows; their ends are found by hash, or by the number they are."""
        keys = [
            (f.xxhash64(f.col(end).cast("string")) if by_hash else f.col(end).cast("bigint"))
            for end in _ENDS
        ]
        columns = [key.alias(end) for key, end in zip(keys, _ENDS, strict=True)]
        if cut.weighted:
            columns.append(self._weight().cast("float").alias("weight"))
        if len(cut.kinds) > 1:
            columns.append(self._kind().alias("kind"))
        return SparkEngine(self._frame.select(*columns), places=places, cut=cut)

    def _is_unfit(self) -> Column:
        unfit = f.col(_FAULT).isNotNull() if self.has(_FAULT) else f.lit(False)  # noqa: FBT003 - a value of SQL
        for end in _ENDS:
            unfit |= f.col(end).isNull() | self._is_no_id(end)
        if self.has("weight"):
            weight = self._weight().cast("float")
            unfit |= weight.isNull() | ~weight.between(0, _SINGLE_MOST)
        if self.has("kind"):
            unfit |= f.col("kind").isNull() & f.lit(not self.has(_FAULT))
        return unfit

    def _is_no_id(self, end: str) -> Column:
        match self.type_of(end):
            case "string":
                return f.col(end) == ""
            case "float" | "double":
                return (f.abs(end) >= _WHOLE_MOST) | (f.col(end) != f.floor(end))
        return f.lit(False)  # noqa: FBT003 - a value of SQL

    def _weight(self) -> Column:
        return f.col("weight").try_cast("double")

    def _kind(self) -> Column:
        """Nothing is a kind of its own in CSV, which can't tell it from no words."""
        return f.coalesce(f.col("kind").cast("string"), f.lit(""))


def _reader(session: Session) -> Any:  # noqa: ANN401 - by a library whose types are not read
    """A reader that takes names of files as they are, with whatever signs in them."""
    return session.read.option("__globPaths__", "false")


def _address(path: Path) -> str:
    return f"file://{path.resolve()}"


class SparkEngine:
    """A graph whose edges lie with Spark's workers, in memory and where that is short on disk."""

    def __init__(self, edges: DataFrame, *, places: Places, cut: Cut) -> None:
        """`edges` has keys as `src` and `dst`, and `weight` and `kind` where `cut` says so."""
        self._cut = cut
        self._context = edges.sparkSession.sparkContext
        self._blocks = _blocks(edges, places=places, cut=cut)
        made = self._blocks.drop("pointers", "columns", "weights").collect()
        of_kinds = {
            name: [row for row in made if row.block in of_it]
            for name, of_it in self._of_kinds().items()
        }
        self._degrees = {
            name: self._whole([(row.block, row.degrees) for row in rows])
            for name, rows in of_kinds.items()
        }
        self._edge_counts = np.zeros(cut.accounts, np.int64)
        for rows in of_kinds.values():
            lengths = [(row.block, row.lengths) for row in rows]
            self._edge_counts += self._whole(lengths, kind=np.int32)
        edges_of = {name: sum(row.edges for row in rows) for name, rows in of_kinds.items()}
        ends = 1 if cut.directed else 2
        self._kinds = tuple(Kind(name, edges_of[name] // ends) for name in sorted(edges_of))
        self._left_out = _left_out(made, kept=sum(edges_of.values()) // 2)

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return self._cut.accounts

    @property
    def kinds(self) -> Sequence[Kind]:
        """The kinds of edges, by name."""
        return self._kinds

    @property
    def left_out(self) -> Mapping[str, int]:
        """What was left out while reading and how often, such as `self_loops`."""
        return self._left_out

    def degrees(self, kind: str) -> Vector:
        """The sum of the weights of each account's edges of the kind."""
        return self._degrees[kind]

    @property
    def edge_counts(self) -> NDArray[np.int64]:
        """How many edges each account has, of every kind and way."""
        return self._edge_counts

    def spread(self, x: Vector, *, kind: str) -> Vector:
        """`A x` for the adjacency of the kind; `x` is (accounts,) or (accounts, m)."""
        vector = np.ascontiguousarray(x, np.float32)
        parts = self._asked(
            kind, sent=vector, work=lambda rows, sent: products(rows, x=sent), schema=PARTS
        )
        return self._whole([tuple(part) for part in parts], like=x.shape[1:])

    def edges_of(self, accounts: Sequence[int], *, kind: str) -> csr_array:
        """The adjacency of the kind, where all rows but those of these accounts are empty."""
        cut = self._cut
        found = self._asked(
            kind,
            sent=np.unique(np.asarray(accounts, np.int64)),
            work=lambda rows, sent: some(rows, cut=cut, wanted=sent),
            schema=SOME,
        )
        places, lengths, columns, weights = (
            np.frombuffer(b"".join(row[at] for row in found), form)
            for at, form in enumerate((np.int64, np.int32, np.int32, np.float32))
        )
        rows = np.repeat(places, lengths)
        return coo_array((weights, (rows, columns)), shape=(cut.accounts,) * 2).tocsr()

    def _asked(
        self, kind: str, *, sent: NDArray[Any], work: Callable[..., Any], schema: str
    ) -> Sequence[Any]:
        """What each block of the kind says to what is sent to it."""
        of_it = self._of_kinds()[kind]
        is_of_it = f.col("block").between(of_it.start, of_it.stop - 1)
        blocks = self._blocks.where(is_of_it).select("block", "pointers", "columns", "weights")
        there = self._context.broadcast(sent)
        try:
            answers: Sequence[Any] = _worked(
                blocks, work=lambda rows: work(rows, there.value), schema=schema
            ).collect()
            return answers
        finally:
            there.destroy()

    def _of_kinds(self) -> dict[str, range]:
        """The blocks of each kind, and of its way back where edges lead one way."""
        names = [
            name
            for kind in self._cut.kinds
            for name in ((kind, f"{kind}{BACK}") if self._cut.directed else (kind,))
        ]
        many = self._cut.blocks
        return {name: range(at * many, (at + 1) * many) for at, name in enumerate(names)}

    def _whole(
        self,
        parts: Sequence[tuple[int, bytes]],
        *,
        like: tuple[int, ...] = (),
        kind: type[np.generic] = np.float32,
    ) -> NDArray[Any]:
        whole = np.zeros((self._cut.accounts, *like), kind)
        for block, part in parts:
            rows = whole[block % self._cut.blocks :: self._cut.blocks]
            rows[:] = np.frombuffer(part, kind).reshape(rows.shape)
        return whole


def _blocks(edges: DataFrame, *, places: Places, cut: Cut) -> DataFrame:
    """One row a block, cached."""
    sent = edges.sparkSession.sparkContext.broadcast((places.keys, places.places))
    found = _worked(
        edges,
        work=lambda batches: pieces(batches, cut=cut, places=Places(*sent.value)),
        schema=PIECES,
    )
    together = found.repartitionById(len(cut.kinds) * cut.ways * cut.blocks, f.col("block"))
    made = _worked(together, work=lambda batches: blocks(batches, cut=cut), schema=BLOCKS)
    return made.persist(StorageLevel.MEMORY_AND_DISK)


def _worked(frame: DataFrame, *, work: Work, schema: str) -> DataFrame:
    """What `DataFrame.mapInArrow` makes, which asks for pandas without needing it."""
    call = UserDefinedFunction(work, schema, evalType=PythonEvalType.SQL_MAP_ARROW_ITER_UDF)
    column = call(*[frame[name] for name in frame.columns])
    java = frame._jdf.mapInArrow(column._jc, False, None)  # noqa: FBT003, SLF001 - as pyspark does
    return DataFrame(java, frame.sparkSession)


def _left_out(made: Sequence[Any], *, kept: int) -> dict[str, int]:
    read, loops, weightless = (
        sum(getattr(row, name) for row in made) for name in spark_blocks.COUNTS
    )
    left = {
        "self_loops": loops,
        "weightless": weightless,
        "duplicates": read - loops - weightless - kept,
    }
    return {why: count for why, count in left.items() if count}
