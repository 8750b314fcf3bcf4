"""Texts in batches that fit the cache: many short ones together, a long one in pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

#: Code points that are searched at once.
BATCH: Final = 65_536
#: A match may be so long, counted with all that stands between its letters.
SPAN_MAX: Final = 4_096


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text with what stands around it; hits that begin in the core are its own."""

    #: The number of the text, and where in it the piece begins.
    text: int
    offset: int
    words: str
    core_start: int
    core_end: int


def batches(texts: Sequence[str]) -> Iterator[list[Piece]]:
    """All texts, in order; a text that is too long stands in several pieces."""
    batch: list[Piece] = []
    size = 0
    for piece in _pieces(texts):
        batch.append(piece)
        size += len(piece.words) + 1
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _pieces(texts: Sequence[str]) -> Iterator[Piece]:
    for number, text in enumerate(texts):
        if len(text) <= BATCH:
            yield Piece(text=number, offset=0, words=text, core_start=0, core_end=len(text) + 1)
            continue
        for start in range(0, len(text), BATCH):
            offset = max(start - SPAN_MAX, 0)
            words = text[offset : start + BATCH + SPAN_MAX]
            yield Piece(number, offset, words, start, start + BATCH)
