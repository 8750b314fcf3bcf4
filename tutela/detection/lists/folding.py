"""Terms that can be looked for; those that fold to nothing or to everything are refused."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from tutela.detection.lists.entries import BadLine, Kind, Row
from tutela.detection.terms.matcher import matcher
from tutela.detection.terms.term import REFUSAL_WORDS, Term, TermKind

_AT_ONCE: Final = 5_000


def can_be_looked_for(rows: Iterable[Row | BadLine]) -> Iterator[Row | BadLine]:
    """The rows in their order, each term that the matcher refuses as a bad line."""
    left = iter(rows)
    while batch := list(islice(left, _AT_ONCE)):
        yield from _judged(batch)


def _judged(batch: Sequence[Row | BadLine]) -> Iterator[Row | BadLine]:
    terms = [
        Term(id=str(place), text=entry.value.decode(), kind=TermKind(entry.form))
        for place, row in enumerate(batch)
        if isinstance(row, Row)
        for entry in row.entries
        if entry.kind is Kind.TERMS
    ]
    refused = {int(each.id): REFUSAL_WORDS[each.why] for each in matcher(terms).refused}
    for place, row in enumerate(batch):
        why = refused.get(place)
        yield row if why is None else BadLine(line=row.line, field="term", why=why)
