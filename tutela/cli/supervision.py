"""The supervisor: keeps database and processes alive until it is asked to stop; one thread."""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from tutela.cli.children import LAST_PAUSE_SECONDS, Child
from tutela.cli.probe import ReadyProbe
from tutela.cli.process import Kind
from tutela.cli.signals import Signals, StopAsked
from tutela.database.embedded import DatabaseServer
from tutela.errors import TutelaError

#: Between two looks where nothing happens.
LOOK_SECONDS = 0.5
LOOK_UNTIL_READY_SECONDS = 0.05
#: What a process may take to end beyond the time for calls in flight.
STOP_MARGIN_SECONDS = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is kept alive, in the order of starting, and how it ends."""

    children: Sequence[Child]
    stop_seconds: float
    #: Where the process ids are written down for whoever looks after the machine.
    process_file: Path | None
    #: Who asks whether calls are answered; None where this role answers none.
    probe: ReadyProbe | None


class Supervisor:
    """Starts what the plan names, and starts it again for as long as nobody says stop."""

    def __init__(
        self,
        plan: Plan,
        *,
        server: DatabaseServer,
        signals: Signals,
        tell_ready: Callable[[], None],
    ) -> None:
        self._plan = plan
        self._server = server
        self._signals = signals
        self._tell_ready = tell_ready
        self._is_ready = False
        self._written: str | None = None

    def run(self) -> None:
        """Returns after SIGTERM or SIGINT, once every child has ended; the database still runs."""
        try:
            while not self._signals.stop_asked:
                self._tend_database()
                self.tend_children()
                self._look_whether_ready()
                self._signals.wait(self._pause_seconds())
        except StopAsked:
            pass
        finally:
            self._end_children()

    def tend_children(self) -> None:
        """Starts what is not running, as far as its pause is over."""
        for child in self._plan.children:
            child.tend()
        self._write_process_ids()

    def while_waiting_for_the_database(self, line: str) -> None:
        """What is done while a start or a recovery takes its time; `StopAsked` where asked."""
        _log.info("database_awaited", line=line)
        self._signals.refuse_to_wait_on()
        self.tend_children()

    def _tend_database(self) -> None:
        while (status := self._server.poll()) is not None:
            _log.error("database_ended", status=status)
            try:
                self._server.start()
            except TutelaError as error:
                _log.error("database_not_started", code=error.code, detail=error.detail)
                self.tend_children()
                self._signals.wait(LAST_PAUSE_SECONDS)
                self._signals.refuse_to_wait_on()
            else:
                _log.info("database_started", pid=self._server.pid)

    def _look_whether_ready(self) -> None:
        if self._is_ready:
            return
        if self._plan.probe is None or self._plan.probe.look():
            self._is_ready = True
            self._tell_ready()

    def _pause_seconds(self) -> float:
        waits = [
            wait for child in self._plan.children if (wait := child.start_in_seconds) is not None
        ]
        return min([LOOK_SECONDS if self._is_ready else LOOK_UNTIL_READY_SECONDS, *waits])

    def _write_process_ids(self) -> None:
        if self._plan.process_file is None:
            return
        rows = [{"name": "supervisor", "kind": "supervisor", "pid": os.getpid()}]
        if self._server.pid is not None:
            rows.append({"name": "postgres", "kind": "postgres", "pid": self._server.pid})
        rows += [
            {"name": child.name, "kind": str(child.kind), "pid": child.pid}
            for child in self._plan.children
            if child.pid is not None
        ]
        text = json.dumps({"processes": rows}, indent=1) + "\n"
        if text != self._written:
            write_whole(self._plan.process_file, text=text)
            self._written = text

    def _end_children(self) -> None:
        if self._plan.probe is not None:
            self._plan.probe.close()
        serving = [child for child in self._plan.children if child.kind is Kind.WEB]
        rest = [child for child in self._plan.children if child.kind is not Kind.WEB]
        for group in (serving, rest):
            for child in group:
                child.ask_to_end()
            deadline = time.monotonic() + self._plan.stop_seconds + STOP_MARGIN_SECONDS
            for child in group:
                child.end_by(deadline)
        if self._plan.process_file is not None:
            self._plan.process_file.unlink(missing_ok=True)


def write_whole(path: Path, *, text: str) -> None:
    """The text under its name, or what was there before: never half of it, whoever writes too."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
