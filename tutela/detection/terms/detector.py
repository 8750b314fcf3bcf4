"""The detector of terms: lists in, signals out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from tutela.detection.detectors import Examples, Item
from tutela.detection.terms.matcher import TermMatcher, matcher
from tutela.detection.terms.term import Term, TermKind
from tutela.domain.signals import Match, Result, Signal

NAME: Final = "terms"
#: Matches of one list that a signal carries, the first ones.
MATCHES_AT_MOST: Final = 20
BROKE: Final = "search_failed"
#: Stands for terms of a list in examples: made up, a word of no language.
EXAMPLE_TERM: Final = "zorbaquil"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermList:
    """One version of a list, ready to be searched."""

    name: str
    version: int
    matcher: TermMatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLists:
    """The lists that are looked at, and those that can't be: their names, and why (a code)."""

    lists: Sequence[TermList] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)


class TermDetector:
    """Looks for terms in texts and tags; no match is said only where every list was looked at."""

    def __init__(self, lists: TermLists) -> None:
        """Raises nothing for lists that are unavailable: its signals say so."""
        self._lists = lists

    @classmethod
    def with_examples(cls) -> "TermDetector":
        """A detector of one list that holds its example."""
        terms = [
            Term(id="1", text=EXAMPLE_TERM, kind=TermKind.WORD),
            Term(id="2", text=f"{EXAMPLE_TERM} tower", kind=TermKind.ALLOW),
        ]
        held = TermList(name="examples", version=1, matcher=matcher(terms))
        return cls(TermLists(lists=(held,)))

    @property
    def name(self) -> str:
        """`terms`."""
        return NAME

    def examples(self) -> Examples:
        """A made-up word as it is, and disguised: what `with_examples` matches, and what not."""
        return Examples(
            matching=(
                _item(f"one {EXAMPLE_TERM}, two"),
                _item("z 0 r b a q u 1 l"),
                _item("Ⓩ\u043er\u0432à\u200bq\u00aduiil"),
                Item(surface="post", tags=("Zorba_Quil",)),
            ),
            clean=(
                _item("one two three"),
                _item(f"the {EXAMPLE_TERM} tower"),
                _item(f"{EXAMPLE_TERM}ish"),
                Item(surface="post"),
            ),
        )

    def swap(self, lists: TermLists) -> None:
        """From the next look on, these are the lists."""
        self._lists = lists

    def look(self, items: Sequence[Item]) -> list[Signal]:
        """A signal for each item, in order.

        An item without text and tags gives `no_match`. A search that fails, or a list that can't be
        looked at, gives `unavailable`, unless something else matches.
        """
        lists = self._lists
        asked = [(at, text) for at, item in enumerate(items) for text in _texts(item)]
        matches: list[list[Match]] = [[] for _ in items]
        why = next(iter(lists.unavailable.values()), None)
        for each in lists.lists if asked else ():
            try:
                _look(each, items=items, asked=asked, matches=matches)
            except Exception as error:  # noqa: BLE001 - what could not be looked at is said, in any case
                structlog.get_logger(__name__).error(
                    "search_failed", list=each.name, exc_info=error
                )
                why = why or BROKE
        looked = {at for at, _ in asked}
        return [
            _signal(tuple(found), why=why if at in looked else None)
            for at, found in enumerate(matches)
        ]


def _look(
    each: TermList,
    *,
    items: Sequence[Item],
    asked: Sequence[tuple[int, str]],
    matches: list[list[Match]],
) -> None:
    """Adds what the list has in the texts to the matches of their items."""
    hits = each.matcher.hits(
        [text for _, text in asked], languages=[items[at].language for at, _ in asked]
    )
    terms: list[dict[str, Term]] = [{} for _ in items]
    for (at, _), found in zip(asked, hits, strict=True):
        terms[at].update((hit.term.id, hit.term) for hit in found)
    for at, found_terms in enumerate(terms):
        matches[at] += [
            Match(list=each.name, entry=term.id, version=each.version, tags=term.tags)
            for term in list(found_terms.values())[:MATCHES_AT_MOST]
        ]


def _item(text: str) -> Item:
    return Item(surface="post", text=text)


def _texts(item: Item) -> list[str]:
    return [*([] if item.text is None else [item.text]), *item.tags]


def _signal(matches: tuple[Match, ...], *, why: str | None) -> Signal:
    if matches:
        return Signal(detector=NAME, result=Result.MATCH, matches=matches)
    if why is not None:
        return Signal(detector=NAME, result=Result.UNAVAILABLE, why=why)
    return Signal(detector=NAME, result=Result.NO_MATCH)
