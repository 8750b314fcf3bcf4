"""How precise those are who flag by calling: figures with an interval, and a word to a person.

Nothing follows from them by itself: Article 23(3) DSA asks for a person who weighs each case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.proportion import wilson_95
from tutela.domain.vocabulary import Channel
from tutela.law.parameters import Unit, whole_number

METHOD: Final = "Wilson score interval, 95 %"
SHARE_DIGITS: Final = 4
HOUR_DIGITS: Final = 2

_sql = queries.load("tutela.rights")


class Attention(StrEnum):
    """What a person should look at; no measure follows from it by itself."""

    #: Whether the Digital Services Coordinator is to be told: a significant number of imprecise,
    #: inaccurate or inadequately substantiated notices of a trusted flagger (DSA Art. 22(6)).
    ARTICLE_22_6 = "article_22_6"
    #: Whether manifestly unfounded notices are frequent, which asks for a warning and for a
    #: judgement of each case (DSA Art. 23(2) and (3)).
    ARTICLE_23_2 = "article_23_2"


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """The share of decided items that were acted on, from 0 to 1, with its interval."""

    share: float
    low: float
    high: float
    method: str = METHOD


class FlaggerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One sender over one channel; `sender` is null for notices from before names were kept.

    `median_hours` and `accuracy` are null where nothing was decided; `says` is the same in words.
    """

    channel: Channel
    sender: str | None
    notices: int
    items: int
    answered: int
    acted: int
    dismissed: int
    open: int
    overdue: int
    incomplete_notices: int
    median_hours: float | None
    accuracy: Accuracy | None
    says: str
    attention: list[Attention]


class FlaggerReport(
    msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}
):
    """All senders of a service over a period of days in UTC, both ends included."""

    at: str
    first: str | None
    last: str | None
    flaggers: list[FlaggerFigures]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlaggersAsked:
    """Whose notices, received from the first to the last day, in UTC; None for no end."""

    tenant: str
    service: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class _Bar:
    """From when on something is said of a sender, and below what a person should look."""

    sample_least: int
    attention_below_percent: int


async def flaggers(pool: Pool, *, asked: FlaggersAsked, now: datetime) -> FlaggerReport:
    """The figures of every sender; raises NotInForce for a day before the law applied."""
    start, end = _instant(asked.first), _instant(asked.last)
    wanted = {
        "tenant": asked.tenant,
        "service": asked.service,
        "start": start,
        "end": None if end is None else end + timedelta(days=1),
        "now": now,
    }
    async with tenant_transaction(pool, tenant=asked.tenant) as connection:
        rows = await (await connection.execute(_sql.flagger_figures, wanted)).fetchall()
    today = now.astimezone(UTC).date()
    bar = _Bar(
        whole_number("flagger_sample_least", unit=Unit.ITEMS, on=today),
        whole_number("flagger_attention_below", unit=Unit.PERCENT, on=today),
    )
    return FlaggerReport(
        at=timestamp(now),
        first=None if asked.first is None else asked.first.isoformat(),
        last=None if asked.last is None else asked.last.isoformat(),
        flaggers=[_figures(row, bar=bar) for row in rows],
    )


def accuracy(acted: int, *, dismissed: int) -> Accuracy | None:
    """The share acted on of what was decided; None where nothing was."""
    decided = acted + dismissed
    if decided == 0:
        return None
    interval = wilson_95(acted, trials=decided)
    return Accuracy(
        share=round(acted / decided, SHARE_DIGITS),
        low=round(interval.low, SHARE_DIGITS),
        high=round(interval.high, SHARE_DIGITS),
    )


def _figures(row: Sequence[Any], *, bar: _Bar) -> FlaggerFigures:
    channel, sender, notices, items, answered, acted, dismissed, *rest = row
    still_open, overdue, incomplete, median_hours = rest
    found = accuracy(acted, dismissed=dismissed)
    attention = _attention(found, decided=acted + dismissed, channel=channel, bar=bar)
    return FlaggerFigures(
        channel=Channel(channel),
        sender=sender,
        notices=notices,
        items=items,
        answered=answered,
        acted=acted,
        dismissed=dismissed,
        open=still_open,
        overdue=overdue,
        incomplete_notices=incomplete,
        median_hours=None if median_hours is None else round(float(median_hours), HOUR_DIGITS),
        accuracy=found,
        says=_words(found, decided=acted + dismissed, bar=bar, attention=attention),
        attention=attention,
    )


def _attention(found: Accuracy | None, *, decided: int, channel: str, bar: _Bar) -> list[Attention]:
    if found is None or decided < bar.sample_least:
        return []
    if found.high * 100 >= bar.attention_below_percent:
        return []
    if channel == Channel.TRUSTED_FLAGGER:
        return [Attention.ARTICLE_22_6, Attention.ARTICLE_23_2]
    return [Attention.ARTICLE_23_2]


def _words(
    found: Accuracy | None, *, decided: int, bar: _Bar, attention: Sequence[Attention]
) -> str:
    if found is None:
        return "Nothing was decided yet, so nothing can be said."
    if decided < bar.sample_least:
        return (
            f"{decided} decided items are too few to say anything: {bar.sample_least} are needed. "
            f"The share could lie anywhere from {found.low:.0%} to {found.high:.0%}."
        )
    told = (
        f"{found.share:.0%} of {decided} decided items were acted on; "
        f"behind that lies a share from {found.low:.0%} to {found.high:.0%}."
    )
    return (
        f"{told} A person should look at why; no measure follows by itself." if attention else told
    )


def _instant(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=UTC)
