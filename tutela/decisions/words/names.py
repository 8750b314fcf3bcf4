"""Days and countries as people of a language write them, by the data of Unicode CLDR."""

from datetime import date
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list

#: What is kept of each: the decisions of a day name few days and few sets of countries.
_KEPT: Final = 4_096


@lru_cache(maxsize=_KEPT)
def day_name(day: date, *, locale: Locale) -> str:
    """The day with its month in letters, such as `21. November 2026`."""
    return format_date(day, format="long", locale=locale)


@lru_cache(maxsize=_KEPT)
def country_names(codes: tuple[str, ...], *, locale: Locale) -> str:
    """The countries (ISO 3166-1 alpha-2) in a row; a code without a name stands for itself."""
    names = sorted(locale.territories.get(code, code) for code in codes)
    return format_list(names, style="standard", locale=locale)
