"""What a file holds, told before it is read: its columns, and how many rows."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tutela.networks.files import formats
from tutela.networks.files.formats import Format

_LOOKED_AT_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Shape:
    """The type of each column or array by name, and how many rows."""

    columns: Mapping[str, pa.DataType]
    #: Of a CSV file about as many, by the length of its first lines.
    rows: int


def shape_of(path: Path) -> Shape:
    """The file's shape; raises NetworkFileUnfit where it can't be read."""
    with formats.readable(path):
        match formats.format_of(path):
            case Format.CSV:
                return _of_csv(path)
            case Format.PARQUET:
                with pq.ParquetFile(path) as file:
                    schema = file.schema_arrow
                    types = dict(zip(schema.names, schema.types, strict=True))
                    return Shape(types, file.metadata.num_rows)
            case Format.NPZ:
                return _of_arrays(path)


def _of_csv(path: Path) -> Shape:
    with path.open("rb") as file:
        first = file.read(_LOOKED_AT_BYTES)
    header, _, rows = first.partition(b"\n")
    lines = max(1, rows.count(b"\n"))
    rest = path.stat().st_size - len(header)
    types = dict.fromkeys(formats.columns_of(path), pa.string())
    return Shape(types, int(rest * lines / max(1, len(rows))))


def _of_arrays(path: Path) -> Shape:
    """From the headers alone, so that nothing large is unpacked."""
    types, lengths = {}, [0]
    with zipfile.ZipFile(path) as arrays:
        for entry in arrays.namelist():
            with arrays.open(entry) as file:
                version = np.lib.format.read_magic(file)
                read = np.lib.format.read_array_header_1_0
                if version > (1, 0):
                    read = np.lib.format.read_array_header_2_0
                shape, _, kind = read(file)
            types[entry.removesuffix(".npy")] = _arrow_type(kind)
            lengths.append(shape[0] if shape else 0)
    return Shape(types, max(lengths))


def _arrow_type(kind: "np.dtype[np.generic]") -> pa.DataType:
    if kind.kind in "US":
        return pa.string()
    return pa.from_numpy_dtype(kind) if kind.kind in "iufb" else pa.null()
