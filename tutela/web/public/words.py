"""The words of the public pages: a catalogue a language, all with the same keys.

A voice is a language as one kind of reader reads it: `de` for everybody, `de-x-young` for younger
people. The catalogue of a young voice holds the texts that it says otherwise.
"""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

#: What is offered where no languages are listed; the first is for whoever asks for none.
LANGUAGES: Final = ("en", "de", "fr", "es")
#: How the tag of a voice for younger people ends: private use, BCP 47, 2.2.7.
YOUNG: Final = "-x-young"
#: In a catalogue: whether somebody read it who speaks the language from home.
REVIEWED: Final = "reviewed"

Words = Mapping[str, str]


@cache
def words(voice: str, *, folder: Path | None = None) -> Words:
    """The texts of a voice; KeyError where there is no catalogue of it."""
    own = _read(voice, folder=folder)
    if own is None:
        raise KeyError(voice)
    if voice.endswith(YOUNG):
        return MappingProxyType({**words(language_of(voice), folder=folder), **own})
    return MappingProxyType(own)


@cache
def is_written(voice: str, *, folder: Path | None = None) -> bool:
    """Whether there is a catalogue of a voice."""
    return _file(voice, folder=folder) is not None


def language_of(voice: str) -> str:
    """The language that a voice speaks."""
    return voice.removesuffix(YOUNG)


def is_reviewed(voice: str, *, folder: Path | None = None) -> bool:
    """Whether somebody read its catalogue who speaks the language from home."""
    file = _file(voice, folder=folder)
    return bool(file and tomllib.loads(file.read_text(encoding="utf-8")).get(REVIEWED) is True)


def time_in_words(at: datetime, *, words: Words) -> str:
    """An instant as people of the language write it, in UTC: no page knows where its reader is."""
    at = at.astimezone(UTC)
    month = words["months"].split()[at.month - 1]
    return words["time"].format(day=at.day, month=month, year=at.year, clock=f"{at:%H:%M}")


def _read(voice: str, *, folder: Path | None) -> dict[str, str] | None:
    file = _file(voice, folder=folder)
    if file is None:
        return None
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return {name: str(text) for name, text in found.items() if name != REVIEWED}


def _file(voice: str, *, folder: Path | None) -> Traversable | None:
    """Where a voice is written; the operator's own folder comes first."""
    shipped = resources.files("tutela.web.public") / "words"
    for place in (folder, shipped):
        if place is not None and (file := place / f"{voice}.toml").is_file():
            return file
    return None
