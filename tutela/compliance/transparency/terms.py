"""How the database is called, and by which clock and chance."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the database is called; the defaults stay under its documented limits."""

    #: One call in all.
    timeout_seconds: float = 60.0
    #: One batch in all, with every repetition; then its outcome is unclear.
    patience_seconds: float = 900.0
    #: The first pause before a repetition; it doubles up to `pause_max_seconds`.
    pause_seconds: float = 0.5
    pause_max_seconds: float = 30.0
    #: The database takes 200 a second and 12,000 a minute of one user.
    calls_per_second: float = 150.0
    #: Batches under way at one time.
    batches_at_once: int = 4
    answer_max_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """Time and chance, for whoever wants to hold them."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[int], bytes] = os.urandom
