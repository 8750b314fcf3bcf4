"""Digests in order: found by halving, where nothing but the very same digest counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.kinds import Numbers, Words
from tutela.detection.hashes.memory import Arrays, Field
from tutela.detection.hashes.postings import Distinct
from tutela.detection.hashes.scanning import Near


@dataclass(frozen=True, slots=True)
class Ordered:
    """Digests in the order of their bytes, and the rows of each."""

    words: Words
    starts: Numbers
    numbers: Numbers


def distinct(words: Words, *, numbers: Numbers) -> Distinct:
    """The digests in order without repeats, and the rows of each."""
    order = np.argsort(_as_bytes(words), kind="stable")
    in_order = words[order]
    new = np.ones(len(words), bool)
    new[1:] = np.any(in_order[1:] != in_order[:-1], axis=1)
    if new.all():
        return Distinct(in_order, np.zeros(0, np.int64), numbers[order])
    starts = np.append(np.flatnonzero(new), len(words)).astype(np.int64)
    return Distinct(in_order[new], starts, numbers[order])


def fields(rows: Distinct) -> list[Field]:
    """The arrays that hold the digests."""
    return [
        Field("words", "<u8", rows.words.shape),
        Field("starts", "<i8", rows.starts.shape),
        Field("numbers", "<i8", rows.numbers.shape),
    ]


def fill(arrays: Arrays, *, rows: Distinct) -> None:
    """The digests in the arrays."""
    for name in Ordered.__slots__:
        arrays[name][:] = getattr(rows, name)


def read(arrays: Arrays) -> Ordered:
    """The digests that lie in the arrays."""
    return Ordered(**{name: arrays[name] for name in Ordered.__slots__})


def near(ordered: Ordered, *, queries: Words, radius: int) -> Near:
    """The same digests; `radius` counts for nothing."""
    del radius
    listed, asked = _as_bytes(ordered.words), _as_bytes(queries)
    at = np.searchsorted(listed, asked)
    there = np.flatnonzero(at < len(listed))
    there = there[listed[at[there]] == asked[there]]
    return Near(there, at[there], np.zeros(len(there), np.int64))


def _as_bytes(words: Words) -> NDArray[Any]:
    width = words.shape[1] * words.itemsize
    return np.ascontiguousarray(words).view(f"S{width}").reshape(len(words))
