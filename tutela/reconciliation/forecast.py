"""How many cases will be open, if people and platform go on as they did: a mean and an interval.

Assumption: what is opened less what is decided, slot by slot, goes on as over the last slots, each
slot independent of the others. Then the sum over k coming slots has the mean k * m and the variance
k * s2 + k^2 * s2 / n, the second part since m itself is estimated from n slots only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Final

import msgspec

#: Slots that a forecast stands on; it looks as far ahead as it looks back.
SLOTS: Final = 24
#: Student's t for a two-sided interval of 95 % with `SLOTS - 1` degrees of freedom.
STUDENT_T: Final = 2.0687
#: How long a slot may be; the longest is taken of which the service has all slots.
SLOT_SECONDS: Final = (3_600, 900, 300, 60, 15)
_HOUR_SECONDS: Final = 3_600


class Ahead(msgspec.Struct, frozen=True):
    """Open cases so many seconds from now: expected, and the bounds of the 95 % interval."""

    seconds: int
    expected: float
    low: float
    high: float


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """The backlog that was, slot by slot and the oldest first, and the one to expect."""

    slot_seconds: int
    opened_per_hour: float
    closed_per_hour: float
    #: Open cases at the end of each slot, and before the first one.
    past: list[int]
    ahead: list[Ahead]
    #: None where more is opened than decided, or just as much.
    empty_in_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Cases opened and closed in each slot, the oldest first."""

    seconds: int
    opened: Sequence[int]
    closed: Sequence[int]


def slot_seconds(history_seconds: float) -> int | None:
    """The longest slot of which the history has all; None where there is too little of it."""
    return next((each for each in SLOT_SECONDS if each * SLOTS <= history_seconds), None)


def forecast(open_now: int, *, slots: Slots) -> Forecast:
    """What to expect, from the slots and the open cases after the last of them."""
    nets = [came - went for came, went in zip(slots.opened, slots.closed, strict=True)]
    per_hour = _HOUR_SECONDS / slots.seconds
    net = fmean(nets)
    return Forecast(
        slot_seconds=slots.seconds,
        opened_per_hour=fmean(slots.opened) * per_hour,
        closed_per_hour=fmean(slots.closed) * per_hour,
        past=_past(open_now, nets=nets),
        ahead=[
            _ahead(open_now, nets=nets, steps=steps, seconds=steps * slots.seconds)
            for steps in range(1, len(nets) + 1)
        ],
        empty_in_seconds=open_now / -net * slots.seconds if net < 0 else None,
    )


def _past(open_now: int, *, nets: Sequence[int]) -> list[int]:
    """Back from what is open now; what was reopened or moved in between is in no slot."""
    past = [open_now]
    for net in reversed(nets):
        past.append(max(0, past[-1] - net))
    return past[::-1]


def _ahead(open_now: int, *, nets: Sequence[int], steps: int, seconds: int) -> Ahead:
    mean, spread = fmean(nets), variance(nets)
    expected = open_now + steps * mean
    half = STUDENT_T * (spread * (steps + steps**2 / len(nets))) ** 0.5
    return Ahead(seconds, max(0.0, expected), max(0.0, expected - half), max(0.0, expected + half))
