"""What a program says of itself, and how it asks."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tutela.guard.asking import Surface


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Clock and chance."""

    clock: Callable[[], datetime] = _now
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[int], bytes] = os.urandom


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be chosen for a program; the defaults are meant to be left alone."""

    #: What people call the program, in reports.
    name: str = "guard"
    #: The surfaces that it serves, in reports.
    surfaces: tuple[Surface, ...] = tuple(Surface)
    #: The surfaces that stay shut before a snapshot was ever loaded; from then on it says which.
    fail_closed: tuple[Surface, ...] = (Surface.TYPEAHEAD, Surface.RECOMMENDATION)
    #: Between two looks at the server, give or take a fifth.
    poll_seconds: float = 5.0
    #: The same while it does not answer, at most: the pause doubles until then.
    backoff_seconds_max: float = 30.0
    #: How long the server may be silent before it counts as away.
    silence_seconds: float = 5.0
    #: How long one answer of the server may take as a whole.
    answer_seconds: float = 120.0
    #: Between two reports to the server.
    report_seconds: float = 30.0
    #: Whose help is shown where a question names neither: ISO 3166-1 alpha-2, BCP 47.
    country: str | None = None
    language: str | None = None
    surroundings: Surroundings = field(default_factory=Surroundings)
