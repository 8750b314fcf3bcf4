"""What an operator offers on the public pages: the languages, and where they lead who leaves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Final

from tutela.settings import BadSetting, Settings
from tutela.web.public.words import LANGUAGES, YOUNG, Words, is_written, language_of, words

_RANGES_MAX: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The voices of the pages, and where they lead whoever leaves quickly."""

    languages: tuple[str, ...] = LANGUAGES
    #: Where further catalogues lie.
    folder: Path | None = None
    #: None: to a calendar of our own.
    exit_url: str | None = None

    def words(self, voice: str) -> Words:
        """The texts of a voice."""
        return words(voice, folder=self.folder)

    def has(self, voice: str | None) -> bool:
        """Whether the pages speak in a voice."""
        if voice is None or language_of(voice) not in self.languages:
            return False
        return voice in self.languages or is_written(voice, folder=self.folder)

    def chosen(self, *asked: str | None, accepted: str = "") -> str:
        """The first voice asked for that there is, else what `Accept-Language` likes best."""
        for voice in asked:
            if voice is not None and self.has(voice):
                return voice
        return max(self.languages, key=lambda language: _liking(accepted, language=language))

    def others(self, voice: str) -> dict[str, str]:
        """The same words in the other languages: each voice and the language's own name."""
        ending = voice.removeprefix(language_of(voice))
        found = {}
        for language in self.languages:
            if language != language_of(voice):
                spoken = language + ending if self.has(language + ending) else language
                found[spoken] = self.words(language)["name"]
        return found

    def twin(self, voice: str) -> str | None:
        """The same language for the other readers: for younger ones, or for everybody."""
        other = language_of(voice) if voice.endswith(YOUNG) else voice + YOUNG
        return other if self.has(other) else None


def offer_of(settings: Settings) -> Offer:
    """What the settings say; `BadSetting` for a language without a catalogue, or half of one."""
    languages = tuple(dict.fromkeys(settings.public_languages.split(",")))
    offer = Offer(languages=languages, folder=settings.public_words, exit_url=settings.exit_url)
    for language in languages:
        if not is_written(language, folder=offer.folder):
            raise BadSetting(f"TUTELA_PUBLIC_LANGUAGES: no catalogue {language}.toml was found.")
        _refuse_half(offer, voice=language)
        if (young := offer.twin(language)) is not None:
            _refuse_half(offer, voice=young)
    return offer


def _refuse_half(offer: Offer, *, voice: str) -> None:
    known: Mapping[str, str] = words(LANGUAGES[0])
    given = offer.words(voice)
    wrong: Mapping[str, str] = _lacking(known, given=given)
    if wrong:
        name, why = next(iter(sorted(wrong.items())))
        raise BadSetting(f"TUTELA_PUBLIC_WORDS: {voice}.toml, {name}: {why}.")


def _lacking(known: Words, *, given: Words) -> dict[str, str]:
    """What keeps a catalogue from being shown, by key."""
    found = {name: "the text is missing" for name in known if not given.get(name, "").strip()}
    found |= {name: "no page shows this text" for name in given if name not in known}
    found |= {
        name: f"the fields are {', '.join(sorted(fields(known[name]))) or 'none'}"
        for name in known
        if name not in found and fields(given[name]) != fields(known[name])
    }
    return found


def fields(text: str) -> set[str]:
    """The figures that a text speaks of; one that is no template speaks of `?`."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"?"}


def _liking(accepted: str, *, language: str) -> tuple[float, int]:
    """How much an `Accept-Language` likes a language, from 0 to 1, and how closely (RFC 4647)."""
    liking = (0.0, 0)
    for each in accepted.split(",")[:_RANGES_MAX]:
        tag, _, parameter = each.strip().partition(";")
        quality = _quality(parameter)
        if quality and f"{tag.strip()}-".lower().startswith(f"{language}-".lower()):
            liking = max(liking, (quality, len(language)))
    return liking


def _quality(parameter: str) -> float:
    name, _, number = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(number), 0.0), 1.0)
    except ValueError:
        return 0.0
