"""Signals as something to wait for, beside time."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self

ENDING = (signal.SIGTERM, signal.SIGINT)


class StopAsked(Exception):
    """Somebody asked this process to end."""


class Signals:
    """While entered: SIGTERM and SIGINT ask to stop, and they or a child's end cut a wait short.

    Enter it in the main thread.
    """

    def __init__(self) -> None:
        self.stop_asked = False
        self._kept: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)
        self._kept_wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for each in ENDING:
            self._kept[each] = signal.signal(each, self._stop)
        self._kept[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, _nothing)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each, handler in self._kept.items():
            signal.signal(each, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self._kept_wakeup)
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, seconds: float) -> None:
        """Returns after the time, or at a signal that came since the last wait."""
        readable, _, _ = select.select([self._reader], [], [], seconds)
        if readable:
            os.read(self._reader, 4_096)

    def refuse_to_wait_on(self) -> None:
        """`StopAsked` where somebody asked; for waits that are not ours."""
        if self.stop_asked:
            raise StopAsked

    def _stop(self, _signum: int, _frame: FrameType | None) -> None:
        self.stop_asked = True


def _nothing(_signum: int, _frame: FrameType | None) -> None:
    """A handler has to be there for a signal to end a wait."""
