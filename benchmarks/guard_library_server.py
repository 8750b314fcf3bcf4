"""A server of the guard in a process of its own, which can be killed, silent, and back."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from tests.guard.library.guard_server import Behaviour, GuardServer
from tests.house.network_fence import install

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(slots=True)
class ServerProcess:
    """Its port stays over a kill; each start serves the words it is given."""

    port: int = 0
    _process: BaseProcess | None = None
    _line: Connection | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, words: Sequence[str], *, version: int) -> None:
        """It answers when this returns."""
        ours, theirs = _SPAWN.Pipe()
        given = {"port": self.port, "words": tuple(words), "version": version}
        self._process = _SPAWN.Process(target=_serve, args=(theirs,), kwargs=given, daemon=True)
        self._process.start()
        self._line, self.port = ours, ours.recv()

    def fall_silent(self) -> None:
        """From here on it takes calls and says nothing."""
        if self._line is not None:
            self._line.send(Behaviour.SILENT)
            self._line.recv()

    def kill(self) -> None:
        """As `kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def _serve(line: Connection, *, port: int, words: Sequence[str], version: int) -> None:
    install()
    server = GuardServer(port=port)
    server.publish(*words, version=version)
    server.keep()
    server.start()
    line.send(server.port)
    while True:
        server.behaviour = line.recv()
        line.send(None)
