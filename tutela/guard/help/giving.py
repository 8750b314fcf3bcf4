"""Who is given help: whoever asked in words, on a surface that people read, and gets nothing."""

from collections.abc import Sequence
from typing import Final

from tutela.guard.asking import Item, ItemKind, Reason, Result, Surface, Verdict
from tutela.guard.help.choosing import help_for

#: Where a person reads the answer themselves.
_HELPING: Final = frozenset({Surface.SEARCH, Surface.TYPEAHEAD, Surface.HASHTAG})
_WORDS: Final = frozenset({ItemKind.TEXT, ItemKind.TAG})


def helped(
    results: Sequence[Result],
    *,
    items: Sequence[Item],
    surface: Surface,
    country: str | None,
    language: str | None,
) -> list[Result]:
    """The results, in their order, with help where texts and tags are blocked."""
    if surface not in _HELPING:
        return list(results)
    return [
        with_help(result, country=country, language=language) if item.kind in _WORDS else result
        for result, item in zip(results, items, strict=True)
    ]


def with_help(result: Result, *, country: str | None, language: str | None) -> Result:
    """The result of a text or a tag, with help where it is blocked."""
    if result.verdict is not Verdict.BLOCK or result.reason is Reason.UNAVAILABLE:
        return result
    found = help_for(country, language=language)
    return Result(verdict=result.verdict, reason=result.reason, help=found)
