"""How much a regular expression can cost on each character: RE2 is linear in the text, not free."""

import re
from typing import Final

#: What a state machine costs on a character, in steps.
_MACHINE_STEPS: Final = 1 / 32
#: What each place that fits many characters can add where the machine has too many states.
_PLACE_STEPS: Final = 1 / 5
_COUNT: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_WIDE_ESCAPES: Final = frozenset("dDwWsSpPCX")

#: Places that fit many characters, and all places.
_Places = tuple[int, int]
_LITERAL: Final[_Places] = (0, 1)
_WIDE: Final[_Places] = (1, 1)


def steps_a_character(pattern: str) -> float:
    """The most that RE2 spends on a character of the text, in steps of 0.1 microseconds.

    Measured: without counts and wide places a machine of few states costs 0.015; where counted
    places make more states than RE2 keeps, each place costs about 0.1 (`[a-q].{999}x`: 82).
    """
    return _MACHINE_STEPS + _PLACE_STEPS * _wide_places(pattern)


def _wide_places(pattern: str) -> int:
    groups: list[list[_Places]] = [[]]
    at = 0
    while at < len(pattern):
        at = _take(pattern, at=at, groups=groups)
    return sum(wide for group in groups for wide, _all in group)


def _take(pattern: str, *, at: int, groups: list[list[_Places]]) -> int:
    """Puts the place at `at` with those of its group; the index after it."""
    here = groups[-1]
    count = _COUNT.match(pattern, at)
    if count is not None and here:
        here[-1] = _times(here[-1], times=max(int(each or 0) for each in count.groups()))
        return count.end()
    match pattern[at]:
        case "\\":
            here.append(_WIDE if pattern[at + 1 : at + 2] in _WIDE_ESCAPES else _LITERAL)
            return at + 2
        case "[":
            found = _CLASS.match(pattern, at)
            here.append(_WIDE)
            return at + 1 if found is None else found.end()
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


def _times(places: _Places, *, times: int) -> _Places:
    _wide, every = places
    return (every * times, every * times)


def _together(group: list[_Places]) -> _Places:
    return (sum(wide for wide, _ in group), sum(every for _, every in group))
