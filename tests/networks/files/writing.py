"""Files as platforms write them: the same columns as CSV, Parquet or NPZ."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

Columns = Mapping[str, Sequence[object]]


def written(path: Path, *, columns: Columns) -> Path:
    """The file, of the kind that its ending says."""
    match path.suffix:
        case ".npz":
            arrays: dict[str, object] = {name: np.array(each) for name, each in columns.items()}
            np.savez(path, **arrays)  # type: ignore[arg-type] # of numpy's last parameter
        case ".csv":
            pacsv.write_csv(pa.table(dict(columns)), path)
        case _:
            pq.write_table(pa.table(dict(columns)), path)
    return path
