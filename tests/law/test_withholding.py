"""A register of bases says by which law, from when, and for how long at most; or it is refused."""

from datetime import date

import pytest

from tutela.law.parameters import LawUnreadable
from tutela.law.withholding import REGISTER, basis_on

ENTRY = """
[[basis]]
code = "de_example"
country = "DE"
reference = "Act 1, section 2"
longest_days = 30
from = 2024-01-01
to = 2026-12-31
verified = true
"""


def test_a_basis_holds_on_its_days_alone() -> None:
    bases = REGISTER.read(ENTRY, file="own.toml")
    assert basis_on(bases, code="de_example", on=date(2024, 1, 1)) == bases[0]
    assert basis_on(bases, code="de_example", on=date(2026, 12, 31)) == bases[0]
    assert basis_on(bases, code="de_example", on=date(2023, 12, 31)) is None
    assert basis_on(bases, code="de_example", on=date(2027, 1, 1)) is None
    assert basis_on(bases, code="other", on=date(2025, 1, 1)) is None


def test_what_comes_with_the_house_names_its_law() -> None:
    assert [each.reference for each in REGISTER.built_in() if "Art." not in each.reference] == []
    assert basis_on(REGISTER.built_in(), code="eu_terrorist_content", on=date(2022, 6, 6)) is None
    assert (
        basis_on(REGISTER.built_in(), code="eu_terrorist_content", on=date(2022, 6, 7)) is not None
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('code = "de_example"', "", "code"),
        ('code = "de_example"', 'code = "De Example"', "code"),
        ('country = "DE"', 'country = "XX"', "country 'XX' is none"),
        ('reference = "Act 1, section 2"', 'reference = ""', "reference"),
        ("longest_days = 30", "", "longest_days"),
        ("longest_days = 30", "longest_days = 0", "longest_days"),
        ("longest_days = 30", 'longest_days = "30"', "longest_days"),
        ("from = 2024-01-01", "", "from"),
        ("to = 2026-12-31", "to = 2023-12-31", "ends before it begins"),
        ("verified = true", 'verified = true\nwish = "x"', "wish"),
        ("[[basis]]", "[[bases]]", "bases"),
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
    later = ENTRY.replace("2026-12-31", "2028-12-31").replace("2024-01-01", "2027-01-01")
    both = REGISTER.read(ENTRY + later, file="own.toml")
    assert REGISTER.together(both, file="own.toml") == both
