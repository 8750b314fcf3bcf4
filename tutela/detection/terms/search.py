"""The hits of many texts as arrays, by every fold that the terms of a list need."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.guessing import guessed
from tutela.detection.terms.patterns import Patterns
from tutela.detection.terms.pieces import SPAN_MAX, Batch
from tutela.detection.terms.reading import Posts, Reading, folded, joined, seen
from tutela.detection.terms.stream import squashed
from tutela.detection.terms.table import Fold, Places, table
from tutela.detection.terms.verifying import verified


@dataclass(frozen=True, slots=True)
class Side:
    """The terms that go by one fold."""

    fold: Fold
    patterns: Patterns
    #: Of each row of the patterns: whether a match needs the edges of a token in any case.
    needs_edges: NDArray[np.bool_]
    #: Whether signs of more than one meaning are read by the others too.
    has_guesses: bool


@dataclass(frozen=True, slots=True)
class Rows:
    """Hits: numbers of text and term, places in the text, and whether it stands there plainly."""

    texts: Places
    terms: Places
    starts: Places
    ends: Places
    is_plain: NDArray[np.bool_]

    def taken(self, keep: Places | NDArray[np.bool_]) -> "Rows":
        """Those of them."""
        return Rows(
            texts=self.texts[keep],
            terms=self.terms[keep],
            starts=self.starts[keep],
            ends=self.ends[keep],
            is_plain=self.is_plain[keep],
        )


def found_in(batch: Batch, *, sides: tuple[Side, ...]) -> Rows:
    """The hits of a batch, each once, by text, place and term."""
    posts = joined(batch.words)
    found = _together([part for side in sides for part in _of_side(posts, side=side)])
    moved = Rows(
        texts=batch.numbers[found.texts],
        terms=found.terms,
        starts=found.starts + batch.offsets[found.texts],
        ends=found.ends + batch.offsets[found.texts],
        is_plain=found.is_plain,
    )
    is_own = moved.starts >= batch.core_starts[found.texts]
    is_own &= moved.starts < batch.core_ends[found.texts]
    return _once(moved.taken(is_own))


def _of_side(posts: Posts, *, side: Side) -> list[Rows]:
    found = folded(posts, fold=side.fold)
    guess = guessed(posts, found=found) if side.has_guesses else None
    readings = [seen(found)] if guess is None else [seen(found), guess]
    return [_in_reading(posts, side=side, reading=reading) for reading in readings]


def _in_reading(posts: Posts, *, side: Side, reading: Reading) -> Rows:
    stream = squashed(reading)
    counts = verified(
        stream,
        patterns=side.patterns,
        needs_edges=side.needs_edges,
        candidates=side.patterns.candidates(stream),
    )
    outer = (reading.places(stream.at[counts.first]), reading.places(stream.at[counts.last]))
    first, last = np.minimum(*outer), np.maximum(*outer)
    texts = posts.text_of(first)
    return Rows(
        texts=texts,
        terms=side.patterns.terms[counts.rows],
        starts=first - posts.starts[texts],
        ends=_with_marks(posts, ends=last + 1) - posts.starts[texts],
        is_plain=counts.is_plain,
    )


def _with_marks(posts: Posts, *, ends: Places) -> Places:
    """The ends behind the marks that belong to the last letter."""
    single = table().latin.single
    for _ in range(SPAN_MAX):
        is_mark = single[posts.code_points[ends]] == codes.MARK
        if not is_mark.any():
            break
        ends = ends + is_mark
    return ends


def _together(parts: list[Rows]) -> Rows:
    return Rows(
        texts=np.concatenate([part.texts for part in parts]),
        terms=np.concatenate([part.terms for part in parts]),
        starts=np.concatenate([part.starts for part in parts]),
        ends=np.concatenate([part.ends for part in parts]),
        is_plain=np.concatenate([part.is_plain for part in parts]),
    )


def _once(rows: Rows) -> Rows:
    """Each place of a term once, plain before squashed; by text, start, end and term."""
    rows = rows.taken(np.lexsort((~rows.is_plain, rows.terms, rows.ends, rows.starts, rows.texts)))
    keys = np.stack((rows.texts, rows.starts, rows.ends, rows.terms))
    is_new = np.ones(keys.shape[1], bool)
    is_new[1:] = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    return rows.taken(is_new)
