"""Completions that lead to a listed text: a proper beginning with most of its signs."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tutela.detection.terms.keys import keys, letter_words
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import Surface
from tutela.guard.snapshot import Text

#: A beginning has so much of the signs of a listed text, and so many signs.
_SHARE: Final = 0.75
_SIGNS_MIN: Final = 4
#: So many words at the end of a completion may be the beginning of a listed text.
_WORDS_MAX: Final = 8
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The keys of listed texts by the shortest beginning that leads to them."""

    by_shortest: Mapping[str, tuple[str, ...]]
    #: Keys of what is allowed: no beginning of anything.
    allowed: frozenset[str]

    def leads(self, key: str) -> bool:
        """Whether the key is a proper beginning, with most of its signs, of a listed text."""
        length = len(key)
        if length < _SIGNS_MIN or key in self.allowed:
            return False
        for shortest in range(max(math.floor(length * _SHARE), _SIGNS_MIN), length + 1):
            for listed in self.by_shortest.get(key[:shortest], ()):
                if length < len(listed) and listed.startswith(key):
                    return True
        return False


def beginnings(texts: Sequence[Text], *, surface: Surface) -> Beginnings:
    """Those of the texts that count on the surface."""
    here = [text for text in texts if not text.surfaces or surface in text.surfaces]
    by_shortest: defaultdict[str, list[str]] = defaultdict(list)
    allowed = set()
    for text, key in zip(here, keys([text.value for text in here]), strict=True):
        if text.form is TermKind.ALLOW:
            allowed.add(key)
        elif len(key) > _SIGNS_MIN:
            by_shortest[key[: max(math.ceil(len(key) * _SHARE), _SIGNS_MIN)]].append(key)
    held = {beginning: tuple(dict.fromkeys(found)) for beginning, found in by_shortest.items()}
    return Beginnings(by_shortest=held, allowed=frozenset(allowed))


def endings(text: str) -> list[str]:
    """The text, and what stands from each of its last words on."""
    starts = [found.start() for found in _WORD.finditer(text)]
    return [text, *(text[start:] for start in starts[1:][-_WORDS_MAX:])]


def leads_at_a_glance(text: str, *, beginnings: Beginnings) -> bool | None:
    """Whether a completion leads to a listed text, where it is of ASCII letters; else None."""
    words = letter_words(text)
    if words is None:
        return None
    starts = [0, *range(max(len(words) - _WORDS_MAX, 1), len(words))]
    return any(beginnings.leads("".join(words[start:])) for start in starts)


def leading(texts: Sequence[str], *, beginnings: Beginnings) -> list[bool]:
    """Of each text, whether it leads to a listed one."""
    if not texts or not beginnings.by_shortest:
        return [False] * len(texts)
    ends = [endings(text) for text in texts]
    found = iter(keys([end for each in ends for end in each]))
    return [any(list(islice(map(beginnings.leads, found), len(each)))) for each in ends]
