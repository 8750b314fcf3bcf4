"""How many calls a caller may make: fixed windows that begin with a caller's first call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

#: Calls without a token, per address.
ANONYMOUS_PER_MINUTE: Final = 100
MINUTE_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls in so many seconds."""

    calls: int
    seconds: int


@dataclass(slots=True)
class _Window:
    begun: float
    calls: int = 0


class Limits:
    """The calls of each caller in the windows that run."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[tuple[str, int], _Window] = {}

    def wait_seconds(self, caller: str, *, limits: tuple[Limit, ...]) -> int:
        """0 where the call is within every limit, and counted; else for how long to wait."""
        now = self._monotonic()
        for limit in limits:
            window = self._windows.setdefault((caller, limit.seconds), _Window(now))
            if now >= window.begun + limit.seconds:
                window.begun, window.calls = now, 0
            if window.calls >= limit.calls:
                return int(window.begun + limit.seconds - now) + 1
            window.calls += 1
        return 0
