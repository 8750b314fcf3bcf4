"""The detector of known hashes: lists in, signals out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

import numpy as np
import structlog

from tutela.detection.detectors import Examples, Hashes, Item
from tutela.detection.hashes.hits import Hits
from tutela.detection.hashes.index import INDEXES, RADIUS_BITS
from tutela.detection.hashes.kinds import HashesUnfit, HashKind, Words, words_of_hex
from tutela.domain.signals import Match, Result, Signal

NAME: Final = "hashes"
_SURFACE: Final = "upload"
#: Matches of one list that a signal carries, the nearest ones.
MATCHES_AT_MOST: Final = 20
MALFORMED: Final = "hash_malformed"
BROKE: Final = "search_failed"
#: Bits that a canary may be off and must still match.
_OFF_BITS: Final = 7
#: Stands for known material in examples: made up, of no picture and no file.
EXAMPLE_PDQ: Final = "5a" * 32
EXAMPLE_MD5: Final = "a5" * 16


class Row(NamedTuple):
    """A row of a list: the kind of its hash, and its number in the index of that kind."""

    kind: HashKind
    number: int


class Entry(NamedTuple):
    """What a match says of a row: the id of its entry inside the list, and its tags."""

    id: str
    tags: tuple[str, ...] = ()


def _numbered(row: Row) -> Entry:
    return Entry(str(row.number))


class Searched(Protocol):
    """An index of one's own, or one that another process builds."""

    def search(self, hashes: Words, *, radius: int, most: int | None) -> Hits:
        """The nearest `most` rows within the radius of each hash."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HashList:
    """One version of a list, ready to be searched."""

    name: str
    version: int
    indexes: Mapping[HashKind, Searched]
    #: What is told of a row; without it the row's number.
    entry_of: Callable[[Row], Entry] = _numbered
    #: Hashes of made-up entries of the list: they prove that it is looked at.
    canaries: Sequence[Hashes] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """The lists that are looked at, and those that can't be: their names, and why (a code)."""

    lists: Sequence[HashList] = ()
    unavailable: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Findings:
    """What came of one item."""

    matches: list[Match] = field(default_factory=list)
    why: str | None = None


class HashDetector:
    """Looks for hashes of known material; no match is said only where every list was looked at."""

    def __init__(self, lists: Lists, *, radius: int = RADIUS_BITS) -> None:
        """Raises nothing for lists that are unavailable: its signals say so."""
        self._lists, self._radius = lists, radius

    @classmethod
    def with_examples(cls) -> "HashDetector":
        """A detector of one list that holds its examples."""
        kinds = {HashKind.PDQ: EXAMPLE_PDQ, HashKind.MD5: EXAMPLE_MD5}
        indexes = {
            kind: INDEXES[kind].build(words_of_hex([text], kind=kind))
            for kind, text in kinds.items()
        }
        canary = Hashes(pdq=EXAMPLE_PDQ, md5=EXAMPLE_MD5)
        examples = HashList(name="examples", version=1, indexes=indexes, canaries=(canary,))
        return cls(Lists(lists=(examples,)))

    @property
    def name(self) -> str:
        """`hashes`."""
        return NAME

    def examples(self) -> Examples:
        """The canaries of its lists, each kind of hash alone and PDQ some bits off; and none."""
        hashes = [canary for each in self._lists.lists for canary in each.canaries]
        return Examples(
            matching=tuple(item for each in hashes for item in self._matching(each)),
            clean=(
                _item(pdq="0f" * 32, md5="5a" * 16, sha1="00" * 20, sha256="00" * 32),
                Item(surface=_SURFACE, text="no hash at all"),
            ),
        )

    def _matching(self, canary: Hashes) -> Iterator[Item]:
        for kind in HashKind:
            text = getattr(canary, kind)
            if text is not None:
                yield _item(**{kind: text})
        if canary.pdq is not None:
            off = (1 << min(_OFF_BITS, self._radius)) - 1
            yield _item(pdq=f"{int(canary.pdq, 16) ^ off:064x}")

    def look(self, items: Sequence[Item]) -> list[Signal]:
        """A signal for each item, in order.

        An item without hashes gives `no_match`. A hash that is malformed, a search that fails, or a
        list that can't be looked at gives `unavailable`, unless something else matches.
        """
        lists, findings = self._lists, [_Findings() for _ in items]
        for kind in HashKind:
            asked = _asked(items, kind=kind, findings=findings)
            if not asked:
                continue
            words = np.concatenate(list(asked.values()))
            for why in lists.unavailable.values():
                _unknown(findings, items=asked, why=why)
            for each in lists.lists:
                self._search(each, kind=kind, words=words, found=[findings[at] for at in asked])
        return [_signal(found) for found in findings]

    def _search(
        self, each: HashList, *, kind: HashKind, words: Words, found: Sequence[_Findings]
    ) -> None:
        index = each.indexes.get(kind)
        if index is None:
            return
        try:
            hits = index.search(words, radius=self._radius, most=MATCHES_AT_MOST)
        except Exception as error:  # noqa: BLE001 - what could not be looked at is said, in any case
            structlog.get_logger(__name__).error("search_failed", list=each.name, exc_info=error)
            for one in found:
                one.why = one.why or BROKE
            return
        pairs = zip(hits.query.tolist(), hits.row.tolist(), hits.distance.tolist(), strict=True)
        for query, row, distance in pairs:
            entry = each.entry_of(Row(kind, row))
            match = Match(
                list=each.name,
                entry=entry.id,
                version=each.version,
                distance=distance if kind is HashKind.PDQ else None,
                tags=entry.tags,
            )
            found[query].matches.append(match)


def _item(**hashes: str) -> Item:
    return Item(surface=_SURFACE, hashes=Hashes(**hashes))


def _asked(
    items: Sequence[Item], *, kind: HashKind, findings: Sequence[_Findings]
) -> dict[int, Words]:
    """The items with a hash of the kind, and the hash; one that is malformed is noted."""
    asked = {}
    for at, item in enumerate(items):
        text = None if item.hashes is None else getattr(item.hashes, kind)
        if text is None:
            continue
        try:
            asked[at] = words_of_hex([text], kind=kind)
        except HashesUnfit:
            findings[at].why = MALFORMED
    return asked


def _unknown(findings: Sequence[_Findings], *, items: Mapping[int, Words], why: str) -> None:
    for at in items:
        findings[at].why = findings[at].why or why


def _signal(found: _Findings) -> Signal:
    if found.matches:
        return Signal(detector=NAME, result=Result.MATCH, matches=tuple(found.matches))
    if found.why is not None:
        return Signal(detector=NAME, result=Result.UNAVAILABLE, why=found.why)
    return Signal(detector=NAME, result=Result.NO_MATCH)
