import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.sending import a_notice, has_its_place, send
from tests.fixtures.service import STOP_SECONDS, RunningTutela, running, until


def is_running(process_id: int) -> bool:
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_says_ready_once_and_takes_notices(running_tutela: RunningTutela) -> None:
    assert len(running_tutela.ready_lines()) == 1
    assert running_tutela.base_url.startswith("http://127.0.0.1:")
    with running_tutela.client(running_tutela.token()) as client:
        acknowledged = send(client, notice=a_notice())
        assert acknowledged is not None
        until(
            lambda: has_its_place(client, acknowledged=acknowledged),
            what="the notice's place in the ledger",
        )


def test_a_second_one_on_the_same_folder_is_refused(running_tutela: RunningTutela) -> None:
    done = running_tutela.command("up", "--port", "0")
    assert done.returncode == 2
    assert done.stdout == ""
    owner = running_tutela.process_ids()["supervisor"]
    assert f"owned by process {owner}" in done.stderr
    assert "--data" in done.stderr


def test_a_port_that_is_served_is_refused(tutela_folder: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        done = RunningTutela(tutela_folder).command("up", "--port", str(port))
    assert done.returncode == 2
    assert f"127.0.0.1:{port} can't be served" in done.stderr
    assert "--port" in done.stderr


def test_its_own_port_can_not_be_taken_by_a_second_one(
    running_tutela: RunningTutela, tutela_folder: Path
) -> None:
    port = running_tutela.base_url.rpartition(":")[2]
    done = RunningTutela(tutela_folder).command("up", "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port} can't be served" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_leaves_nothing_running(
    own_tutela: RunningTutela, number: signal.Signals
) -> None:
    assert own_tutela.process is not None
    process_ids = own_tutela.process_ids()
    assert {
        "supervisor",
        "postgres",
        "web-0",
        "worker",
        "courier",
        "sequencer",
    } == process_ids.keys()
    own_tutela.process.send_signal(number)
    assert own_tutela.process.wait(STOP_SECONDS) == 0
    assert [name for name, each in process_ids.items() if is_running(each)] == []
    assert not (own_tutela.data_folder / "processes.json").exists()
    assert "child_killed" not in own_tutela.log()
    assert len(own_tutela.ready_lines()) == 1


def test_a_call_in_flight_is_answered_before_it_ends(own_tutela: RunningTutela) -> None:
    token = own_tutela.token()
    port = int(own_tutela.base_url.rpartition(":")[2])
    body = b'{"category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "subjects": '
    rest = b'[{"kind": "content", "id": "subject-1"}]}'
    with closing(socket.create_connection(("127.0.0.1", port))) as caller:
        caller.sendall(
            b"POST /v1/notices HTTP/1.1\r\nHost: tutela\r\nContent-Type: application/json\r\n"
            + f"Content-Length: {len(body + rest)}\r\n".encode()
            + f"Authorization: Bearer {token}\r\n\r\n".encode()
            + body
        )
        assert own_tutela.process is not None
        own_tutela.process.send_signal(signal.SIGTERM)
        until(lambda: not accepts(port), what="the service to take no more calls")
        caller.sendall(rest)
        assert caller.recv(100).startswith(b"HTTP/1.1 201")
    assert own_tutela.process.wait(STOP_SECONDS) == 0


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionError:
        return False
    return True


def test_what_was_acknowledged_is_there_after_a_new_start(own_tutela: RunningTutela) -> None:
    token = own_tutela.token()
    with own_tutela.client(token) as client:
        acknowledged = send(client, notice=a_notice())
    assert own_tutela.stop() == 0
    own_tutela.start()
    assert acknowledged is not None
    with own_tutela.client(token) as client:
        until(
            lambda: has_its_place(client, acknowledged=acknowledged),
            what="the notice's place in the ledger",
        )


def test_all_of_it_ends_where_the_supervisor_is_killed_and_a_new_one_takes_over(
    own_tutela: RunningTutela,
) -> None:
    token, notice = own_tutela.token(), a_notice()
    with own_tutela.client(token) as client:
        acknowledged = send(client, notice=notice)
    process_ids = own_tutela.process_ids()
    assert own_tutela.process is not None
    own_tutela.process.kill()
    own_tutela.process.wait()
    own_tutela.start()
    old = set(process_ids.values())
    until(lambda: not any(map(is_running, old)), what="the processes of the old one to end")
    assert old.isdisjoint(own_tutela.process_ids().values())
    with own_tutela.client(token) as client:
        assert send(client, notice=notice) == acknowledged


def test_several_web_processes_share_the_port(migrated_folder: Path) -> None:
    service = RunningTutela(migrated_folder, environment={"TUTELA_WEB_PROCESSES": "2"})
    with running(service):
        until(lambda: started(service) == 5, what="all five processes")
        stopped = service.process_ids()["web-0"]
        with service.client(service.token()) as client:
            os.kill(stopped, signal.SIGSTOP)
            client.timeout = 1.0
            until(lambda: send(client, notice=a_notice()), what="the other web process to answer")
            os.kill(stopped, signal.SIGCONT)


def started(service: RunningTutela) -> int:
    return service.log().count('"event": "process_started"')
