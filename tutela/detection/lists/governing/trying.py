"""Entries that nobody looks for yet, looked for in what was kept of the last week."""

from collections.abc import Sequence

import msgspec

from tutela.detection.detectors import Detector, Hashes, Item
from tutela.detection.hashes.commons import Commons
from tutela.detection.hashes.detector import Entry as Numbered
from tutela.detection.hashes.detector import HashDetector, HashList, Row
from tutela.detection.hashes.detector import Lists as HashLists
from tutela.detection.hashes.kinds import HashKind, words_of_hex
from tutela.detection.lists.entries import Entry, Kind
from tutela.detection.sample.trying import Kept
from tutela.detection.terms.detector import TermDetector, TermList, TermLists
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import Term, TermKind
from tutela.domain.signals import Result

_NAME = "proposed"


def found_in(kept: Sequence[Kept], *, entries: Sequence[Entry]) -> list[frozenset[int] | None]:
    """Of each event the places of the entries that match it, from 0; as detectors see them.

    None where that is unknown.
    """
    if not entries or not kept:
        return [frozenset() for _ in kept]
    signals = _detector(entries).look([_item(each) for each in kept])
    return [
        None
        if each.result is Result.UNAVAILABLE
        else frozenset(int(match.entry) for match in each.matches)
        for each in signals
    ]


def _detector(entries: Sequence[Entry]) -> Detector:
    kind = entries[0].kind
    return _of_terms(entries) if kind is Kind.TERMS else _of_hashes(entries, kind=HashKind(kind))


def _of_terms(entries: Sequence[Entry]) -> Detector:
    terms = [
        Term(
            id=str(place),
            text=each.value.decode(),
            kind=TermKind(each.form),
            languages=() if each.language is None else (each.language,),
        )
        for place, each in enumerate(entries)
    ]
    listed = TermList(name=_NAME, version=1, matcher=matcher(terms))
    return TermDetector(TermLists(lists=(listed,)))


def _of_hashes(entries: Sequence[Entry], *, kind: HashKind) -> Detector:
    words = words_of_hex([each.value.hex() for each in entries], kind=kind)
    listed = HashList(
        name=_NAME,
        version=1,
        indexes={kind: Commons().build(words, kind=kind)},
        entry_of=_numbered,
    )
    return HashDetector(HashLists(lists=(listed,)))


def _numbered(row: Row) -> Numbered:
    return Numbered(str(row.number))


def _item(kept: Kept) -> Item:
    """What an event says, as detectors take it."""
    said = kept.event.event
    hashes = said.get("hashes")
    return Item(
        surface=said.get("surface") or said.get("kind") or "",
        text=said.get("text"),
        hashes=None if hashes is None else msgspec.convert(hashes, Hashes),
        language=said.get("language"),
        tags=tuple(said.get("tags") or ()),
    )
