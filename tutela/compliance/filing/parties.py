"""The parties that a case knows, found in a text however their names are spaced and joined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from tutela.compliance.filing.folding import Squeezed, words
from tutela.domain.notice import Notifier, Subject
from tutela.domain.statement import Statement
from tutela.domain.vocabulary import SubjectKind

#: Letters and digits that an id needs to be looked for at all; one of digits alone needs more.
ID_LENGTH_MIN: Final = 3
NUMBER_LENGTH_MIN: Final = 5
#: Letters of a part of a name that is looked for by itself: where it is written with a capital,
#: with an ending, in any way; and how long an ending may be.
NAME_PART_LENGTH_MIN: Final = 4
INFLECTED_PART_LENGTH_MIN: Final = 5
LONG_PART_LENGTH_MIN: Final = 6
ENDING_LENGTH_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Parties:
    """Whom a case knows: ids of accounts and content, names of persons, hosts of the service."""

    ids: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()

    def __or__(self, other: "Parties") -> "Parties":
        return Parties(self.ids | other.ids, self.names | other.names, self.hosts | other.hosts)


NOBODY: Final = Parties()


def of_statement(statement: Statement) -> Parties:
    """The recipient and the subject of a statement."""
    parties = of_subject(statement.subject)
    told = {statement.recipient, statement.content.id} - {None}
    return parties | Parties(ids=frozenset(each for each in told if each is not None))


def of_subject(subject: Subject) -> Parties:
    """What names a subject; a tag gathers content of many and names nobody."""
    if subject.kind is SubjectKind.TAG:
        return NOBODY
    named = (subject.id, subject.account_id, subject.url)
    host = None if subject.url is None else host_of(subject.url)
    return Parties(
        ids=frozenset(each for each in named if each),
        hosts=frozenset({host} if host else ()),
    )


def of_notifier(notifier: Notifier | None) -> Parties:
    """Who gave notice."""
    if notifier is None:
        return NOBODY
    return Parties(
        ids=frozenset({notifier.email} if notifier.email else ()),
        names=frozenset({notifier.name} if notifier.name else ()),
    )


def host_of(url: str) -> str | None:
    """The host of an address in lower case; None where there is none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def spans(squeezed: Squeezed, *, parties: Parties) -> Iterator[tuple[int, int]]:
    """Where a folded text names a party: whole words of it, whatever stands between them."""
    for named in parties.ids:
        parts = words(named)
        letters = "".join(parts)
        least = NUMBER_LENGTH_MIN if letters.isdigit() else ID_LENGTH_MIN
        if len(named) >= least and letters:
            for start, end in _found(letters, squeezed=squeezed):
                yield squeezed.begins[start], squeezed.ends[end]
    for name in parties.names:
        yield from _names(words(name), squeezed=squeezed)


def name_parts(parties: Parties) -> frozenset[str]:
    """The parts of names that are looked for by themselves, in folded form."""
    every = (part for name in parties.names for part in words(name))
    return frozenset(part for part in every if len(part) >= NAME_PART_LENGTH_MIN)


def is_name_part(word: str, *, is_capital: bool, parts: frozenset[str]) -> bool:
    """Whether a word of a text is a part of a name, with or without the ending of a case.

    A short part counts where it begins with a capital; a long one in any case.
    """
    for ending in range(min(ENDING_LENGTH_MAX, len(word) - 1) + 1):
        part = word[: len(word) - ending]
        if part in parts and (is_capital or len(part) >= LONG_PART_LENGTH_MIN):
            return ending == 0 or len(part) >= INFLECTED_PART_LENGTH_MIN
    return False


def _names(parts: Sequence[str], *, squeezed: Squeezed) -> Iterator[tuple[int, int]]:
    """A full name as it is written and with its last part first, each part a word or more."""
    if sum(map(len, parts)) < ID_LENGTH_MIN:
        return
    for order in {tuple(parts), (*parts[-1:], *parts[:-1])}:
        for start, end in _found("".join(order), squeezed=squeezed):
            inside = sum(start < begin < end for begin in squeezed.begins)
            if inside >= len(order) - 1:
                yield squeezed.begins[start], squeezed.ends[end]


def _found(letters: str, *, squeezed: Squeezed) -> Iterator[tuple[int, int]]:
    """Where whole words in one piece are these letters."""
    start = squeezed.text.find(letters)
    while start >= 0:
        if start in squeezed.begins and start + len(letters) in squeezed.ends:
            yield start, start + len(letters)
        start = squeezed.text.find(letters, start + 1)
