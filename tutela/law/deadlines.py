"""By when: review of a case, and the window for a complaint."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta

from tutela.domain.lanes import Lane
from tutela.law.parameters import Unit, whole_number

_MONTHS_OF_YEAR = 12


def review_due_at(lane: Lane, *, received_at: datetime) -> datetime:
    """When the lane's target ends, in UTC, by the target of the day of receipt.

    The hours are the house's own: the DSA asks for a timely decision (Art. 16(6)) and sets none.
    Raises ValueError for a time without zone and NotInForce for a day without a target.
    """
    received = _in_utc(received_at)
    hours = whole_number(f"review_target_{lane}", unit=Unit.HOURS, on=received.date())
    return received + timedelta(hours=hours)


def complaint_until(*, delivered_at: datetime) -> datetime:
    """The end of the window for a complaint, in UTC: DSA Art. 20(1), at least six months.

    The window starts when the recipient is told and ends at the same time of the day that has the
    same number, or on the month's last day where it has none; days of grace follow. Raises
    ValueError for a time without zone and NotInForce for a day before the law applied.
    """
    delivered = _in_utc(delivered_at)
    months = whole_number("complaint_window", unit=Unit.MONTHS, on=delivered.date())
    grace = whole_number("complaint_window_grace", unit=Unit.DAYS, on=delivered.date())
    return _plus_months(delivered, months=months) + timedelta(days=grace)


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("the time has no zone")
    return moment.astimezone(UTC)


def _plus_months(moment: datetime, *, months: int) -> datetime:
    years, month_index = divmod(moment.month - 1 + months, _MONTHS_OF_YEAR)
    year, month = moment.year + years, month_index + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
