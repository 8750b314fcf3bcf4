"""Tokens that accounts used: tags, devices, means of payment; random strings to us."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.ids import is_whole_number
from tutela.networks.files.seeds import places_of

#: Columns that hold a token, and what kind it is where no column `kind` says so.
TOKEN_COLUMNS: Final = {"token": "token", "tag": "tag"}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Which account used which token, however often."""

    #: Every token once, and its kind, such as `device`.
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    #: (accounts, tokens), 1 where the account used it.
    used: csr_array
    #: Rows of accounts that the graph does not have.
    strangers: int


def read_tokens(paths: Sequence[Path], *, names: pa.Array) -> Tokens:
    """The tokens of the accounts called `names`; raises NetworkFileUnfit with file and field.

    Each file has `account`, `token` or `tag`, and perhaps `kind`; tokens of two kinds are two.
    """
    parts = [_read(path, names=names) for path in paths]
    places = np.concatenate([places for places, _ in parts]) if parts else np.empty(0, np.int64)
    keys = pa.concat_arrays([keys for _, keys in parts]) if parts else pa.array([], pa.string())
    known = places >= 0
    coded = keys.filter(pa.array(known)).dictionary_encode()
    shape = (len(names), len(coded.dictionary))
    ones = np.ones(int(known.sum()), np.float32)
    used = csr_array((ones, (places[known], coded.indices.to_numpy())), shape=shape)
    used.sum_duplicates()
    used.data.fill(1)
    parted = [str(key).partition("\0") for key in coded.dictionary.to_pylist()]
    return Tokens(
        names=tuple(token for _, _, token in parted),
        kinds=tuple(kind for kind, _, _ in parted),
        used=used,
        strangers=int((~known).sum()),
    )


def _read(path: Path, *, names: pa.Array) -> tuple[NDArray[np.int64], pa.Array]:
    """By row the account's place, -1 where it has none, and kind and token in one string."""
    there = formats.columns_of(path)
    column = next((name for name in TOKEN_COLUMNS if name in there), None)
    if column is None or "account" not in there:
        raise NetworkFileUnfit(f"{path}: columns `account` and `token` or `tag` are wanted.")
    columns = ["account", column, *(["kind"] if "kind" in there else [])]
    places, keys = [np.empty(0, np.int64)], [pa.array([], pa.string())]
    for batch in formats.batches(path, columns=columns):
        rows = {name: _text(batch.columns[name]) for name in columns[1:]}
        kind = rows.get("kind", pa.scalar(TOKEN_COLUMNS[column], pa.string()))
        key = pc.binary_join_element_wise(kind, rows[column], "\0")
        ids = _ids(batch.columns["account"], path=path)
        if key.null_count or ids.null_count:
            raise NetworkFileUnfit(f"{path}: a row after row {batch.before} lacks a field.")
        places.append(places_of(ids, names=names))
        keys.append(key)
    return np.concatenate(places), pa.concat_arrays(keys)


def _ids(ids: pa.Array, *, path: Path) -> pa.Array:
    if pa.types.is_floating(ids.type):
        raise NetworkFileUnfit(f"{path}, account: whole numbers or strings, not {ids.type}.")
    return ids.cast(pa.int64()) if is_whole_number(ids.type) else _text(ids)


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string())
