"""Who tries out what is listed: counted in memory alone, and never by the words themselves.

A viewer who is refused many different words, who looks for a spelling that passes after a refusal,
or who asks more than a person does, is shut out for a while. A token that is refused many different
words, and a larger share than people ask for, is told of; it is the platform's, and is shut out
where the operator says so.
"""

from array import array
from collections import OrderedDict, deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from tutela.guard.asking import Item, ItemKind, Reason, Result, Surface, Verdict

#: Where a viewer chooses the words; tags of content and what is recommended are others' choice.
_ASKING: Final = frozenset({Surface.SEARCH, Surface.TYPEAHEAD, Surface.HASHTAG})
_WORDS: Final = frozenset({ItemKind.TEXT, ItemKind.TAG})
#: What tells that words are listed.
_OF_WORDS: Final = frozenset({Reason.LISTED, Reason.LEADS_TO_LISTED, Reason.CARRIES_LISTED})
_SAYS_NOTHING: Final = frozenset({Reason.UNAVAILABLE, Reason.SURFACE_SHUT, Reason.TOO_MANY})
#: Signs of a text that are looked at for what comes near it, and texts that are remembered so.
_NEAR_SIGNS: Final = 32
_NEAR_TEXTS: Final = 4
#: New words of one call that count as one: completions of one beginning are refused together.
_TOGETHER: Final = 4
#: Shorter texts are near to anything.
_NEAR_SIGNS_MIN: Final = 5
_DOUBLINGS_MAX: Final = 16
#: Two processes tell the same instant this far apart.
_SAME_SECONDS: Final = 5.0
_DAY_SECONDS: Final = 86_400.0
_TOO_MANY: Final = Result(verdict=Verdict.BLOCK, reason=Reason.TOO_MANY)

_Row = TypeVar("_Row")


class Trait(StrEnum):
    """By what somebody is taken for trying out what is listed."""

    #: Many different words that are refused.
    REFUSED = "refused"
    #: Spellings near to words that were refused.
    NEAR_MISS = "near_miss"
    #: More words than a person asks for.
    MANY = "many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on somebody is taken for trying out what is listed."""

    #: Different refused words of one viewer, and words near to them: at once, and a day after.
    probes_at_once: float = 12.0
    probes_per_day: float = 12.0
    #: Calls of one viewer: at once, and a second after that.
    calls_at_once: float = 600.0
    calls_per_second: float = 0.5
    #: How long a viewer is shut out; each time again it is twice as long, until it is forgiven.
    shut_seconds: float = 900.0
    shut_seconds_max: float = 7 * _DAY_SECONDS
    forgiven_seconds: float = 30 * _DAY_SECONDS
    #: Different refused words of one token, and their share of all that it asks, in a window.
    token_probes: int = 100
    token_share: float = 0.03
    token_seconds: float = 600.0
    #: Whom is remembered: viewers, as many that were refused something, as many that are shut out.
    viewers_max: int = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """A text or tag that somebody asked for, and whether it was refused."""

    text: str
    is_refused: bool


@dataclass(slots=True)
class _Bucket:
    left: float
    seconds: float

    def takes(self, count: float, *, per_second: float, at_once: float, seconds: float) -> bool:
        passed = max(seconds - self.seconds, 0.0)
        self.left = min(self.left + passed * per_second, at_once) - count
        self.seconds = seconds
        return self.left >= 0


@dataclass(slots=True)
class _Refused:
    """What a viewer was refused, as numbers that nobody can turn back."""

    bucket: _Bucket
    words: set[int] = field(default_factory=set)
    #: Each refused text and all that is left of it without one sign.
    near: "deque[array[int]]" = field(default_factory=lambda: deque(maxlen=_NEAR_TEXTS))
    misses: int = 0


@dataclass(slots=True)
class _Shut:
    until: float
    times: int


@dataclass(slots=True)
class _Token:
    since: float
    asked: int = 0
    refused: set[int] = field(default_factory=set)
    is_told: bool = False


class Watch:
    """Watches the viewers of one process; seconds are those of its steady clock."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._calls: OrderedDict[Hashable, _Bucket] = OrderedDict()
        self._refused: OrderedDict[Hashable, _Refused] = OrderedDict()
        self._shut: OrderedDict[Hashable, _Shut] = OrderedDict()
        self._tokens: OrderedDict[Hashable, _Token] = OrderedDict()

    def is_shut(self, viewer: Hashable, *, seconds: float) -> bool:
        """Whether everything is refused to the viewer now."""
        shut = self._shut.get(viewer)
        return shut is not None and seconds < shut.until

    def shut(self, viewer: Hashable, *, seconds: float) -> float:
        """For how many seconds everything is refused to the viewer: twice as long as last time."""
        limits, known = self.limits, self._shut.get(viewer)
        is_forgiven = known is None or seconds - known.until > limits.forgiven_seconds
        times = 0 if known is None or is_forgiven else known.times
        lasts_seconds = min(limits.shut_seconds * 2.0**times, limits.shut_seconds_max)
        self._refuse(viewer, shut=_Shut(seconds + lasts_seconds, min(times + 1, _DOUBLINGS_MAX)))
        return lasts_seconds

    def let_in(self, viewer: Hashable) -> None:
        """A person let the viewer in again, as if nothing had been."""
        self._shut.pop(viewer, None)

    def hear(self, viewer: Hashable, *, until: float) -> None:
        """Another process shut the viewer out until then, by the steady clock of this one."""
        known = self._shut.get(viewer)
        if known is None or known.until < until - _SAME_SECONDS:
            times = 0 if known is None else known.times
            self._refuse(viewer, shut=_Shut(until, min(times + 1, _DOUBLINGS_MAX)))

    def viewer_asked(
        self, viewer: Hashable, *, words: Sequence[Word], seconds: float
    ) -> Trait | None:
        """By what the viewer is now taken for trying out what is listed, one call at a time."""
        limits = self.limits
        calls = self._calls.pop(viewer, None) or _Bucket(limits.calls_at_once, seconds)
        self._remember(self._calls, name=viewer, row=calls)
        per_second, at_once = limits.calls_per_second, limits.calls_at_once
        if not calls.takes(1.0, per_second=per_second, at_once=at_once, seconds=seconds):
            return Trait.MANY
        return self._probed(viewer, words=words, seconds=seconds)

    def token_asked(
        self, token: Hashable, *, words: Sequence[Word], seconds: float
    ) -> Trait | None:
        """By what a token is now taken for trying out what is listed; said once in a window."""
        limits = self.limits
        seen = self._tokens.pop(token, None)
        if seen is None or seconds - seen.since >= limits.token_seconds:
            seen = _Token(seconds)
        self._remember(self._tokens, name=token, row=seen)
        seen.asked += len(words)
        if not seen.is_told:
            seen.refused.update(hash(word.text) for word in words if word.is_refused)
        refused = len(seen.refused)
        is_probing = refused >= max(limits.token_probes, limits.token_share * seen.asked)
        if seen.is_told or not is_probing:
            return None
        seen.is_told = True
        return Trait.REFUSED

    def _refuse(self, viewer: Hashable, *, shut: _Shut) -> None:
        self._shut.pop(viewer, None)
        self._remember(self._shut, name=viewer, row=shut)
        self._calls.pop(viewer, None)
        seen = self._refused.pop(viewer, None) or _Refused(_Bucket(0.0, shut.until))
        seen.bucket = _Bucket(0.0, shut.until)
        self._remember(self._refused, name=viewer, row=seen)

    def _probed(self, viewer: Hashable, *, words: Sequence[Word], seconds: float) -> Trait | None:
        limits = self.limits
        seen = self._refused.pop(viewer, None)
        if seen is None and not any(word.is_refused for word in words):
            return None
        seen = seen or _Refused(_Bucket(limits.probes_at_once, seconds))
        self._remember(self._refused, name=viewer, row=seen)
        probes = sum(_is_probe(word, seen=seen) for word in words)
        if not probes:
            return None
        counted = max(1.0, probes / _TOGETHER)
        per_second, at_once = limits.probes_per_day / _DAY_SECONDS, limits.probes_at_once
        if seen.bucket.takes(counted, per_second=per_second, at_once=at_once, seconds=seconds):
            return None
        return Trait.NEAR_MISS if 2 * seen.misses > len(seen.words) else Trait.REFUSED

    def _remember(self, rows: OrderedDict[Hashable, _Row], *, name: Hashable, row: _Row) -> None:
        rows[name] = row
        if len(rows) > self.limits.viewers_max:
            rows.popitem(last=False)


def words_asked(
    surface: Surface, *, items: Sequence[Item], results: Sequence[Result]
) -> list[Word]:
    """The words of a call that a viewer may have chosen, as far as something is known of them."""
    if surface not in _ASKING:
        return []
    return [
        word
        for item, result in zip(items, results, strict=True)
        if item.kind in _WORDS
        for word in word_asked(item.value, result=result)
    ]


def word_asked(text: str, *, result: Result) -> tuple[Word, ...]:
    """A text that a viewer chose, and whether it was refused; nothing where that is not known."""
    if result.reason in _SAYS_NOTHING:
        return ()
    return (Word(text, result.verdict is not Verdict.ALLOW),)


def words_looked_at(items: Sequence[Item], *, results: Sequence[Result]) -> list[Word]:
    """The words and tags of a call on any surface that its token may have chosen.

    Content that carries what is listed counts by all its tags as one word.
    """
    return [
        Word(
            item.value if item.kind in _WORDS else "\0".join(item.tags),
            is_refused=result.reason in _OF_WORDS,
        )
        for item, result in zip(items, results, strict=True)
        if (item.kind in _WORDS or item.tags) and result.reason not in _SAYS_NOTHING
    ]


def refuse_all(count: int) -> list[Result]:
    """What a viewer who is shut out is told of each item."""
    return [_TOO_MANY] * count


def _is_probe(word: Word, *, seen: _Refused) -> bool:
    """Whether the word is a new one that was refused, or comes near to one that was."""
    key = hash(word.text)
    if key in seen.words or not (word.is_refused or seen.near):
        return False
    neighbours = array("q", _neighbours(word.text))
    if word.is_refused:
        seen.near.append(neighbours)
    elif any(set(neighbours).intersection(each) for each in seen.near):
        seen.misses += 1
    else:
        return False
    seen.words.add(key)
    return True


def _neighbours(text: str) -> Iterator[int]:
    """The text, and what is left without one sign each: texts that share any are two signs off."""
    folded = text.casefold()[:_NEAR_SIGNS]
    yield hash(folded)
    if len(folded) < _NEAR_SIGNS_MIN:
        return
    for at in range(len(folded)):
        yield hash(folded[:at] + folded[at + 1 :])
