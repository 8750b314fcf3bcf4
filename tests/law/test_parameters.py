"""Dated parameters: the same question for another day gets that day's answer."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.lanes import Lane
from tutela.law.parameters import (
    LawUnreadable,
    NotInForce,
    Unit,
    UnknownParameter,
    WrongUnit,
    parameter,
    read_periods,
    value_on,
    whole_number,
    words,
)

NAMES = [
    "anonymous_notice_keywords",
    "complaint_window",
    "complaint_window_grace",
    *(f"review_target_{lane}" for lane in Lane),
]
FIRST_DAY = date(2023, 8, 25)


def period(
    first: str, *, last: str | None = None, name: str = "window", value: str = "6", more: str = ""
) -> str:
    end = f"to = {last}\n" if last else ""
    return (
        f"[[{name}]]\nvalue = {value}\nunit = 'months'\nfrom = {first}\n{end}"
        f"reference = 'Art. 20(1)'\nverified = true\n{more}"
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_holds_today_and_says_where_it_is_written(name: str) -> None:
    found = parameter(name, on=date(2026, 11, 21))
    assert found.holds(date(2026, 11, 21))
    assert "Regulation" in found.reference


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_holds_before_the_law_applied(name: str) -> None:
    assert parameter(name, on=FIRST_DAY).first == FIRST_DAY
    with pytest.raises(NotInForce) as refusal:
        parameter(name, on=FIRST_DAY - timedelta(days=1))
    assert refusal.value.evidence == {"name": name, "on": "2023-08-24"}


def test_targets_of_the_house_never_pass_for_law() -> None:
    for lane in Lane:
        found = parameter(f"review_target_{lane}", on=date(2026, 11, 21))
        assert found.reference.startswith("service target, not law")


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(UnknownParameter) as refusal:
        parameter("window", on=FIRST_DAY)
    assert refusal.value.evidence == {"name": "window"}


def test_each_day_has_the_value_of_its_period() -> None:
    periods = read_periods(
        [
            period("2025-07-01", last="2025-12-31", value="7")
            + period("2024-01-01", last="2025-06-30")
            + period("2026-02-01", value="8")
        ]
    )

    def on(day: str) -> object:
        return value_on(periods, name="window", on=date.fromisoformat(day)).value

    assert [on("2024-01-01"), on("2025-06-30")] == [6, 6]
    assert [on("2025-07-01"), on("2025-12-31")] == [7, 7]
    assert [on("2026-02-01"), on("9999-12-31")] == [8, 8]
    for gap in (date(2023, 12, 31), date(2026, 1, 1), date(2026, 1, 31)):
        with pytest.raises(NotInForce):
            value_on(periods, name="window", on=gap)


@given(st.dates(FIRST_DAY, date(2035, 12, 31)))
def test_a_day_has_one_answer_and_always_the_same(day: date) -> None:
    for name in NAMES:
        found = parameter(name, on=day)
        assert found.holds(day)
        assert parameter(name, on=day) == found


OVERLAPS = {
    "the same day twice": period("2024-01-01", last="2024-06-30") + period("2024-06-30"),
    "an open end before another": period("2024-01-01") + period("2025-01-01"),
    "twice the same": period("2024-01-01") * 2,
    "in any order": period("2025-01-01", last="2025-12-31")
    + period("2024-01-01", last="2025-01-01"),
}

MALFORMED = {
    "no TOML": "[[window",
    "not a list of periods": "window = 6",
    "unknown field": period("2024-01-01", more="note = 'x'\n"),
    "no reference": "[[window]]\nvalue = 6\nunit = 'months'\nfrom = 2024-01-01\nverified = true\n",
    "empty reference": period("2024-01-01").replace("Art. 20(1)", ""),
    "no first day": period("2024-01-01").replace("from = 2024-01-01\n", ""),
    "a day that is no date": period("'soon'"),
    "a moment for a day": period("2024-01-01T00:00:00Z"),
    "a fraction": period("2024-01-01", value="6.5"),
    "below zero": period("2024-01-01", value="-6"),
    "an unknown unit": period("2024-01-01").replace("months", "moons"),
    "verified in words": period("2024-01-01").replace("true", "'yes'"),
    "an end before its beginning": period("2024-01-02", last="2024-01-01"),
}


@pytest.mark.parametrize("text", OVERLAPS.values(), ids=OVERLAPS)
def test_periods_that_overlap_are_refused(text: str) -> None:
    with pytest.raises(LawUnreadable, match="overlap"):
        read_periods([text])


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_is_refused(text: str) -> None:
    with pytest.raises(LawUnreadable):
        read_periods([text])


def test_a_name_in_two_files_is_refused() -> None:
    with pytest.raises(LawUnreadable, match="two files"):
        read_periods([period("2024-01-01", last="2024-12-31"), period("2025-01-01")])


def test_a_number_is_not_read_in_another_unit() -> None:
    day = date(2026, 11, 21)
    assert whole_number("complaint_window", unit=Unit.MONTHS, on=day) == 6
    with pytest.raises(WrongUnit, match="counts months, not days"):
        whole_number("complaint_window", unit=Unit.DAYS, on=day)
    with pytest.raises(WrongUnit):
        whole_number("anonymous_notice_keywords", unit=Unit.KEYWORDS, on=day)


def test_a_number_is_not_read_as_words() -> None:
    day = date(2026, 11, 21)
    with pytest.raises(WrongUnit):
        words("complaint_window", unit=Unit.MONTHS, on=day)
    with pytest.raises(WrongUnit):
        words("anonymous_notice_keywords", unit=Unit.DAYS, on=day)
