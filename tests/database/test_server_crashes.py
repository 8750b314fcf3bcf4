"""kill -9 of every process, and what stands afterwards."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import StartServer
from tests.database.until import until
from tutela.database.embedded import EmbeddedServer
from tutela.database.errors import ServerDidNotStart
from tutela.database.postmaster import is_serving, written_process_id

SUPERVISOR = """
import sys
from pathlib import Path
from tutela.database.cluster import Tuning
from tutela.database.embedded import EmbeddedServer
from tutela.database.errors import ServerDidNotStart
server = EmbeddedServer(Path(sys.argv[1]), tuning=Tuning(shared_buffers_mb=16))
getattr(server, sys.argv[2])()
print("serving", flush=True)
sys.stdin.read()
server.stop()
"""

#: Keeps its process at work for hours, with no wait in which it would look around.
ENDLESS = b"SELECT max(n) FROM (SELECT generate_series(1, 1000000000000000) n)"


@contextmanager
def supervisor(folder: Path, *, way: str = "start") -> Iterator[subprocess.Popen[str]]:
    """Another process that serves the folder until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(folder), way],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(BrokenPipeError):
                process.communicate()


def says_serving(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "serving\n"


def command_of(process_id: int) -> str:
    """How a process calls itself; empty once it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process_id}/cmdline").read_text()
    return ""


def is_at_work(process_id: int) -> bool:
    return "SELECT" in command_of(process_id)


def process_of(server_id: int, *, name: str) -> int:
    children = Path(f"/proc/{server_id}/task/{server_id}/children").read_text().split()
    return next(int(each) for each in children if name in command_of(int(each)))


def insert_and_acknowledge(url: str, *, count: int) -> list[int]:
    acknowledged = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        for number in range(count):
            connection.execute("INSERT INTO kept VALUES (%s)", (number,))
            acknowledged.append(number)
    return acknowledged


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT number FROM kept ORDER BY number").fetchall()
        return [row[0] for row in rows]


def kill(server: EmbeddedServer) -> None:
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.poll() is not None, what="the killed server to be gone")


def test_acknowledged_rows_are_there_after_a_kill_of_the_server(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    acknowledged = insert_and_acknowledge(server.url, count=200)
    kill(server)
    server.start()
    assert kept(server.url) == acknowledged


def test_a_server_is_started_again_after_each_of_many_kills(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    process_ids = set()
    for _ in range(5):
        server.start()
        process_ids.add(server.pid)
        kill(server)
    assert len(process_ids) == 5


def test_a_kill_of_a_backend_leaves_the_server_and_its_rows(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    acknowledged = insert_and_acknowledge(server.url, count=50)
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(server.url) as connection,
    ):
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        connection.execute("SELECT 1")

    def answers() -> bool:
        with suppress(psycopg.OperationalError):
            return kept(server.url) == acknowledged
        return False

    until(answers, what="the server to serve again by itself")
    assert server.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="survivors are found in /proc")
def test_a_survivor_that_is_at_work_does_not_keep_the_next_server_waiting(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    with closing(psycopg.connect(server.url)) as connection:
        survivor = connection.info.backend_pid
        connection.pgconn.send_query(ENDLESS)
        until(lambda: is_at_work(survivor), what="the statement to be at work")
        kill(server)
        assert is_at_work(survivor)
        server.start()
        assert not is_at_work(survivor)
        assert server.poll() is None


def test_a_survivor_of_a_killed_server_is_waited_for(
    open_folder: Path, make_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    server = make_server(open_folder / "data")
    server.start()
    with psycopg.connect(server.url) as connection:
        survivor = connection.info.backend_pid
        os.kill(survivor, signal.SIGSTOP)
        kill(server)

        def tell(line: str) -> None:
            told.append(line)
            if "the processes of a killed server to end" in line:
                os.kill(survivor, signal.SIGCONT)

        monkeypatch.setattr("tutela.database.readiness.TELL_SECONDS", 0.2)
        again = EmbeddedServer(open_folder / "data", report=tell)
        server.stop()
        with again:
            assert again.poll() is None
    assert [line for line in told if "the processes of a killed server to end" in line]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_ends_with_its_killed_supervisor_and_the_next_one_serves(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / "data"
    server = make_server(folder)
    with supervisor(folder) as other:
        assert says_serving(other)
        placement = server.placement
        process_id = written_process_id(placement)
        assert process_id is not None
        acknowledged = insert_and_acknowledge(server.url, count=50)
        other.kill()
        other.wait()
        server.start()
        assert not is_serving(process_id, cluster=placement.cluster)
        assert not server.is_attached
        assert kept(server.url) == acknowledged


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_server_that_never_ends_after_its_supervisor_is_ended_by_the_next_one(
    open_folder: Path, make_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutela.database.postmaster.ORDERLY_SECONDS", 0.2)
    folder = open_folder / "data"
    server = make_server(folder)
    with supervisor(folder) as other:
        assert says_serving(other)
        left = written_process_id(server.placement)
        assert left is not None
        acknowledged = insert_and_acknowledge(server.url, count=50)
        os.kill(process_of(left, name="checkpointer"), signal.SIGSTOP)
        other.kill()
        other.wait()
        server.start()
    assert not is_serving(left, cluster=server.placement.cluster)
    assert not server.is_attached
    assert kept(server.url) == acknowledged


def test_a_kill_in_the_middle_of_making_the_cluster_leaves_nothing_half_made(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / "data"
    with supervisor(folder) as other:
        until(lambda: list(folder.glob("postgresql.new-*/base")), what="initdb to be at work")
        other.kill()
        other.wait()
    assert not (folder / "postgresql").exists()
    server = make_server(folder)
    server.start()
    assert server.poll() is None
    assert list(folder.glob("postgresql.new-*")) == []


def test_a_process_id_that_was_used_again_is_not_taken_for_the_server(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    placement = server.placement
    with subprocess.Popen(
        ["sleep", "600"],
        user=placement.account.user_id if os.geteuid() == 0 else None,
    ) as stranger:
        lines = (placement.cluster / "postmaster.pid").read_text().splitlines(keepends=True)
        lines[0] = f"{stranger.pid}\n"
        kill(server)
        (placement.cluster / "postmaster.pid").write_text("".join(lines))
        lock = placement.socket_folder / ".s.PGSQL.5432.lock"
        lock.write_text("".join(lines[:5]))
        server.start()
        assert server.poll() is None
        assert stranger.poll() is None
        stranger.kill()


def test_a_server_that_cannot_start_says_why_in_its_own_words(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    server.stop()
    (server.placement.settings_folder / "operator.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServerDidNotStart, match="no_such_setting"):
        server.start()
    (server.placement.settings_folder / "operator.conf").write_text("")
    server.start()
    assert server.poll() is None
