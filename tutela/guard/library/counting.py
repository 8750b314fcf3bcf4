"""How often each verdict was given, in memory that does not grow."""

import threading
from collections.abc import Iterable

from tutela.guard.asking import Result, Surface, Verdict

Verdicts = dict[Surface, dict[Verdict, int]]


class Counts:
    """Counts since the last report; threads may share it."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._counted = _none()

    def add(self, surface: Surface, *, results: Iterable[Result]) -> None:
        """Counts the verdicts of one question."""
        with self._changing:
            counted = self._counted[surface]
            for result in results:
                counted[result.verdict] += 1

    def take(self) -> Verdicts:
        """What was counted, and begins at zero again."""
        with self._changing:
            counted, self._counted = self._counted, _none()
        return counted

    def give_back(self, counted: Verdicts) -> None:
        """Counts what was taken and could not be told."""
        with self._changing:
            for surface, verdicts in counted.items():
                for verdict, count in verdicts.items():
                    self._counted[surface][verdict] += count


def _none() -> Verdicts:
    return {surface: dict.fromkeys(Verdict, 0) for surface in Surface}
