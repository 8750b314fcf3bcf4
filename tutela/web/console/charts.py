"""The backlog that was and the one to expect, as the points that an SVG needs; it prints."""

from dataclasses import dataclass
from typing import Final

from tutela.reconciliation.forecast import Forecast

WIDTH: Final = 600
HEIGHT: Final = 120
#: Above the highest value, so that a line at the top is seen whole.
ROOM: Final = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogChart:
    """Points as SVG takes them; `highest` is what the top stands for, `now` where today is."""

    past: str
    ahead: str
    band: str
    now: float
    highest: int
    width: int = WIDTH
    height: int = HEIGHT


def backlog_chart(forecast: Forecast) -> BacklogChart:
    """The past to the left, the forecast with its interval to the right."""
    known, ahead = forecast.past, forecast.ahead
    top = max(1.0, *known, *(each.high for each in ahead))
    step = WIDTH / (len(known) - 1 + len(ahead))
    now = (len(known) - 1) * step

    def point(place: int, *, value: float) -> str:
        return f"{place * step:.1f},{HEIGHT - HEIGHT * value / (top * ROOM):.1f}"

    start = point(len(known) - 1, value=known[-1])
    highs = [point(len(known) + at, value=each.high) for at, each in enumerate(ahead)]
    lows = [point(len(known) + at, value=each.low) for at, each in enumerate(ahead)]
    expected = [point(len(known) + at, value=each.expected) for at, each in enumerate(ahead)]
    return BacklogChart(
        past=" ".join(point(at, value=value) for at, value in enumerate(known)),
        ahead=" ".join([start, *expected]),
        band=" ".join([start, *highs, *reversed(lows)]),
        now=round(now, 1),
        highest=round(top),
    )
