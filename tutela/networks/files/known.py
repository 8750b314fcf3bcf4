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
            says = _says(batch.columns[name], mark=name) & (places >= 0)
            by_place = known.maybe_minor if name == "minor" else known.removed
            by_place[places[says]] = True
    return known


def _says(column: pa.Array, *, mark: str) -> NDArray[np.bool_]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    text = column.cast(pa.string()).fill_null("")
    yes = (
        pc.is_in(pc.utf8_lower(text), pa.array(_YES)) if mark == "minor" else pc.not_equal(text, "")
    )
    says: NDArray[np.bool_] = yes.to_numpy(zero_copy_only=False)
    return says
