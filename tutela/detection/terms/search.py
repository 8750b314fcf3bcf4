"""The hits of many texts as arrays, by every fold that the terms of a list need."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes
from tutela.detection.terms.guessing import Reader, guessed
from tutela.detection.terms.patterns import Patterns
from tutela.detection.terms.pieces import SPAN_MAX, Batch
from tutela.detection.terms.reading import Posts, Reading, folded, joined, seen
from tutela.detection.terms.stream import squashed
from tutela.detection.terms.table import Fold, Places, ragged, table
from tutela.detection.terms.verifying import verified

#: What is written for a letter by two; matched with the edges of a token only.
PAIRS: Final = {"m": ("r", "n"), "w": ("v", "v")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for, and for each row whether a match needs the edges of a token."""

    patterns: Patterns
    needs_edges: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Side:
    """The terms that go by one fold."""

    fold: Fold
    wanted: Wanted
    #: Terms by what is written for their letters, searched only where something such is.
    respelled: Wanted | None = None
    #: How signs of more than one meaning are read by the others too.
    readers: tuple[Reader, ...] = ()


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
    guess = guessed(posts, found=found, readers=side.readers)
    readings = [seen(found)] if guess is None else [seen(found), guess]
    rows = [_in_reading(posts, wanted=side.wanted, reading=reading) for reading in readings]
    if side.respelled is not None:
        for reading in readings:
            part = _texts_with_pairs(reading)
            if part is not None:
                rows.append(_in_reading(posts, wanted=side.respelled, reading=part))
    return rows


def _texts_with_pairs(reading: Reading) -> Reading | None:
    """The texts in which two letters may stand for one; None where there are none."""
    left, right = reading.codes[:-1], reading.codes[1:]
    is_pair = np.zeros(len(left), bool)
    for one, two in PAIRS.values():
        is_pair |= (left == codes.coded(one)) & (right == codes.coded(two))
    at = np.flatnonzero(is_pair)
    if not at.size:
        return None
    ends = np.flatnonzero(reading.codes == codes.BOUNDARY)
    texts = np.unique(np.searchsorted(ends, at) - 1)
    taken = ragged(ends[texts], lengths=ends[texts + 1] - ends[texts] + 1)
    return Reading(
        codes=reading.codes[taken],
        origin=reading.places(taken),
        is_guess=reading.is_guess,
        ends=reading.last_places(taken),
    )


def _in_reading(posts: Posts, *, wanted: Wanted, reading: Reading) -> Rows:
    stream = squashed(reading)
    counts = verified(
        stream,
        patterns=wanted.patterns,
        needs_edges=wanted.needs_edges,
        candidates=wanted.patterns.candidates(stream),
    )
    outer = stream.at[counts.first], stream.at[counts.last]
    first = np.minimum(*(reading.places(at) for at in outer))
    last = np.maximum(*(reading.last_places(at) for at in outer))
    texts = posts.text_of(first)
    return Rows(
        texts=texts,
        terms=wanted.patterns.terms[counts.rows],
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
