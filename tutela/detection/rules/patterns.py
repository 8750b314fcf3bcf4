r"""How much a regular expression can cost: RE2 is linear in the text, and not free.

Measured with cel-cpp, which compiles a pattern anew at each call: a place that fits many characters
takes up to 70 steps to compile, a Unicode class such as `\pL` 12,000 to 25,000, each as often as
it is counted. On each character a machine of few states takes 0.015 steps; where counted places
make more states than RE2 keeps, each place takes up to 0.2 (`[a-q].{999}x`: 82 in all).
"""

import re
from dataclasses import dataclass
from typing import Final

_CALL_STEPS: Final = 100
_LITERAL_STEPS: Final = 10
_WIDE_STEPS: Final = 80
_UNICODE_STEPS: Final = 30_000
_MACHINE_STEPS_A_CHARACTER: Final = 1 / 32
_WIDE_STEPS_A_CHARACTER: Final = 1 / 5

_COUNT: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_WIDE_ESCAPES: Final = frozenset("dDwWsSC")
_UNICODE_ESCAPES: Final = frozenset("pPX")
_UNICODE_NAME: Final = re.compile(r"\\[pP](?:\{[^}]*\}|.)")
_UNICODE_CLASS: Final = re.compile(r"\\[pPX]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Places of a pattern, each as often as it is counted."""

    every: int = 0
    #: Those that fit many characters.
    wide: int = 0
    #: Those that are classes of Unicode.
    unicode: int = 0

    @property
    def steps(self) -> int:
        """The most that it takes to compile them."""
        return (
            _CALL_STEPS
            + _LITERAL_STEPS * self.every
            + _WIDE_STEPS * self.wide
            + _UNICODE_STEPS * self.unicode
        )

    @property
    def steps_a_character(self) -> float:
        """The most that a character of the text takes."""
        return _MACHINE_STEPS_A_CHARACTER + _WIDE_STEPS_A_CHARACTER * self.wide


_LITERAL: Final = Places(every=1)
_WIDE: Final = Places(every=1, wide=1)


def places_of(pattern: str) -> Places:
    """The places of a pattern; of one that RE2 does not take, any."""
    groups: list[list[Places]] = [[]]
    at = 0
    while at < len(pattern):
        at = _take(pattern, at=at, groups=groups)
    return _together([places for group in groups for places in group])


def _take(pattern: str, *, at: int, groups: list[list[Places]]) -> int:
    """Puts the place at `at` with those of its group; the index after it."""
    here = groups[-1]
    count = _COUNT.match(pattern, at)
    if count is not None and here:
        here[-1] = _times(here[-1], times=max(int(each or 0) for each in count.groups()))
        return count.end()
    match pattern[at]:
        case "\\":
            found = _UNICODE_NAME.match(pattern, at)
            here.append(_escaped(pattern[at + 1 : at + 2]))
            return at + 2 if found is None else found.end()
        case "[":
            found = _CLASS.match(pattern, at)
            end = at + 1 if found is None else found.end()
            unicode = len(_UNICODE_CLASS.findall(pattern, at, end))
            here.append(Places(every=1, wide=1, unicode=unicode))
            return end
        case "(":
            groups.append([])
        case ")" if len(groups) > 1:
            groups[-2].append(_together(groups.pop()))
        case "*" | "+" if here:
            here[-1] = _times(here[-1], times=1)
        case ".":
            here.append(_WIDE)
        case _:
            here.append(_LITERAL)
    return at + 1


def _escaped(character: str) -> Places:
    if character in _UNICODE_ESCAPES:
        return Places(every=1, wide=1, unicode=1)
    return _WIDE if character in _WIDE_ESCAPES else _LITERAL


def _times(places: Places, *, times: int) -> Places:
    """What is repeated fits many characters as a whole."""
    every = places.every * times
    return Places(every=every, wide=every, unicode=places.unicode * times)


def _together(group: list[Places]) -> Places:
    return Places(
        every=sum(each.every for each in group),
        wide=sum(each.wide for each in group),
        unicode=sum(each.unicode for each in group),
    )
