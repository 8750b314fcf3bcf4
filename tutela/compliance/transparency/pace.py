"""Calls at an even pace, so that the limits of the database are never met."""

from collections.abc import Awaitable, Callable


class Pace:
    """Lets callers through one by one, `per_second` of them, and none while it is held."""

    def __init__(
        self,
        per_second: float,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._gap_seconds = 1 / per_second
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = monotonic()

    async def turn(self) -> None:
        """Returns when it is the caller's turn."""
        now = self._monotonic()
        mine = max(self._next, now)
        self._next = mine + self._gap_seconds
        if mine > now:
            await self._sleep(mine - now)

    def hold(self, seconds: float) -> None:
        """Nobody's turn comes for so long; those who wait already aren't held."""
        self._next = max(self._next, self._monotonic() + seconds)
