"""Completions that lead to a listed text: a proper beginning with most of its signs."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
#: So many words at the end of a completion may be the beginning of a listed phrase.
_WORDS_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The keys of listed texts by the shortest beginning that leads to them."""

    words: Mapping[str, tuple[str, ...]]
    #: Those of several words.
    phrases: Mapping[str, tuple[str, ...]]
    #: Keys of what is allowed: no beginning of anything.
    allowed: frozenset[str]
    #: Signs of the longest key: a longer one leads to nothing, and is not looked at sign by sign.
    longest: int

    def any_leads(self, keys: Sequence[str]) -> bool:
        """Whether one of the endings of a completion leads to a listed text.

        The first is that of its last word; the others begin with a word before it, and lead to
        phrases only.
        """
        return any(
            self._leads(key, by_shortest=self.phrases if at else self.words)
            for at, key in enumerate(keys)
        )

    def _leads(self, key: str, *, by_shortest: Mapping[str, tuple[str, ...]]) -> bool:
        """Whether the key is a proper beginning, with most of its signs, of a listed text."""
        length = len(key)
        if not _SIGNS_MIN <= length < self.longest or key in self.allowed:
            return False
        for shortest in range(max(math.floor(length * _SHARE), _SIGNS_MIN), length + 1):
            for listed in by_shortest.get(key[:shortest], ()):
                if length < len(listed) and listed.startswith(key):
                    return True
        return False


def beginnings(texts: Sequence[Text], *, surface: Surface) -> Beginnings:
    """Those of the texts that count on the surface."""
    here = [text for text in texts if not text.surfaces or surface in text.surfaces]
    keyed = list(zip(here, keys([text.value for text in here]), strict=True))
    listed = [(text, key) for text, key in keyed if text.form is not TermKind.ALLOW]
    return Beginnings(
        words=_by_shortest(key for _, key in listed),
        phrases=_by_shortest(key for text, key in listed if len(text.value.split()) > 1),
        allowed=frozenset(key for text, key in keyed if text.form is TermKind.ALLOW),
        longest=max((len(key) for _, key in listed), default=0),
    )


def _by_shortest(keys_: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys_:
        if len(key) > _SIGNS_MIN:
            found[key[: max(math.ceil(len(key) * _SHARE), _SIGNS_MIN)]].append(key)
    return {beginning: tuple(dict.fromkeys(each)) for beginning, each in found.items()}


def leading(texts: Sequence[str], *, beginnings: Beginnings) -> list[bool]:
    """Of each text, whether it leads to a listed one."""
    ends = [_endings(text.split(), between=" ") for text in texts]
    found = iter(keys([end for each in ends for end in each]) if texts else ())
    return [beginnings.any_leads(list(islice(found, len(each)))) for each in ends]


def leads_at_a_glance(text: str, *, beginnings: Beginnings) -> bool | None:
    """Whether a completion leads to a listed text, where it is of ASCII letters; else None."""
    words = letter_words(text)
    return None if words is None else beginnings.any_leads(_endings(words, between=""))


def _endings(words: Sequence[str], *, between: str) -> list[str]:
    """What stands from each of the last words on, from the last one on."""
    return [between.join(words[-count:]) for count in range(1, min(len(words), _WORDS_MAX) + 1)]
