"""How fast something may happen: a bucket of tokens that fills again at a steady rate."""

from collections import OrderedDict
from collections.abc import Hashable


class Pace:
    """Lets `burst` through at once and `per_second` after that (a token bucket)."""

    def __init__(self, *, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._tokens = burst
        self._seconds: float | None = None

    def allows(self, seconds: float, *, count: int = 1) -> bool:
        """Whether `count` more may pass at an instant of a steady clock, in seconds."""
        passed = 0.0 if self._seconds is None else max(seconds - self._seconds, 0.0)
        self._seconds = seconds
        self._tokens = min(self._tokens + passed * self._per_second, self._burst)
        if self._tokens < count:
            return False
        self._tokens -= count
        return True


class Paces:
    """A pace of its own for each of many names; of the names, the latest `names_max`."""

    def __init__(self, *, per_second: float, burst: float, names_max: int) -> None:
        self._per_second = per_second
        self._burst = burst
        self._names_max = names_max
        self._paces: OrderedDict[Hashable, Pace] = OrderedDict()

    def allows(self, name: Hashable, *, seconds: float, count: int = 1) -> bool:
        """Whether `count` more of a name may pass at an instant of a steady clock, in seconds."""
        pace = self._paces.pop(name, None) or Pace(per_second=self._per_second, burst=self._burst)
        self._paces[name] = pace
        if len(self._paces) > self._names_max:
            self._paces.popitem(last=False)
        return pace.allows(seconds, count=count)
