"""The thread of a program that looks at the server and tells it what is served here."""

import math
import threading
from collections.abc import Callable
from typing import Final

from tutela.domain.backoff import doubled_seconds
from tutela.guard.library.calling import Address, Line
from tutela.guard.library.following import Follower
from tutela.guard.library.options import Options

#: How much shorter or longer a pause may be than it is said to be, so that programs spread.
JITTER: Final = 0.2
#: How long an ending program waits for its thread.
JOIN_SECONDS: Final = 2.0
_CHANCE_BYTES: Final = 4


class Runner:
    """One thread; it ends with `stop`, and with the process."""

    def __init__(
        self,
        address: Address,
        *,
        follower: Follower,
        options: Options,
        tell: Callable[[Line], None],
        leave: Callable[[Line], None],
    ) -> None:
        self._address = address
        self._follower = follower
        self._options = options
        self._tell = tell
        self._leave = leave
        self._ended = threading.Event()
        self._looked = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="tutela-guard", daemon=True)

    def start(self) -> None:
        """Looks at once, and then again and again."""
        self._thread.start()

    def stop(self) -> None:
        """The thread ends; a call that hangs is not waited for longer than a moment."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_SECONDS)

    def wait_until(self, condition: Callable[[], bool], *, seconds: float) -> bool:
        """Whether the condition holds after a look at the server, at the latest after this time."""
        with self._looked:
            return self._looked.wait_for(condition, seconds)

    def _run(self) -> None:
        monotonic = self._options.surroundings.monotonic
        faults, told_at = 0, -math.inf
        with Line(self._address, monotonic=monotonic) as line:
            while not self._ended.is_set():
                faults = 0 if self._follower.look(line) else faults + 1
                with self._looked:
                    self._looked.notify_all()
                if faults == 0 and monotonic() - told_at >= self._options.report_seconds:
                    self._tell(line)
                    told_at = monotonic()
                self._ended.wait(self._pause_seconds(faults))
            if faults == 0:
                self._leave(line)

    def _pause_seconds(self, faults: int) -> float:
        options = self._options
        most = max(options.poll_seconds, options.backoff_seconds_max)
        pause = doubled_seconds(options.poll_seconds, times=max(0, faults - 1), most_seconds=most)
        drawn = int.from_bytes(options.surroundings.chance(_CHANCE_BYTES), "big")
        share = drawn / 256**_CHANCE_BYTES
        return pause * (1 + JITTER * (2 * share - 1))
