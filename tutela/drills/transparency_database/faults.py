"""Faults on demand: what goes wrong with a call, drawn by chance at given rates."""

import random
from collections import Counter
from collections.abc import Mapping
from enum import StrEnum


class Fault(StrEnum):
    """What can go wrong with a call."""

    #: Too many requests, though there were not.
    LIMIT = "429"
    #: An error of the server before anything is stored.
    ERROR = "5xx"
    #: The connection ends without an answer, nothing is stored.
    CUT_BEFORE_COMMIT = "cut-before-commit"
    #: The connection ends without an answer, everything is stored.
    CUT_AFTER_COMMIT = "cut-after-commit"
    #: Everything is stored; the answer comes later than anyone waits.
    SLOW = "slow"


class Faults:
    """Draws at most one fault a call; `made` counts them. `rates` may change between calls."""

    def __init__(self, rates: Mapping[Fault, float], *, chance: random.Random) -> None:
        self.rates = dict(rates)
        self.made: Counter[Fault] = Counter()
        self._chance = chance

    def draw(self) -> Fault | None:
        """What goes wrong with this call; None for nothing."""
        drawn = self._chance.random()
        for fault, rate in self.rates.items():
            if drawn < rate:
                self.made[fault] += 1
                return fault
            drawn -= rate
        return None

    def status(self) -> int:
        """One of the statuses of a server that is in trouble."""
        return self._chance.choice((500, 502, 503, 504))


def read(text: str) -> tuple[Fault, float]:
    """KIND=RATE as a fault and its share of calls, 0 to 1; ValueError says what is wrong."""
    kind, _, rate = text.partition("=")
    if kind not in set(Fault):
        raise ValueError(f"no fault is called {kind!r}; there are {', '.join(Fault)}")
    share = float(rate)
    if not 0 <= share <= 1:
        raise ValueError(f"a rate lies between 0 and 1, not {rate}")
    return Fault(kind), share
