"""By when a case is reviewed and a complaint can be made."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.lanes import Lane
from tutela.law.deadlines import complaint_until, review_due_at
from tutela.law.parameters import NotInForce

GRACE = timedelta(days=7)

moments = st.datetimes(
    datetime(2023, 8, 27),  # noqa: DTZ001
    datetime(2036, 1, 1),  # noqa: DTZ001
    timezones=st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours))),
)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("lane", "hours"),
    [(Lane.DANGER, 1), (Lane.CHILD_SAFETY, 4), (Lane.FLAGGED, 24), (Lane.GENERAL, 72)],
)
def test_review_is_due_when_the_lanes_target_ends(lane: Lane, hours: int) -> None:
    received_at = instant("2026-11-21T10:15:00Z")
    assert review_due_at(lane, received_at=received_at) == received_at + timedelta(hours=hours)


@given(moments)
def test_a_more_urgent_lane_is_due_earlier(received_at: datetime) -> None:
    due = [review_due_at(lane, received_at=received_at) for lane in Lane]
    assert due == sorted(set(due))
    assert all(moment.tzinfo is UTC for moment in due)


def test_the_day_of_receipt_is_the_day_in_utc() -> None:
    review_due_at(Lane.DANGER, received_at=instant("2023-08-24T20:00:00-05:00"))
    with pytest.raises(NotInForce):
        review_due_at(Lane.DANGER, received_at=instant("2023-08-25T01:00:00+05:00"))


@pytest.mark.parametrize(
    ("delivered", "six_months_later"),
    [
        ("2026-11-21T10:15:00Z", "2027-05-21T10:15:00Z"),
        ("2026-01-15T00:00:00Z", "2026-07-15T00:00:00Z"),
        ("2026-06-30T23:59:59Z", "2026-12-30T23:59:59Z"),
        ("2026-08-31T12:00:00Z", "2027-02-28T12:00:00Z"),
        ("2027-08-31T12:00:00Z", "2028-02-29T12:00:00Z"),
        ("2026-12-31T12:00:00Z", "2027-06-30T12:00:00Z"),
        ("2026-11-21T23:30:00-04:00", "2027-05-22T03:30:00Z"),
    ],
)
def test_a_complaint_is_open_for_six_calendar_months_and_the_days_of_grace(
    delivered: str, six_months_later: str
) -> None:
    until = complaint_until(delivered_at=instant(delivered))
    assert until == instant(six_months_later) + GRACE


@given(moments)
def test_no_window_is_shorter_than_the_shortest_six_months(delivered_at: datetime) -> None:
    until = complaint_until(delivered_at=delivered_at)
    assert timedelta(days=181) + GRACE <= until - delivered_at <= timedelta(days=184) + GRACE


@given(moments, moments)
def test_who_is_told_later_can_complain_at_least_as_long(one: datetime, other: datetime) -> None:
    earlier, later = sorted((one, other))
    assert (
        complaint_until(delivered_at=earlier).date() <= complaint_until(delivered_at=later).date()
    )


def test_a_time_without_zone_is_refused() -> None:
    naive = datetime(2026, 11, 21)  # noqa: DTZ001
    with pytest.raises(ValueError, match="no zone"):
        review_due_at(Lane.DANGER, received_at=naive)
    with pytest.raises(ValueError, match="no zone"):
        complaint_until(delivered_at=naive)
