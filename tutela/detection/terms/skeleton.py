"""The skeleton of UTS #39, section 4: two texts that look alike have the same one.

It is the standard's own, exactly, for whoever needs it; the fold of terms goes further.
"""

from collections.abc import Iterable
from functools import cache

from tutela.detection.terms.table import table

_HANGUL = range(0xAC00, 0xD7A4)


def skeleton(text: str) -> str:
    """NFD, each character by its prototype, NFD again (UTS #39 of Unicode 15.0)."""
    prototypes = _prototypes()
    decomposed = _ordered(_decomposed(map(ord, text)))
    mapped = [leaf for each in decomposed for leaf in prototypes.get(each, (each,))]
    return "".join(map(chr, _ordered(mapped)))


def are_confusable(text: str, *, other: str) -> bool:
    """Whether the two look alike, by their skeletons."""
    return skeleton(text) == skeleton(other)


def _decomposed(code_points: Iterable[int]) -> list[int]:
    """NFD without the order of marks; Hangul by arithmetic (Unicode 3.12)."""
    known = _canonical()
    return [leaf for each in code_points for leaf in known.get(each) or _jamo(each)]


def _jamo(code_point: int) -> tuple[int, ...]:
    if code_point not in _HANGUL:
        return (code_point,)
    index = code_point - _HANGUL.start
    parts = (0x1100 + index // 588, 0x1161 + index % 588 // 28, 0x11A7 + index % 28)
    return parts if index % 28 else parts[:2]


def _ordered(code_points: list[int]) -> list[int]:
    """Canonical order (Unicode 3.11): marks between starters by their class, equal ones as is."""
    classes = table().combining
    ordered: list[int] = []
    marks: list[int] = []
    for each in code_points:
        if each in classes:
            marks.append(each)
            continue
        ordered += sorted(marks, key=classes.__getitem__) if len(marks) > 1 else marks
        marks.clear()
        ordered.append(each)
    return ordered + sorted(marks, key=classes.__getitem__)


@cache
def _canonical() -> dict[int, tuple[int, ...]]:
    return table().decomposed.as_dict()


@cache
def _prototypes() -> dict[int, tuple[int, ...]]:
    return table().prototype.as_dict()
