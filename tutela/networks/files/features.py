"""Features: numbers by account, from a file with a row an account."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tutela.networks.engines.engine import Engine
from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.formats import Batch, Format
from tutela.networks.files.ids import as_numbers, is_text, is_whole_number
from tutela.networks.files.seeds import places_of

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
        rows = self._rows(names)
        found: NDArray[np.float32] = self.values[rows]
        found[rows < 0] = np.nan
        return found

    def remarks(self, names: pa.Array, *, engine: Engine, path: Path) -> Iterator[str]:
        """What whoever reads a ranking of the accounts should know of these features.

        Raises NetworkFileUnfit where none of their accounts has an edge, though others do.
        """
        has_row = self._rows(names) >= 0
        has_edge = np.zeros(len(names), np.bool_)
        for kind in engine.kinds:
            has_edge |= engine.degrees(kind.name) > 0
        if has_edge.any() and not (has_row & has_edge).any():
            raise NetworkFileUnfit(f"{path}: none of its accounts has an edge of this graph.")
        lacking, alone = int((~has_row).sum()), int((has_row & ~has_edge).sum())
        if lacking:
            yield f"{lacking:,} accounts have no features: they were taken as unknown."
        if alone:
            yield f"{alone:,} accounts have features and no edge."

    def _rows(self, names: pa.Array) -> NDArray[np.int64]:
        """By account its row, or -1."""
        return places_of(names, names=self.accounts)


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
    if len(set(there)) < len(there):
        raise NetworkFileUnfit(f"{path}: two columns have one name.")
    ids, values = [], []
    for batch in formats.batches(path, columns=there):
        ids.append(_ids(batch.columns[_ACCOUNT], path=path))
        rows = [_numbers(batch, path=path, name=name) for name in columns]
        values.append(np.stack(rows, axis=1))
    if not ids:
        raise NetworkFileUnfit(f"{path}: no row.")
    accounts = pa.concat_arrays(ids)
    if formats.format_of(path) is Format.CSV:
        accounts = as_numbers(accounts)
    return _checked(Features(accounts, columns, np.concatenate(values)), path=path)


def _of_arrays(path: Path) -> Features:
    with formats.readable(path), np.load(path, allow_pickle=False) as arrays:
        if "X" not in arrays.files:
            raise NetworkFileUnfit(f"{path}: no array X; there are: {', '.join(arrays.files)}.")
        values = np.asarray(arrays["X"])
        accounts = arrays[_ACCOUNT] if _ACCOUNT in arrays.files else np.arange(len(values))
    if values.ndim != 2 or values.dtype.kind not in "fiub":  # noqa: PLR2004 - rows and columns
        raise NetworkFileUnfit(f"{path}, X: rows and columns of numbers are wanted.")
    if accounts.ndim != 1 or len(accounts) != len(values):
        raise NetworkFileUnfit(f"{path}, account: one id a row of X is wanted.")
    columns = tuple(f"x{number}" for number in range(values.shape[1]))
    ids = _ids(pa.array(accounts), path=path)
    with np.errstate(over="ignore"):
        features = Features(ids, columns, values.astype(np.float32))
    return _checked(features, path=path)


def _ids(ids: pa.Array, *, path: Path) -> pa.Array:
    if not is_whole_number(ids.type) and not is_text(ids.type):
        raise NetworkFileUnfit(f"{path}, account: whole numbers or strings, not {ids.type}.")
    if pa.types.is_dictionary(ids.type):
        ids = ids.dictionary_decode()
    return ids.cast(pa.int64() if is_whole_number(ids.type) else pa.string())


def _numbers(batch: Batch, *, path: Path, name: str) -> NDArray[np.float32]:
    """The column; what is not there is NaN."""
    column = batch.columns[name]
    if is_text(column.type):
        column = pc.utf8_trim_whitespace(column.cast(pa.string()))
        column = pc.if_else(pc.equal(column, ""), None, column)
    try:
        numbers = column.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise NetworkFileUnfit(f"{path}, {name}: numbers are wanted.") from error
    with np.errstate(over="ignore"):
        values: NDArray[np.float32] = numbers.fill_null(np.nan).to_numpy().astype(np.float32)
    return values


def _checked(features: Features, *, path: Path) -> Features:
    accounts = features.accounts
    if accounts.null_count:
        row = pc.index(accounts.is_null(), pa.scalar(True)).as_py() + 1  # noqa: FBT003 - looked for
        raise NetworkFileUnfit(f"{path}, row {row}, account: nothing is there.")
    if len(pc.unique(accounts)) < len(accounts):
        raise NetworkFileUnfit(f"{path}, account: some account has more than one row.")
    infinite = np.argwhere(np.isinf(features.values))
    if len(infinite):
        row, column = infinite[0]
        place = f"{path}, row {row + 1}, {features.columns[column]}"
        raise NetworkFileUnfit(f"{place}: not finite.")
    return features
