"""What a platform knows of its accounts: who may be a minor, and who was removed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tutela.networks.files import formats
from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.seeds import places_of

_YES: Final = ("yes", "true", "1")
_NO: Final = ("no", "false", "0")
_MARKS: Final = ("minor", "removed_at")


@dataclass(frozen=True, slots=True)
class Known:
    """By place; False also where nothing is known."""

    maybe_minor: NDArray[np.bool_]
    removed: NDArray[np.bool_]


def read_known(path: Path, *, names: pa.Array) -> Known:
    """What the file says of the accounts called `names`; raises NetworkFileUnfit.

    It has `account` and one or both of `minor` (`yes`, `no`, `unknown`) and `removed_at`, empty
    where the account was not removed.
    """
    there = formats.columns_of(path)
    marks = [name for name in _MARKS if name in there]
    if "account" not in there or not marks:
        raise NetworkFileUnfit(f"{path}: columns `account` and `minor` or `removed_at` are wanted.")
    known = Known(np.zeros(len(names), np.bool_), np.zeros(len(names), np.bool_))
    for batch in formats.batches(path, columns=("account", *marks)):
        places = places_of(batch.columns["account"], names=names)
        for name in marks:
            column = batch.columns[name]
            says = (minors(column)[0] if name == "minor" else _is_there(column)) & (places >= 0)
            by_place = known.maybe_minor if name == "minor" else known.removed
            by_place[places[says]] = True
    return known


def minors(column: pa.Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """By row whether the account is known to be a minor's, and whether that is known at all."""
    text = pc.utf8_lower(_text(column))
    yes, no = (_by_row(pc.is_in(text, pa.array(words))) for words in (_YES, _NO))
    return yes, yes | no


def _is_there(column: pa.Array) -> NDArray[np.bool_]:
    return _by_row(pc.not_equal(_text(column), ""))


def _by_row(says: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(says.to_numpy(zero_copy_only=False), np.bool_)


def _text(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.string()).fill_null("")
