"""The files of a world: their columns, and writers that give the same bytes for the same rows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray

from tutela.drills.world.chance import Words
from tutela.drills.world.population import COUNTRIES, MINOR

_TIME, _WORD = pa.timestamp("ms", tz="UTC"), pa.dictionary(pa.int8(), pa.string())
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_NIBBLES = np.arange(60, -1, -4, dtype=np.uint64)


class EdgeKind(StrEnum):
    """What an edge says of two accounts."""

    #: `src` follows `dst`; weight 1.
    FOLLOW = "follow"
    #: `src` answered, liked or wrote to `dst`; the weight is how often.
    INTERACTION = "interaction"
    #: Both used a rare tag at about the same time; the weight is how many tags.
    SHARED_TAG = "shared_tag"
    #: Both used a device; the weight is how many.
    SHARED_DEVICE = "shared_device"
    #: Both used a means of payment; the weight is how many.
    SHARED_PAYMENT = "shared_payment"


class File(StrEnum):
    """A file of a world."""

    #: One row an account.
    ACCOUNTS = "accounts.parquet"
    #: One row a tie of a kind.
    EDGES = "edges.parquet"
    #: One row a tag that an account used.
    TAGS = "tags.parquet"
    #: One row a device or means of payment that an account used.
    TOKENS = "tokens.parquet"
    #: One row an item of a list that a viewer was shown.
    EXPOSURES = "exposures.parquet"
    #: What was planted, one row an account: never to be read by what is under test.
    TRUTH = "truth.parquet"


SCHEMAS = {
    File.ACCOUNTS: pa.schema(
        [
            ("account", pa.int64()),
            ("created_at", _TIME),
            ("removed_at", _TIME),
            ("country", _WORD),
            ("minor", _WORD),
        ]
    ),
    File.EDGES: pa.schema(
        [
            ("src", pa.int64()),
            ("dst", pa.int64()),
            ("weight", pa.float32()),
            ("kind", _WORD),
            ("at", _TIME),
        ]
    ),
    File.TAGS: pa.schema([("account", pa.int64()), ("tag", pa.string()), ("at", _TIME)]),
    File.TOKENS: pa.schema(
        [("account", pa.int64()), ("kind", _WORD), ("token", pa.string()), ("at", _TIME)]
    ),
    File.EXPOSURES: pa.schema(
        [
            ("viewer", pa.int64()),
            ("item", pa.int64()),
            ("rank", pa.int16()),
            ("surface", _WORD),
            ("arm", _WORD),
            ("score", pa.float32()),
            ("at", _TIME),
        ]
    ),
    File.TRUTH: pa.schema(
        [
            ("account", pa.int64()),
            ("ring", _WORD),
            ("role", _WORD),
            ("recreated_of", pa.int64()),
            ("look_alike", _WORD),
        ]
    ),
}


class Rows:
    """A file that is being written; `count` rows so far."""

    def __init__(self, path: Path, *, schema: pa.Schema) -> None:
        words = [field.name for field in schema if field.type in {_WORD, pa.string()}]
        self._schema = schema
        self._writer = pq.ParquetWriter(
            path,
            schema,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=1,
            use_dictionary=[name for name in words if schema.field(name).type == _WORD],
        )
        self.count = 0

    def add(self, *columns: pa.Array | ArrayLike) -> None:
        """Rows, a column each in the order of the schema."""
        arrays = [
            column if isinstance(column, pa.Array) else _array(column, kind=field.type)
            for column, field in zip(columns, self._schema, strict=True)
        ]
        if len(arrays[0]):
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
            self.count += len(arrays[0])

    def close(self) -> None:
        """The end of the file."""
        self._writer.close()


@contextmanager
def written(folder: Path, *, file: File) -> Iterator[Rows]:
    """A file of the folder, whole when this ends."""
    rows = Rows(folder / file, schema=SCHEMAS[file])
    try:
        yield rows
    finally:
        rows.close()


def words(codes: NDArray[np.signedinteger], *, of: Sequence[str]) -> pa.Array:
    """Words by their number, null where it is negative."""
    codes = codes.astype(np.int8)
    indices = pa.array(codes, mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(of, pa.string()))


def whole(numbers: NDArray[np.int64]) -> pa.Array:
    """Whole numbers, null where it is negative."""
    return pa.array(numbers, mask=numbers < 0)


def countries(codes: NDArray[np.int8]) -> pa.Array:
    """Countries by their number."""
    return words(codes, of=COUNTRIES)


def minors(codes: NDArray[np.int8]) -> pa.Array:
    """What is known of the age, by its number."""
    return words(codes, of=MINOR)


def tokens(numbers: Words) -> pa.Array:
    """Random tokens of 16 hexadecimal digits."""
    digits = _HEX[(numbers[:, None] >> _NIBBLES) & np.uint64(15)]
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * len(_NIBBLES)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(digits))]
    return pa.Array.from_buffers(pa.string(), len(numbers), buffers)


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    whole = sha256()
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            whole.update(part)
    return whole.hexdigest()


def _array(column: ArrayLike, *, kind: pa.DataType) -> pa.Array:
    values = np.asarray(column)
    if pa.types.is_timestamp(kind):
        return pa.array(values.astype("datetime64[ms]"), type=kind)
    return pa.array(values, type=kind)
