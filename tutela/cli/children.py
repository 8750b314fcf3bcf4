"""One child process that is kept alive."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import structlog

from tutela.cli.process import Kind
from tutela.database.dying import with_parent
from tutela.domain.backoff import doubled_seconds

#: A child that lived for longer is started again at once.
HEALTHY_SECONDS = 10.0
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.1, 5.0

_log = structlog.get_logger(__name__)


class Child:
    """A process of ours: started, seen to, started again; it never outlives this one (Linux)."""

    def __init__(self, kind: Kind, *, name: str, environment: Mapping[str, str]) -> None:
        self.kind = kind
        self.name = name
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._quick_deaths = 0
        self._start_at = 0.0

    @property
    def pid(self) -> int | None:
        """Its process id; None while it is not running."""
        return self._running.pid if self._running else None

    @property
    def start_in_seconds(self) -> float | None:
        """How long until it is to be started; None while it runs."""
        return None if self._running else max(0.0, self._start_at - time.monotonic())

    def tend(self) -> bool:
        """Starts the process if it is due; true where it ended or began."""
        ended = self._notice_end()
        if self._running is not None or time.monotonic() < self._start_at:
            return ended
        self._running = self._spawn()
        self._started_at = time.monotonic()
        _log.info("child_started", child=self.name, pid=self._running.pid)
        return True

    def ask_to_end(self) -> None:
        """SIGTERM; nothing where it does not run."""
        if self._running is not None:
            self._running.send_signal(signal.SIGTERM)

    def end_by(self, deadline: float) -> None:
        """Waits for its end until `deadline` (monotonic); after that it is killed."""
        if self._running is None:
            return
        try:
            self._running.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.warning("child_killed", child=self.name, pid=self._running.pid)
            self._running.kill()
            self._running.wait()
        self._running = None

    def _notice_end(self) -> bool:
        if self._running is None or self._running.poll() is None:
            return False
        now = time.monotonic()
        lived_seconds = now - self._started_at
        self._quick_deaths = 0 if lived_seconds > HEALTHY_SECONDS else self._quick_deaths + 1
        self._start_at = now + pause_seconds(self._quick_deaths)
        _log.error(
            "child_ended",
            child=self.name,
            pid=self._running.pid,
            status=self._running.returncode,
            lived_seconds=round(lived_seconds, 1),
        )
        self._running = None
        return True

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tutela.cli.process", self.kind, self.name],
            env={**os.environ, **self._environment},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
            preexec_fn=with_parent("SIGKILL"),  # noqa: PLW1509 - the supervisor has one thread
        )


def pause_seconds(quick_deaths: int) -> float:
    """How long a child that died so often, each time soon after its start, is left alone."""
    if quick_deaths <= 1:
        return 0.0
    return doubled_seconds(
        FIRST_PAUSE_SECONDS, times=quick_deaths - 2, most_seconds=LAST_PAUSE_SECONDS
    )
