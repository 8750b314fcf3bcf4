"""Seeds: the accounts that a person has confirmed, one id a line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tutela.networks.engines.engine import Places
from tutela.networks.files.errors import NetworkFileUnfit, UnknownSeeds

_NAMED_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class Seeds:
    """Where the seeds stand in a graph."""

    #: Each once, rising.
    places: Places
    #: Ids that the graph does not know, as they were written.
    unknown: tuple[str, ...]
    #: How many lines named a seed again.
    repeated: int


def read_seeds(path: Path, *, names: pa.Array) -> Seeds:
    """The seeds among the accounts called `names`.

    Blank lines are passed over. Raises NetworkFileUnfit where there is no id or the file can't be
    read, UnknownSeeds where none of them is an account of the graph.
    """
    lines = written(path)
    ids = tuple(dict.fromkeys(lines))
    places = places_of(pa.array(ids, pa.string()), names=names)
    known = places >= 0
    unknown = tuple(name for name, is_known in zip(ids, known, strict=True) if not is_known)
    if not known.any():
        raise UnknownSeeds(f"{path}: none of its accounts is in the graph: {told(unknown)}.")
    return Seeds(np.sort(places[known]), unknown, len(lines) - len(ids))


def told(names: tuple[str, ...]) -> str:
    """The first few, and how many more."""
    more = len(names) - _NAMED_AT_MOST
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(names[:_NAMED_AT_MOST]) + rest


def written(path: Path) -> list[str]:
    """The ids as they are written, one a line; raises NetworkFileUnfit where there are none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NetworkFileUnfit(f"{path}: there is no such file.") from error
    except OSError as error:
        raise NetworkFileUnfit(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise NetworkFileUnfit(f"{path}: no text in UTF-8.") from error
    ids = [line.strip() for line in text.split("\n") if line.strip()]
    if not ids:
        raise NetworkFileUnfit(f"{path}: names no seed; one id a line is wanted.")
    return ids


def places_of(ids: pa.Array, *, names: pa.Array) -> Places:
    """By id its place, or -1; whole numbers are found as they are written plainly."""
    if pa.types.is_dictionary(ids.type):
        ids = ids.dictionary_decode()
    if pa.types.is_integer(ids.type) and names.type == pa.int64():
        wanted = ids.cast(pa.int64())
    else:
        wanted = ids.cast(pa.string())
        wanted = wanted.cast(names.type) if _all_plain(wanted, names=names) else wanted
    known = names if wanted.type == names.type else names.cast(pa.string())
    found: Places = pc.index_in(wanted, known).fill_null(-1).to_numpy().astype(np.int64)
    return found


def _all_plain(ids: pa.Array, *, names: pa.Array) -> bool:
    if names.type != pa.int64():
        return False
    return bool(pc.all(pc.match_substring_regex(ids, r"^(0|-?[1-9][0-9]{0,17})$")).as_py())
