import socket
from collections.abc import Iterator

import pytest

from tests.fixtures.service import until
from tutela.cli import probe
from tutela.cli.probe import ReadyProbe


@pytest.fixture
def door() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def asking(door: socket.socket) -> Iterator[ReadyProbe]:
    asking = ReadyProbe("127.0.0.1", port=door.getsockname()[1])
    yield asking
    asking.close()


def answer(door: socket.socket, *, said: bytes) -> bytes:
    caller, _ = door.accept()
    with caller:
        asked = caller.recv(1_000)
        caller.sendall(said)
    return asked


def test_it_is_ready_where_the_answer_is_yes(door: socket.socket, asking: ReadyProbe) -> None:
    assert not asking.look()
    assert answer(door, said=b"HTTP/1.1 200 OK\r\n\r\n").startswith(b"GET /readyz HTTP/1.1\r\n")
    until(asking.look, what="the answer")


@pytest.mark.parametrize("said", [b"HTTP/1.1 503 Service Unavailable\r\n\r\n", b"", b"HTTP"])
def test_another_answer_is_a_no_and_asked_again(
    door: socket.socket, asking: ReadyProbe, said: bytes
) -> None:
    assert not asking.look()
    answer(door, said=said)
    door.settimeout(0.01)
    while True:
        assert not asking.look()
        try:
            answer(door, said=b"HTTP/1.1 200 OK\r\n\r\n")
        except TimeoutError:
            continue
        break
    until(asking.look, what="the second answer")


def test_nobody_there_is_a_no(door: socket.socket, asking: ReadyProbe) -> None:
    door.close()
    assert not asking.look()
    assert not asking.look()


def test_an_answer_that_does_not_come_is_asked_for_again(
    door: socket.socket, asking: ReadyProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not asking.look()
    silent, _ = door.accept()
    with silent:
        monkeypatch.setattr(probe, "ANSWER_SECONDS", 0.0)
        assert not asking.look()
        monkeypatch.undo()
        assert not asking.look()
        answer(door, said=b"HTTP/1.1 200 OK\r\n\r\n")
        until(asking.look, what="the second answer")
