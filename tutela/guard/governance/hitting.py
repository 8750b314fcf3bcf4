"""Which values have their effect on what, read as the guard itself reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from tutela.detection.terms.matcher import TermMatcher, matcher
from tutela.detection.terms.term import Term
from tutela.guard.asking import ItemKind, Surface
from tutela.guard.deciding.leading import beginnings, leading
from tutela.guard.deciding.readings import without_affixes
from tutela.guard.governance.entries import WORDS
from tutela.guard.governance.listing import InForce
from tutela.guard.snapshot import Named, Text


@dataclass(frozen=True, slots=True)
class Hitting:
    """Values, ready to be looked for, each under a name by which a hit of it is told."""

    _matcher: TermMatcher

    def names(self, texts: Sequence[str]) -> list[list[str]]:
        """Of each text: the names of what hits it, sorted."""
        read = [(at, text) for at, text in enumerate(texts)]
        read += [(at, other) for at, text in enumerate(texts) for other in without_affixes(text)]
        found: list[set[str]] = [set() for _ in texts]
        for (at, _), hits in zip(read, self._matcher.hits([text for _, text in read]), strict=True):
            found[at].update(hit.term.id for hit in hits)
        return [sorted(each) for each in found]


def hitting(values: Iterable[tuple[str, Text]]) -> Hitting:
    """The values by their names; those of the form `allow` let others through."""
    return Hitting(
        matcher(
            [
                Term(id=name, text=text.value, kind=text.form, languages=text.languages)
                for name, text in values
            ]
        )
    )


def hitters(
    entries: Sequence[InForce], *, kind: ItemKind, value: str, surface: Surface
) -> list[UUID]:
    """The entries that have their effect on one thing on a surface, in their order."""
    there = [each for each in entries if _is_on(each, surface=surface)]
    if kind not in WORDS:
        return [
            each.id
            for each in there
            if isinstance(each.entry, Named) and (each.kind, each.entry.id) == (kind, value)
        ]
    words = [(each.id, each.entry) for each in there if isinstance(each.entry, Text)]
    found = set(hitting((str(name), text) for name, text in words).names([value])[0])
    if not found and surface is Surface.TYPEAHEAD:
        found = {str(name) for name, text in words if _leads(value, text=text)}
    return [name for name, _ in words if str(name) in found]


def _leads(value: str, *, text: Text) -> bool:
    return leading([value], beginnings=beginnings((text,), surface=Surface.TYPEAHEAD))[0]


def _is_on(each: InForce, *, surface: Surface) -> bool:
    return not each.entry.surfaces or surface in each.entry.surfaces
