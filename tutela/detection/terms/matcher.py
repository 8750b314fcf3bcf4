"""Terms in texts: where each stands, in the original text."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms.glance import Cleared, Glance, glances
from tutela.detection.terms.guessing import LATIN_READERS, NATIVE_READERS
from tutela.detection.terms.patterns import Written, compiled, is_foreign, written
from tutela.detection.terms.pieces import batches
from tutela.detection.terms.search import PAIRS, Rows, Side, Wanted, found_in
from tutela.detection.terms.table import Places, table
from tutela.detection.terms.term import TERM_MAX, Refusal, RefusedTerm, Term, TermKind

_SPELLINGS: Final = str.maketrans({letter: "".join(pair) for letter, pair in PAIRS.items()})
#: In shorter terms two letters for one may be another word.
_RESPELLED_MIN: Final = 5
_WITH_EDGES: Final = frozenset({TermKind.WORD, TermKind.PHRASE})


class Found(StrEnum):
    """How a term stands in a text."""

    #: Its signs one after the other, separated only where the term is.
    PLAIN = "plain"
    #: Its signs with separators between them, or without those that the term has.
    SQUASHED = "squashed"


class Hit(msgspec.Struct, frozen=True, gc=False):
    """One term at one place: `text[start:end]`, in code points of the original text."""

    term: Term
    start: int
    end: int
    found: Found


@dataclass(frozen=True, slots=True)
class TermMatcher:
    """Finds the terms of a list in texts. It may be shared by threads, and keeps no text."""

    terms: tuple[Term, ...]
    refused: tuple[RefusedTerm, ...]
    _sides: tuple[Side, ...] = field(repr=False)
    _is_allow: NDArray[np.bool_] = field(repr=False)
    #: Terms that surely stand in one short text, not always all; none where surely none does; None
    #: where only `hits` can tell. In microseconds, whatever the languages.
    glance: Glance = field(repr=False)
    #: Whether surely none stands in a text of ASCII letters, by what these are compared by.
    clears: Cleared = field(repr=False)

    def hits(
        self, texts: Sequence[str], *, languages: Sequence[str | None] | None = None
    ) -> list[list[Hit]]:
        """The hits of each text, by their places; `languages` are BCP 47 tags, None if unknown.

        No text is refused: of any length, with lone surrogates and unassigned code points too.
        """
        found: list[list[Hit]] = [[] for _ in texts]
        spoken = [None] * len(texts) if languages is None else languages
        for batch in batches(texts) if self._sides else ():
            rows = self._without_allowed(found_in(batch, sides=self._sides))
            columns = (rows.texts, rows.terms, rows.starts, rows.ends, rows.is_plain)
            for text, number, start, end, is_plain in zip(
                *(column.tolist() for column in columns), strict=True
            ):
                term = self.terms[number]
                if not term.languages or is_spoken(term.languages, language=spoken[text]):
                    how = Found.PLAIN if is_plain else Found.SQUASHED
                    found[text].append(Hit(term=term, start=start, end=end, found=how))
        return found

    def _without_allowed(self, rows: Rows) -> Rows:
        """Hits that lie in no plain hit of an allow-list term, and none of those."""
        is_allow = self._is_allow[rows.terms]
        if not is_allow.any():
            return rows
        allowed, others = rows.taken(is_allow & rows.is_plain), rows.taken(~is_allow)
        is_in = np.zeros(len(others.texts), bool)
        for text, start, end in zip(allowed.texts, allowed.starts, allowed.ends, strict=True):
            is_in |= (others.texts == text) & (others.starts >= start) & (others.ends <= end)
        return others.taken(~is_in)


def matcher(terms: Sequence[Term]) -> TermMatcher:
    """A matcher of the terms that can be looked for; the others are in `refused`, with why."""
    texts = [unicodedata.normalize("NFC", term.text[: TERM_MAX + 1]) for term in terms]
    spelled = [text.casefold().translate(_SPELLINGS) for text in texts]
    latin = written(texts + spelled, fold=table().latin)
    native = written(texts, fold=table().native)
    by_script = is_foreign(latin, texts=texts + spelled, foreign=table().foreign)[: len(texts)]
    lengths = np.where(by_script, native.lengths, latin.lengths[: len(texts)])
    is_long = np.array([len(term.text) > TERM_MAX for term in terms], bool)
    is_usable = (lengths > 1) & ~is_long
    is_respelled = np.array(
        [
            len(text) >= _RESPELLED_MIN and text.casefold() != other
            for text, other in zip(texts, spelled, strict=True)
        ],
        bool,
    )
    plain, own = np.flatnonzero(is_usable & ~by_script), np.flatnonzero(is_usable & by_script)
    guesses = np.flatnonzero(is_usable & ~by_script & is_respelled)
    by_latin = _wanted(latin, rows=plain, terms=terms)
    by_native = _wanted(native, rows=own, terms=terms)
    respelled = _wanted(latin, rows=guesses + len(texts), terms=terms)
    sides = []
    if by_latin is not None:
        sides.append(Side(table().latin, by_latin, respelled, LATIN_READERS))
    if by_native is not None:
        sides.append(Side(table().native, by_native, readers=NATIVE_READERS))
    refused = (
        RefusedTerm(id=terms[at].id, why=_why(int(lengths[at]), is_long=bool(is_long[at])))
        for at in np.flatnonzero(~is_usable).tolist()
    )
    glance, clears = glances(sides, terms=terms)
    return TermMatcher(
        terms=tuple(terms),
        glance=glance,
        clears=clears,
        refused=tuple(refused),
        _sides=tuple(sides),
        _is_allow=np.array([term.kind is TermKind.ALLOW for term in terms], bool),
    )


def _wanted(found: Written, *, rows: Places, terms: Sequence[Term]) -> Wanted | None:
    """What to search for by these rows, of which those behind the terms are guesses."""
    if not rows.size:
        return None
    numbers = rows % len(terms)
    needs_edges = [terms[number].kind in _WITH_EDGES for number in numbers.tolist()]
    patterns = compiled(found, rows=rows, terms=numbers, guesses=rows != numbers)
    return Wanted(patterns, np.array(needs_edges, bool))


def is_spoken(languages: Sequence[str], *, language: str | None) -> bool:
    """Whether a text of this language is meant by one of the tags; an unknown one is by all.

    Tags match where one begins with the other, as `de` and `de-AT` do (RFC 4647, 3.3.1).
    """
    if language is None:
        return True
    spoken = language.casefold().split("-")
    return any(
        all(ours == theirs for ours, theirs in zip(tag.casefold().split("-"), spoken, strict=False))
        for tag in languages
    )


def _why(length: int, *, is_long: bool) -> Refusal:
    if is_long:
        return Refusal.TOO_LONG
    return Refusal.FOLDS_TO_EVERYTHING if length else Refusal.FOLDS_TO_NOTHING
