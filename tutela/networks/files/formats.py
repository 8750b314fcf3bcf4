"""What a file is by its ending, and its columns in batches: CSV, Parquet and NPZ alike."""

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from tutela.networks.files.errors import NetworkFileUnfit

#: So many rows of a Parquet or NPZ file are looked at together.
BATCH_ROWS: Final = 1 << 22
#: So many bytes of a CSV file are looked at together.
_CSV_BLOCK_BYTES: Final = 1 << 24
_ROW_OF_CSV: Final = re.compile(r"Row #(\d+)")
_DELIMITERS: Final = (",", ";", "\t")


class Format(StrEnum):
    """How a file is written, by its ending."""

    #: Text, a row a line; the first line names the columns.
    CSV = "csv"
    #: Apache Parquet.
    PARQUET = "parquet"
    #: Arrays of NumPy, each under its name.
    NPZ = "npz"


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
                return tuple(_csv(path, delimiter=_delimiter(path)).schema.names)
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
    except zipfile.BadZipFile as error:
        raise NetworkFileUnfit(f"{path}: no whole NPZ file; was it cut short?") from error
    except FileNotFoundError as error:
        raise NetworkFileUnfit(f"{path}: there is no such file.") from error
    except pa.ArrowException as error:
        raise NetworkFileUnfit(_arrow_words(path, error=error)) from error
    except OSError as error:
        why = error.strerror or "it can't be read whole"
        raise NetworkFileUnfit(f"{path}: {why}.") from error
    except (EOFError, ValueError) as error:
        raise NetworkFileUnfit(f"{path}: {_first_line(error)}.") from error


def _rows(path: Path, *, columns: Sequence[str]) -> Iterator[Mapping[str, pa.Array]]:
    match format_of(path):
        case Format.CSV:
            for rows in _csv(path, delimiter=_delimiter(path), columns=columns):
                yield {name: rows.column(name) for name in columns}
        case Format.PARQUET:
            with pq.ParquetFile(path) as file:
                for rows in file.iter_batches(BATCH_ROWS, columns=list(columns)):
                    yield {name: rows.column(name) for name in columns}
        case Format.NPZ:
            yield from _npz(path, columns=columns)


def _csv(path: Path, *, delimiter: str, columns: Sequence[str] = ()) -> pacsv.CSVStreamingReader:
    return pacsv.open_csv(
        path,
        read_options=pacsv.ReadOptions(block_size=_CSV_BLOCK_BYTES),
        parse_options=pacsv.ParseOptions(delimiter=delimiter),
        convert_options=pacsv.ConvertOptions(
            include_columns=list(columns),
            column_types=dict.fromkeys(columns, pa.string()),
            strings_can_be_null=False,
        ),
    )


def _delimiter(path: Path) -> str:
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
    row = _ROW_OF_CSV.search(str(error))
    if row:
        return f"{path}, row {int(row[1]) - 1}: not as many fields as the first line names."
    if format_of(path) is Format.PARQUET:
        return f"{path}: no whole Parquet file; was it cut short?"
    return f"{path}: {_first_line(error)}."


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")
