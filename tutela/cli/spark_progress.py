"""How far Spark is, while a command waits for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from tutela.networks.engines.spark import Session

#: Between two looks.
LOOK_SECONDS = 0.5

Tell = Callable[[int, int], None]


@contextmanager
def watching(session: "Session", *, tell: Tell) -> Iterator[None]:
    """Tells now and then how many tasks of what Spark is at are done, and of how many."""
    ended = threading.Event()
    watcher = threading.Thread(
        target=_watch, args=[session.sparkContext], kwargs={"tell": tell, "ended": ended}
    )
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(
    context: Any,  # noqa: ANN401 - of a library without types
    *,
    tell: Tell,
    ended: threading.Event,
) -> None:
    tracker = context.statusTracker()
    while not ended.wait(LOOK_SECONDS):
        try:
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        except Exception as error:  # noqa: BLE001 - whoever waits for Spark is told of it there
            structlog.get_logger(__name__).debug("spark_not_seen", error=type(error).__name__)
            return
        known = [stage for stage in stages if stage]
        if known:
            done = sum(each.numCompletedTasks for each in known)
            tell(done, sum(each.numTasks for each in known))
