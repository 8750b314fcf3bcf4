"""What a file is by its ending, and its columns in batches: CSV, Parquet and NPZ alike."""

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tutela.networks.files.errors import MORE_THAN_THERE_IS, GraphTooLarge, NetworkFileUnfit

#: So many rows of a Parquet or NPZ file are looked at together.
BATCH_ROWS: Final = 1 << 22
#: So many bytes of a CSV file are looked at together.
_CSV_BLOCK_BYTES: Final = 1 << 24
_DELIMITERS: Final = (",", ";", "\t")


class Format(StrEnum):
    """How a file is written, by its ending."""

    #: Text, a row a line; the first line names the columns.
    CSV = "csv"
    #: Apache Parquet.
    PARQUET = "parquet"
    #: Arrays of NumPy, each under its name.
    NPZ = "npz"


_CUT_SHORT: Final = {
    Format.CSV: "can't be read whole.",
    Format.PARQUET: "no whole Parquet file; was it cut short?",
    Format.NPZ: "no whole NPZ file; was it cut short?",
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Successive rows of some columns."""

    columns: Mapping[str, pa.Array]
    #: How many rows stand before the first of these.
    before: int


def format_of(path: Path) -> Format:
    """What the file is; raises NetworkFileUnfit where its ending says nothing."""
    ending = path.suffix.lower().removeprefix(".")
    known = {"csv": Format.CSV, "parquet": Format.PARQUET, "pq": Format.PARQUET, "npz": Format.NPZ}
    if ending not in known:
        raise NetworkFileUnfit(f"{path}: the ending says what it is: .parquet, .csv or .npz.")
    return known[ending]


def columns_of(path: Path) -> Sequence[str]:
    """The names of the file's columns or arrays."""
    with readable(path):
        match format_of(path):
            case Format.CSV:
                with _csv(path, delimiter=delimiter_of(path)) as file:
                    return tuple(file.schema.names)
            case Format.PARQUET:
                return tuple(pq.read_schema(path).names)
            case Format.NPZ:
                with np.load(path, allow_pickle=False) as arrays:
                    return tuple(arrays.files)


def batches(path: Path, *, columns: Sequence[str]) -> Iterator[Batch]:
    """The named columns, in the order of the rows; those of a CSV file are strings."""
    with readable(path):
        before = 0
        for rows in _rows(path, columns=columns):
            yield Batch({name: rows[name] for name in columns}, before)
            before += len(rows[columns[0]])


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Whatever goes wrong while the file is read, as NetworkFileUnfit with its name."""
    try:
        yield
    except MemoryError as error:
        raise GraphTooLarge(f"{path}: {MORE_THAN_THERE_IS}") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise NetworkFileUnfit(f"{path}: {_CUT_SHORT[Format.NPZ]}") from error
    except FileNotFoundError as error:
        raise NetworkFileUnfit(f"{path}: there is no such file.") from error
    except pa.ArrowException as error:
        raise NetworkFileUnfit(_arrow_words(path, error=error)) from error
    except OSError as error:
        why = f"{error.strerror}." if error.strerror else _CUT_SHORT[format_of(path)]
        raise NetworkFileUnfit(f"{path}: {why}") from error
    except (EOFError, ValueError) as error:
        raise NetworkFileUnfit(f"{path}: {_first_line(error)}.") from error


def _rows(path: Path, *, columns: Sequence[str]) -> Iterator[Mapping[str, pa.Array]]:
    match format_of(path):
        case Format.CSV:
            with _csv(path, delimiter=delimiter_of(path), columns=columns) as file:
                for rows in file:
                    yield {name: rows.column(name) for name in columns}
        case Format.PARQUET:
            with pq.ParquetFile(path) as file:
                for rows in file.iter_batches(BATCH_ROWS, columns=list(columns)):
                    yield {name: rows.column(name) for name in columns}
        case Format.NPZ:
            yield from _npz(path, columns=columns)


def _csv(
    path: Path,
    *,
    delimiter: str,
    columns: Sequence[str] = (),
    each_bad_row: Callable[[pacsv.InvalidRow], str] | None = None,
) -> pacsv.CSVStreamingReader:
    """The file's rows; only one thread knows the numbers of bad ones."""
    threads = each_bad_row is None
    return pacsv.open_csv(
        path,
        read_options=pacsv.ReadOptions(block_size=_CSV_BLOCK_BYTES, use_threads=threads),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=each_bad_row
        ),
        convert_options=pacsv.ConvertOptions(
            include_columns=list(columns),
            column_types=dict.fromkeys(columns, pa.string()),
            strings_can_be_null=False,
        ),
    )


def delimiter_of(path: Path) -> str:
    """What parts the columns of the first line."""
    with path.open("rb") as file:
        first = file.readline(1 << 16).decode("utf-8", errors="replace")
    return max(_DELIMITERS, key=first.count)


def _npz(path: Path, *, columns: Sequence[str]) -> Iterator[Mapping[str, pa.Array]]:
    with np.load(path, allow_pickle=False) as arrays:
        whole = {name: np.asarray(arrays[name]) for name in columns}
    for name, array in whole.items():
        if array.ndim != 1:
            raise NetworkFileUnfit(f"{path}, {name}: one row of numbers or strings is wanted.")
    lengths = {len(array) for array in whole.values()}
    if len(lengths) > 1:
        raise NetworkFileUnfit(f"{path}: {', '.join(columns)} are not of one length.")
    for begin in range(0, lengths.pop(), BATCH_ROWS):
        rows = {name: array[begin : begin + BATCH_ROWS] for name, array in whole.items()}
        yield {name: pa.array(array) for name, array in rows.items()}


def _arrow_words(path: Path, *, error: Exception) -> str:
    if format_of(path) is not Format.CSV:
        return f"{path}: {_CUT_SHORT[format_of(path)]}"
    if "Expected" in str(error):
        return f"{path}, row {_bad_row(path)}: not as many fields as the first line names."
    return f"{path}: {_first_line(error)}."


def _bad_row(path: Path) -> int:
    """The first row that has too few or too many fields, from 1."""
    found: list[int] = []

    def note(row: pacsv.InvalidRow) -> str:
        found.append(row.number - 1)
        return "skip"

    with _csv(path, delimiter=delimiter_of(path), each_bad_row=note) as file:
        while not found:
            file.read_next_batch()
    return found[0]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
