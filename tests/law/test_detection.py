"""Detectors look where a basis is in force on that day, and nowhere else."""

from datetime import date, timedelta

import pytest

from tutela.domain.countries import EU
from tutela.domain.events import Visibility
from tutela.law.detection import REGISTER, Place, basis_for
from tutela.law.parameters import LawUnreadable

TODAY = date(2026, 11, 22)
ENTRY = """
[[basis]]
code = "de_example"
visibility = "interpersonal"
countries = ["DE", "FR"]
services = ["main/chat"]
surfaces = ["message"]
reference = "Act 1, section 2"
from = 2027-01-01
to = 2027-12-31
verified = true
"""


def message(country: str | None = "DE", *, service: str = "main/chat") -> Place:
    return Place(
        service=service,
        surface="message",
        visibility=Visibility.INTERPERSONAL,
        country=country,
    )


def code_on(day: date, *, country: str | None = "DE") -> str | None:
    found = basis_for(REGISTER.built_in(), place=message(country), on=day)
    return None if found is None else found.code


@pytest.mark.parametrize(
    ("last_day_before", "before", "after"),
    [
        (date(2021, 8, 1), None, "Art. 3 and 10: derogation"),
        (date(2024, 8, 3), "until 3 August 2024", "2024/1307"),
        (date(2026, 4, 3), "until 3 April 2026", None),
    ],
)
def test_private_messages_follow_the_calendar_to_the_day(
    last_day_before: date, before: str | None, after: str | None
) -> None:
    for day, says in ((last_day_before, before), (last_day_before + timedelta(days=1), after)):
        found = basis_for(REGISTER.built_in(), place=message(), on=day)
        assert (found is None) == (says is None)
        assert found is None or str(says) in found.reference


def test_today_nobody_may_look_into_private_messages_anywhere() -> None:
    assert {code_on(TODAY, country=country) for country in (*EU, "US", None)} == {None}


def test_public_content_may_be_looked_at_wherever_it_comes_from() -> None:
    for country in (None, "DE", "US"):
        place = Place(
            service="main/main", surface="post", visibility=Visibility.PUBLIC, country=country
        )
        assert basis_for(REGISTER.built_in(), place=place, on=TODAY) is not None
        assert basis_for(REGISTER.built_in(), place=place, on=date(2023, 8, 24)) is None


def test_a_law_of_the_union_says_nothing_of_elsewhere_or_of_the_unknown() -> None:
    day = date(2025, 1, 1)
    assert {code_on(day, country=country) for country in EU} == {"eu_interim_derogation"}
    assert {code_on(day, country=country) for country in ("US", "NO", "CH", None)} == {None}


def test_a_basis_of_the_operators_holds_for_what_it_names_alone() -> None:
    bases = (*REGISTER.built_in(), *REGISTER.read(ENTRY, file="own.toml"))
    day = date(2027, 6, 1)

    def may(place: Place, *, on: date = day) -> bool:
        return basis_for(bases, place=place, on=on) is not None

    assert may(message())
    assert may(message("FR"))
    assert not may(message("IT"))
    assert not may(message(None))
    assert not may(message(service="main/mail"))
    assert not may(
        Place(
            service="main/chat", surface="call", visibility=Visibility.INTERPERSONAL, country="DE"
        )
    )
    assert may(message(), on=date(2027, 12, 31))
    assert not may(message(), on=date(2028, 1, 1))
    assert not may(message(), on=date(2026, 12, 31))


def test_nothing_that_comes_with_the_house_passes_for_verified() -> None:
    assert {each.verified for each in REGISTER.built_in()} == {False}
    assert all("Regulation" in each.reference for each in REGISTER.built_in())


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('code = "de_example"', "", "code"),
        ('"interpersonal"', '"private"', "private"),
        ('["DE", "FR"]', "[]", "countries"),
        ('["DE", "FR"]', '["DE", "XX"]', "country 'XX' is none"),
        ('["main/chat"]', '["chat"]', "services"),
        ("from = 2027-01-01", "", "from"),
        ("to = 2027-12-31", "to = 2026-12-31", "ends before it begins"),
        ("verified = true", 'verified = true\nwish = "x"', "wish"),
        ("[[basis]]", "[[basis", "own.toml"),
    ],
)
def test_a_register_with_a_fault_is_refused_by_its_name(old: str, new: str, why: str) -> None:
    with pytest.raises(LawUnreadable) as caught:
        REGISTER.read(ENTRY.replace(old, new), file="own.toml")
    assert "own.toml" in str(caught.value)
    assert why in str(caught.value)


def test_one_basis_stands_there_once_for_a_day() -> None:
    with pytest.raises(LawUnreadable, match="twice for the same day"):
        REGISTER.read(ENTRY + ENTRY, file="own.toml")
    later = ENTRY.replace("2027", "2028")
    both = REGISTER.read(ENTRY + later, file="own.toml")
    assert REGISTER.together(both, file="own.toml") == both
