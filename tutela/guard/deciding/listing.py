"""Listed texts and tags, ready to be looked for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tutela.detection.terms.glance import Cleared
from tutela.detection.terms.matcher import TermMatcher, matcher
from tutela.detection.terms.term import RefusedTerm, Term, TermKind
from tutela.guard.asking import Surface, Verdict
from tutela.guard.deciding.leading import Beginnings, beginnings, leading, leads_at_a_glance
from tutela.guard.deciding.readings import without_affixes
from tutela.guard.snapshot import Text

Glance = Callable[[str], Verdict | None]

STRICTNESS: Final = {Verdict.ALLOW: 0, Verdict.RESTRICT: 1, Verdict.BLOCK: 2}


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """The strictest of them; `allow` where there is none."""
    return max(verdicts, key=STRICTNESS.__getitem__, default=Verdict.ALLOW)


@dataclass(frozen=True, slots=True)
class Listing:
    """The texts of a snapshot, compiled; it may be shared by threads, and keeps no question."""

    texts: tuple[Text, ...]
    #: Of each surface: the verdict of one text where it is beyond doubt, in microseconds.
    glances: dict[Surface, Glance]
    #: Likewise whether surely nothing stands in a text of ASCII letters, as they are compared.
    clears: dict[Surface, Cleared]
    _matchers: dict[Surface, TermMatcher]
    _beginnings: Beginnings

    @property
    def refused(self) -> tuple[RefusedTerm, ...]:
        """Texts that can't be looked for, by their place in `texts`, and why."""
        return self._matchers[Surface.SEARCH].refused

    def verdicts(self, texts: Sequence[str], *, surface: Surface) -> list[Verdict]:
        """Of each text: the strictest verdict of what it holds, however it is written."""
        found = self._exact(texts, surface=surface)
        more = [(at, each) for at, text in enumerate(texts) for each in without_affixes(text)]
        verdicts = self._exact([text for _, text in more], surface=surface)
        for (at, _), verdict in zip(more, verdicts, strict=True):
            found[at] = strictest((found[at], verdict))
        return found

    def leads_at_a_glance(self, text: str) -> bool | None:
        """Whether a completion leads to a listed text; None where it takes a whole look."""
        return leads_at_a_glance(text, beginnings=self._beginnings)

    def leading(self, texts: Sequence[str]) -> list[bool]:
        """Of each completion: whether it leads to a listed text."""
        return leading(texts, beginnings=self._beginnings)

    def _exact(self, texts: Sequence[str], *, surface: Surface) -> list[Verdict]:
        if not texts:
            return []
        hits = self._matchers[surface].hits(texts)
        return [
            strictest(self._verdict(int(hit.term.id), surface=surface) for hit in each)
            for each in hits
        ]

    def _verdict(self, at: int, *, surface: Surface) -> Verdict:
        text = self.texts[at]
        return text.verdict if counts(text, surface=surface) else Verdict.ALLOW


def listing(texts: tuple[Text, ...]) -> Listing:
    """The texts compiled: once for all surfaces, unless these differ in what they allow."""
    compiled: dict[tuple[int, ...], TermMatcher] = {}
    matchers = {}
    for surface in Surface:
        left_out = tuple(
            at
            for at, text in enumerate(texts)
            if text.form is TermKind.ALLOW and not counts(text, surface=surface)
        )
        if left_out not in compiled:
            compiled[left_out] = _matcher(texts, left_out=frozenset(left_out))
        matchers[surface] = compiled[left_out]
    return Listing(
        texts=texts,
        glances={each: _glance(matchers[each], texts=texts, surface=each) for each in Surface},
        clears={each: matchers[each].clears for each in Surface},
        _matchers=matchers,
        _beginnings=beginnings(texts, surface=Surface.TYPEAHEAD),
    )


def counts(text: Text, *, surface: Surface) -> bool:
    """Whether the text is listed for the surface."""
    return not text.surfaces or surface in text.surfaces


def _matcher(texts: Sequence[Text], *, left_out: frozenset[int]) -> TermMatcher:
    return matcher(
        [
            Term(id=str(at), text=text.value, kind=text.form, languages=text.languages)
            for at, text in enumerate(texts)
            if at not in left_out
        ]
    )


def _glance(held: TermMatcher, *, texts: Sequence[Text], surface: Surface) -> Glance:
    """Allowed where surely nothing stands in the text, blocked where surely something does."""
    look, allow, block = held.glance, Verdict.ALLOW, Verdict.BLOCK

    def is_blocked(term: Term) -> bool:
        listed = texts[int(term.id)]
        return listed.verdict is block and counts(listed, surface=surface)

    def glance(text: str) -> Verdict | None:
        found = look(text)
        if found is None:
            return None
        if found:
            return block if any(map(is_blocked, found)) else None
        for each in without_affixes(text):
            if look(each) != ():
                return None
        return allow

    return glance
