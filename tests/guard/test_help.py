"""Help by country and language: everybody finds somebody, in a language that is there."""

from datetime import date

import pytest

from tutela.domain.countries import is_country
from tutela.guard.help import help_for
from tutela.guard.help.choosing import ANYWHERE, listed_lines, words_by_language

EU = [
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
    *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
]


@pytest.mark.parametrize("country", EU)
def test_every_member_state_has_its_help_line_and_emergency_number(country: str) -> None:
    numbers = {line.phone for line in help_for(country, language="en").lines}
    assert {"116 111", "112"} <= numbers


@pytest.mark.parametrize("country", [None, "", "ZZ", "BR"])
def test_whoever_is_elsewhere_is_sent_to_those_who_know_their_country(country: str | None) -> None:
    found = help_for(country, language="en").lines
    assert found
    assert all(line.url is not None for line in found)


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("FR", "fr"),
        ("es-419", "es"),
        ("pl", "en"),
        (None, "en"),
        ("x-house", "en"),
    ],
)
def test_it_is_said_in_the_nearest_language_there_is(language: str | None, spoken: str) -> None:
    found = help_for("AT", language=language)
    assert (found.language, found.text) == (spoken, words_by_language()[spoken]["text"])


def test_each_language_says_the_same_lines() -> None:
    words = words_by_language()
    kinds = {line.kind for line in listed_lines()} | {"text"}
    assert {language: set(said) for language, said in words.items()} == dict.fromkeys(words, kinds)
    assert {"en", "de", "fr", "es"} <= set(words)


def test_each_line_reaches_somebody_and_says_when_it_was_written() -> None:
    for line in listed_lines():
        assert line.phone or line.url
        assert line.url is None or line.url.startswith("https://")
        assert line.written <= date(2026, 12, 31)
        assert all(is_country(each) for each in line.countries - {ANYWHERE})


def test_no_line_is_told_to_be_verified_that_nobody_rang() -> None:
    assert not any(line.verified for line in listed_lines())
