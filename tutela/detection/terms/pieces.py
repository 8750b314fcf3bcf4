"""Texts in batches: many short ones together, a long one in pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.detection.terms.table import Places

#: Code points that are searched at once.
BATCH: Final = 262_144
#: A match may be so long, counted with all that stands between its letters.
SPAN_MAX: Final = 4_096


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts, or one piece of a text with what stands around it; hits begin in the core."""

    words: Sequence[str]
    #: Of each: the number of its text, where it begins in that, and where its core does and ends.
    numbers: Places
    offsets: Places
    core_starts: Places
    core_ends: Places


def batches(texts: Sequence[str]) -> Iterator[Batch]:
    """All texts, in order; a text that is too long stands in several batches."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    sizes = np.concatenate(([0], np.cumsum(lengths + 1)))
    start = 0
    while start < len(texts):
        end = int(np.searchsorted(sizes, sizes[start] + BATCH + 1, side="right")) - 1
        if end > start:
            yield _together(texts, start=start, end=end)
        else:
            yield from _pieces(texts[start], number=start)
        start = max(end, start + 1)


def _together(texts: Sequence[str], *, start: int, end: int) -> Batch:
    zeros = np.zeros(end - start, np.int64)
    numbers = np.arange(start, end)
    return Batch(texts[start:end], numbers, zeros, zeros, zeros + BATCH + 1)


def _pieces(text: str, *, number: int) -> Iterator[Batch]:
    for start in range(0, len(text), BATCH):
        offset = max(start - SPAN_MAX, 0)
        words = text[offset : start + BATCH + SPAN_MAX]
        places = (number, offset, start, start + BATCH)
        yield Batch((words,), *(np.array([place], np.int64) for place in places))
