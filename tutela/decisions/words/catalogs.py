"""The words of statements of reasons: a catalogue a language and audience, read as gettext .po."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.messages.pofile import PoFileError, read_po

from tutela.decisions.words.entries import needed
from tutela.domain.vocabulary import Audience
from tutela.errors import TutelaError

#: The language of whoever asks for none, where the service has set no other.
FALLBACK_LANGUAGE: Final = "en"
_FOLDER: Final = "languages"
_SUFFIX: Final = ".po"
_DIGEST_DIGITS: Final = 8
#: Languages are few; what a body says as one is not.
_CHOICES_KEPT: Final = 1_024


class WordsUnreadable(TutelaError):
    """A catalogue is malformed, lacks an entry, or an entry lacks a field that it must say."""

    code = "words_unreadable"
    title = "The words of statements cannot be read"


@dataclass(frozen=True, slots=True)
class Template:
    """One text, taken apart once: literal text, each with the field that follows it."""

    parts: tuple[tuple[str, str | None], ...]

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with its fields; what a value holds is never read as a template."""
        return "".join(
            literal if field is None else literal + values[field] for literal, field in self.parts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All texts of one language for one audience; `version` changes with every change of them."""

    language: str
    audience: Audience
    locale: Locale
    version: str
    templates: Mapping[str, Template]

    def say(self, entry: str, **values: str) -> str:
        """The text of an entry with its fields."""
        return self.templates[entry].filled(values)


def read_catalog(text: str, *, file: str) -> Catalog:
    """The catalogue in a .po file named `LANGUAGE-AUDIENCE.po`.

    Raises WordsUnreadable, naming file, entry and field.
    """
    language, audience = _named(file)
    try:
        catalog = read_po(io.StringIO(text), abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise _unreadable(f"is no .po file: {error}", file=file) from error
    if catalog.locale is None:
        raise _unreadable("has no Language in its header", file=file)
    said = {str(each.id): str(each.string) for each in catalog if each.id and not each.fuzzy}
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_DIGITS]
    return Catalog(
        language=language,
        audience=audience,
        locale=catalog.locale,
        version=f"{catalog.version}+{digest}",
        templates=MappingProxyType(_templates(said, audience=audience, file=file)),
    )


@cache
def catalogs() -> Mapping[tuple[str, Audience], Catalog]:
    """Every catalogue there is, by language in lower case and audience.

    Raises WordsUnreadable where one is malformed, or a language lacks an audience.
    """
    files = resources.files("tutela.decisions.words").joinpath(_FOLDER).iterdir()
    found = [
        read_catalog(entry.read_text(encoding="utf-8"), file=entry.name)
        for entry in files
        if entry.name.endswith(_SUFFIX)
    ]
    by_place = {(each.language.lower(), each.audience): each for each in found}
    for language in {each.language for each in found}:
        for audience in Audience:
            if (language.lower(), audience) not in by_place:
                raise _unreadable("does not exist", file=f"{language}-{audience}{_SUFFIX}")
    return MappingProxyType(by_place)


@cache
def languages() -> tuple[str, ...]:
    """The languages in which a person can be told, sorted."""
    return tuple(sorted({each.language for each in catalogs().values()}))


@lru_cache(maxsize=_CHOICES_KEPT)
def chosen(*wanted: str | None) -> str:
    """The first language wanted that there is, each tag shortened from its end (RFC 4647, 3.4)."""
    known = {language.lower(): language for language in languages()}
    for tag in wanted:
        for shorter in _shortened((tag or "").lower()):
            if shorter in known:
                return known[shorter]
    return FALLBACK_LANGUAGE


def refuse_unknown(language: str) -> None:
    """Nothing where there are words in the service's language, and all catalogues can be read.

    Raises WordsUnreadable.
    """
    if language.lower() not in {each.lower() for each in languages()}:
        there = ", ".join(languages())
        raise WordsUnreadable(
            f"TUTELA_LANGUAGE is {language}: there are no words in it; there are in {there}.",
            evidence={"language": language},
        )


def catalog_of(language: str, *, audience: Audience) -> Catalog:
    """The catalogue of a language that `chosen` gave."""
    return catalogs()[language.lower(), audience]


def _shortened(tag: str) -> Iterator[str]:
    subtags = tag.split("-")
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:
            subtags.pop()


def _named(file: str) -> tuple[str, Audience]:
    language, _, audience = file.removesuffix(_SUFFIX).rpartition("-")
    if not language or audience not in set(Audience):
        raise _unreadable("is not named LANGUAGE-AUDIENCE.po", file=file)
    return language, Audience(audience)


def _templates(said: Mapping[str, str], *, audience: Audience, file: str) -> dict[str, Template]:
    wanted = needed(audience)
    for entry in said:
        if entry not in wanted:
            raise _unreadable("is not an entry", file=file, entry=entry)
    return {
        entry: _template(said.get(entry, ""), fields=fields, file=file, entry=entry)
        for entry, fields in wanted.items()
    }


def _template(text: str, *, fields: frozenset[str], file: str, entry: str) -> Template:
    if not text.strip():
        raise _unreadable("is missing or has no text", file=file, entry=entry)
    try:
        parts = tuple((literal, field) for literal, field, _, _ in Formatter().parse(text))
        plain = all(not spec and not how for _, _, spec, how in Formatter().parse(text))
    except ValueError as error:
        raise _unreadable(f"has a brace alone: {error}", file=file, entry=entry) from error
    found = {field for _, field in parts if field is not None}
    for field in sorted(fields - found):
        raise _unreadable(f"lacks the field {{{field}}}", file=file, entry=entry)
    for field in sorted(found - fields):
        raise _unreadable(f"has the unknown field {{{field}}}", file=file, entry=entry)
    if not plain:
        raise _unreadable("has a field with a format", file=file, entry=entry)
    return Template(parts)


def _unreadable(why: str, *, file: str, entry: str | None = None) -> WordsUnreadable:
    place = file if entry is None else f"{file}, entry {entry}"
    return WordsUnreadable(f"{place}: {why}.", evidence={"file": file, "entry": entry or ""})
