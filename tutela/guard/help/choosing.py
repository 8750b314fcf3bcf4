"""The help that is shown instead of results."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from tutela.guard.asking import Help, HelpLine

#: What is spoken where nothing better is known.
FALLBACK_LANGUAGE: Final = "en"
#: Countries and languages that are remembered: nobody fills the memory by naming many.
_REMEMBERED: Final = 1_024
_EVERYWHERE: Final = "*"


@lru_cache(maxsize=_REMEMBERED)
def help_for(country: str | None, *, language: str | None) -> Help:
    """The help for a country (ISO 3166-1 alpha-2) in a language (BCP 47), as near as there is."""
    spoken = _spoken(language)
    words = _words()[spoken]
    lines = tuple(
        HelpLine(name=words[line["key"]], phone=line.get("phone"), url=line.get("url"))
        for line in _lines()
        if {_EVERYWHERE, (country or "").upper()} & set(line["countries"])
    )
    return Help(language=spoken, text=words["text"], lines=lines)


def _spoken(language: str | None) -> str:
    primary = (language or "").partition("-")[0].lower()
    return primary if primary in _words() else FALLBACK_LANGUAGE


@lru_cache(maxsize=1)
def _lines() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = _read("lines.toml")["line"]
    return listed


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    return _read("words.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
