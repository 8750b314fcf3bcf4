"""One owner for a folder; everybody else attaches or waits."""

import os
import re
import threading
from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import StartServer
from tests.database.test_server_crashes import says_serving, supervisor
from tests.database.until import until
from tutela.database.errors import DataFolderOwned
from tutela.database.owner import OwnerLock, Purpose


def test_a_second_owner_is_refused_with_the_process_and_the_way_out(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / "data"
    make_server(folder).start()
    with pytest.raises(DataFolderOwned) as refused:
        make_server(folder).start()
    assert re.search(rf"owned by process {os.getpid()}\b.*kill -TERM.*--data", refused.value.detail)
    assert refused.value.evidence["pid"] == str(os.getpid())


def test_an_owner_in_another_process_is_named(open_folder: Path, make_server: StartServer) -> None:
    folder = open_folder / "data"
    with supervisor(folder) as other:
        assert says_serving(other)
        with pytest.raises(DataFolderOwned, match=f"process {other.pid}"):
            make_server(folder).start()


def test_a_command_joins_the_server_of_another_process_and_leaves_it(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / "data"
    with supervisor(folder) as other:
        assert says_serving(other)
        command = make_server(folder)
        command.join()
        assert command.is_attached
        assert command.poll() is None
        with psycopg.connect(command.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        command.stop()
        with psycopg.connect(command.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_command_serves_itself_where_nobody_else_does(
    open_folder: Path, make_server: StartServer
) -> None:
    command = make_server(open_folder / "data")
    command.join()
    assert not command.is_attached
    assert command.poll() is None


def test_the_service_waits_for_a_command_to_end(
    open_folder: Path,
    make_server: StartServer,
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = open_folder / "data"
    monkeypatch.setattr("tutela.database.readiness.TELL_SECONDS", 0.1)
    with supervisor(folder, way="join") as command:
        assert says_serving(command)

        def end_the_command() -> None:
            until(lambda: told, what="the service to say that it waits")
            command.communicate()

        thread = threading.Thread(target=end_the_command)
        thread.start()
        service = make_server(folder)
        service.start()
        thread.join()
        assert f"command {command.pid} to end" in told[0]
        assert not service.is_attached


def test_a_server_that_answers_is_attached_to_and_not_stopped(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / "data"
    first = make_server(folder)
    first.start()
    first._lock.release()  # noqa: SLF001 - as after a crash of the owner where children survive
    second = make_server(folder)
    second.start()
    assert second.is_attached
    assert second.pid == first.pid
    assert second.poll() is None
    second.stop()
    assert first.poll() is None
    first.stop()


def test_an_attached_server_that_ends_is_seen_and_replaced(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / "data"
    first = make_server(folder)
    first.start()
    first._lock.release()  # noqa: SLF001 - as after a crash of the owner where children survive
    second = make_server(folder)
    second.start()
    first.stop()
    assert second.poll() == -1
    second.start()
    assert not second.is_attached
    assert second.poll() is None


def test_a_server_is_not_started_in_a_side_thread(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    errors: list[str] = []

    def start() -> None:
        try:
            server.start()
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(errors) == 1
    assert server.poll() is not None


def test_a_released_lock_can_be_taken_by_another(tmp_path: Path) -> None:
    first, second = OwnerLock(tmp_path), OwnerLock(tmp_path)
    assert first.try_take(Purpose.SERVE)
    assert first.try_take(Purpose.SERVE)
    assert not second.try_take(Purpose.SERVE)
    assert second.owner() == (os.getpid(), Purpose.SERVE)
    first.release()
    assert second.owner().process_id == 0
    assert second.try_take(Purpose.COMMAND)
    second.release()
    second.release()
