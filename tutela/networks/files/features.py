"""Features: numbers by account, from a file with a row an account."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.formats import Format
from tutela.networks.files.ids import is_text, is_whole_number

_ACCOUNT: Final = "account"


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers by account; NaN where one is not known."""

    #: Ids, each once: 64-bit integers or strings.
    accounts: "pa.Array"
    columns: tuple[str, ...]
    #: (accounts, columns).
    values: NDArray[np.float32]

    def of(self, names: pa.Array) -> NDArray[np.float32]:
        """The rows in the order of `names`; an account that has none gets NaN."""
        ids = self.accounts if self.accounts.type == names.type else self.accounts.cast(names.type)
        rows = pc.index_in(names, ids).fill_null(-1).to_numpy()
        found: NDArray[np.float32] = self.values[rows]
        found[rows < 0] = np.nan
        return found

    def missing(self, names: pa.Array) -> int:
        """How many of the accounts have no row."""
        ids = self.accounts if self.accounts.type == names.type else self.accounts.cast(names.type)
        return int(pc.sum(pc.invert(pc.is_in(names, ids))).as_py() or 0)


def read_features(path: Path) -> Features:
    """The features of the file; raises NetworkFileUnfit with row and field where one is bad.

    `account` and columns of numbers, or in NPZ `X` of (rows, columns), whose rows are those of
    `account`, without it of the accounts 0, 1, 2 ...
    """
    if formats.format_of(path) is Format.NPZ:
        return _of_arrays(path)
    return _of_table(path)


def _of_table(path: Path) -> Features:
    there = tuple(formats.columns_of(path))
    columns = tuple(name for name in there if name != _ACCOUNT)
    if len(columns) == len(there) or not columns:
        raise NetworkFileUnfit(f"{path}: `account` and columns of numbers are wanted.")
    batches = list(formats.batches(path, columns=there))
    parts = [[_numbers(b.columns[c], path=path, name=c) for c in columns] for b in batches]
    values = [np.stack(part, axis=1) for part in parts]
    accounts = [_ids(b.columns[_ACCOUNT], path=path) for b in batches]
    if not accounts:
        raise NetworkFileUnfit(f"{path}: no row.")
    features = Features(pa.concat_arrays(accounts), columns, np.concatenate(values))
    return _checked(features, path=path)


def _of_arrays(path: Path) -> Features:
    with formats.readable(path), np.load(path, allow_pickle=False) as arrays:
        if "X" not in arrays.files:
            raise NetworkFileUnfit(f"{path}: no array X; there are: {', '.join(arrays.files)}.")
        values = np.asarray(arrays["X"])
        accounts = arrays[_ACCOUNT] if _ACCOUNT in arrays.files else np.arange(len(values))
    if values.ndim != 2 or values.dtype.kind not in "fiub":  # noqa: PLR2004 - rows and columns
        raise NetworkFileUnfit(f"{path}, X: rows and columns of numbers are wanted.")
    if len(accounts) != len(values):
        raise NetworkFileUnfit(f"{path}: {len(accounts)} accounts, but X has {len(values)} rows.")
    columns = tuple(f"x{number}" for number in range(values.shape[1]))
    ids = _ids(pa.array(accounts), path=path)
    return _checked(Features(ids, columns, values.astype(np.float32)), path=path)


def _ids(ids: pa.Array, *, path: Path) -> pa.Array:
    if not is_whole_number(ids.type) and not is_text(ids.type):
        raise NetworkFileUnfit(f"{path}, account: whole numbers or strings, not {ids.type}.")
    if pa.types.is_dictionary(ids.type):
        ids = ids.dictionary_decode()
    return ids.cast(pa.int64() if is_whole_number(ids.type) else pa.string())


def _numbers(column: pa.Array, *, path: Path, name: str) -> NDArray[np.float32]:
    """The column; what is not there is NaN."""
    try:
        numbers = column.cast(pa.float32())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise NetworkFileUnfit(f"{path}, {name}: numbers are wanted, not {column.type}.") from error
    values: NDArray[np.float32] = numbers.fill_null(np.nan).to_numpy()
    return values


def _checked(features: Features, *, path: Path) -> Features:
    if features.accounts.null_count:
        raise NetworkFileUnfit(f"{path}, account: a row names none.")
    if len(pc.unique(features.accounts)) < len(features.accounts):
        raise NetworkFileUnfit(f"{path}, account: some account has more than one row.")
    return features
