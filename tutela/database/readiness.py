"""Whether the server answers, and in words what it is waiting for."""

import sys
import time
from urllib.parse import quote

import psycopg
from psycopg import sql

from tutela.database.cluster import DATABASE, ROLE
from tutela.database.errors import ServerDidNotStart, ServerRefused
from tutela.database.placement import PORT, Placement, Report
from tutela.database.postmaster import read_own_file, written_process_id

#: The pause between two looks at a server that does not answer grows from the first to the last.
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 0.01, 0.25
#: Between two lines that say what is waited for.
TELL_SECONDS = 3.0
CONNECT_SECONDS = 5

#: What a server says when it cannot start yet, and what it then waits for.
TRANSIENT = {
    "pre-existing shared memory block": "the processes of a killed server to end",
    'lock file "': "a lock file of another server to go",
    "could not create any Unix-domain sockets": "the socket of another server to go",
}

#: What a server says to a user that it will never let in.
FINAL = ("Peer authentication failed", "requirepeer specifies", "Permission denied")


class Waiting:
    """Waits without a limit, and says every few seconds what for."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._since = self._told = time.monotonic()
        self._pause_seconds = FIRST_LOOK_SECONDS

    def look(self, what_for: str) -> None:
        """Pauses until the next look."""
        now = time.monotonic()
        if now - self._told >= TELL_SECONDS:
            self._report(f"waiting for {what_for} ({now - self._since:.0f} s)")
            self._told = now
        time.sleep(self._pause_seconds)
        self._pause_seconds = min(self._pause_seconds * 1.2, LAST_LOOK_SECONDS)


def tell_on_stderr(line: str) -> None:
    """One line of progress on standard error."""
    print(f"tutela: {line}", file=sys.stderr, flush=True)  # noqa: T201


def connection_url(placement: Placement, *, role: str, database: str) -> str:
    """A libpq URL over the socket, that also refuses a server of another operating-system user."""
    parameters = {
        "host": str(placement.socket_folder),
        "port": str(PORT),
        "requirepeer": placement.account.name,
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    return f"postgresql://{role}@/{database}?{query}"


def set_up(superuser_url: str) -> str:
    """Empty when the server answers, with role and database there; else its reason.

    Errors: `ServerRefused` where it answers and will never let this user in.
    """
    try:
        with psycopg.connect(
            superuser_url, autocommit=True, connect_timeout=CONNECT_SECONDS
        ) as connection:
            _make_role_and_database(connection)
    except psycopg.OperationalError as error:
        words = str(error).strip()
        if any(final in words for final in FINAL):
            raise ServerRefused(
                f"The server in {superuser_url} answers, and refuses this user: {words}"
            ) from error
        return words or "no answer"
    return ""


def is_shutting_down(refusal: str) -> bool:
    """Whether a server gave this reason because it is about to end."""
    return "shutting down" in refusal


def what_a_failed_start_waits_for(placement: Placement) -> str:
    """What must go away before the next try; `ServerDidNotStart` where waiting does not help."""
    words = _first_words(placement)
    for said, what_for in TRANSIENT.items():
        if said in words:
            return what_for
    lines = words.splitlines() if "FATAL" in words else _logged_lines(placement)
    raise ServerDidNotStart(
        "PostgreSQL did not start: " + "\n".join(lines[-8:]),
        evidence={"log": str(placement.log_folder)},
    )


def what_the_answer_waits_for(refusal: str, *, placement: Placement, before: str) -> str:
    """The reason of a server that does not answer yet; `before` where it says nothing new."""
    if any(words in refusal for words in ("starting up", "not yet accepting", "recovery")):
        progress = [line for line in _logged_lines(placement) if "redo" in line]
        return f"recovery after a crash {progress[-1] if progress else ''}".rstrip()
    process_id = written_process_id(placement)
    if is_shutting_down(refusal):
        return f"the previous server to shut down (process {process_id})"
    said_last = refusal.splitlines()[-1].strip() if refusal else "nothing"
    return before or f"server process {process_id} to answer; it says: {said_last}"


def _make_role_and_database(connection: psycopg.Connection) -> None:
    role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
    if not _has(connection, query="SELECT 1 FROM pg_roles WHERE rolname = %s", name=ROLE):
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    if not _has(connection, query="SELECT 1 FROM pg_database WHERE datname = %s", name=DATABASE):
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _has(connection: psycopg.Connection, *, query: str, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


def _first_words(placement: Placement) -> str:
    return read_own_file(placement.settings_folder / "startup.log")


def _logged_lines(placement: Placement) -> list[str]:
    logs = sorted(placement.log_folder.glob("postgresql-*.log"))
    return read_own_file(logs[-1]).splitlines()[-20:] if logs else []
