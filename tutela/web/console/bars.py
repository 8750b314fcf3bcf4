"""A bar chart as the numbers that an SVG needs: it prints, and it runs no script."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 600
HEIGHT = 96
GAP = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of the picture; `count` is what it stands for."""

    x: float
    y: float
    width: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars, left to right, and the count that the highest stands for."""

    bars: list[Bar]
    highest: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(counts: Sequence[int]) -> Bars:
    """One bar a count, the highest as high as the picture; an empty picture for nothing."""
    highest = max(counts, default=0)
    step = WIDTH / max(len(counts), 1)
    return Bars(
        bars=[
            Bar(
                x=round(place * step, 2),
                y=round(HEIGHT - _height(count, highest=highest), 2),
                width=round(step - GAP, 2),
                height=round(_height(count, highest=highest), 2),
                count=count,
            )
            for place, count in enumerate(counts)
        ],
        highest=highest,
    )


def _height(count: int, *, highest: int) -> float:
    return HEIGHT * count / highest if highest else 0.0
