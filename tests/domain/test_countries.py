"""Country codes."""

import textwrap

import pytest

from tutela.domain.countries import COUNTRIES, is_country

EEA = textwrap.wrap("ATBEBGCYCZDEDKEEESFIFRGRHRHUIEISITLILTLULVMTNLNOPLPTROSESISK", 2)


def test_there_are_249_assigned_codes_and_kosovo() -> None:
    assert len(COUNTRIES) == 250
    assert is_country("XK")


@pytest.mark.parametrize("code", EEA)
def test_every_country_of_the_public_database_is_one(code: str) -> None:
    assert is_country(code)


@pytest.mark.parametrize(
    "code", ["", "de", "EL", "UK", "EU", "AA", "ZZ", "DEU", "D", " DE", "DE\n", "ＤＥ"]
)
def test_what_is_not_an_assigned_code_is_none(code: str) -> None:
    assert not is_country(code)
