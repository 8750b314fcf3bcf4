"""Waiting for a condition, with an end."""

import time
from collections.abc import Callable

MOMENT_SECONDS = 0.01
PATIENCE_SECONDS = 30.0


def until(condition: Callable[[], object], *, what: str) -> None:
    """Returns once `condition` holds; fails with `what` after the patience of a test."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(MOMENT_SECONDS)
