"""Whether the service answers, asked without ever waiting for the answer."""

import socket
import time

#: An answer that has not come by then is asked for again.
ANSWER_SECONDS = 10.0
CONNECT_SECONDS = 0.5
_READY = (b"HTTP/1.1 200 ", b"HTTP/1.0 200 ")


class ReadyProbe:
    """Asks `/readyz`, which says that a notice can be committed."""

    def __init__(self, host: str, *, port: int) -> None:
        self._address = (host, port)
        self._asked: socket.socket | None = None
        self._asked_at = 0.0

    def look(self) -> bool:
        """True where the answer has come and is yes; else it asks, or leaves the question open."""
        try:
            if self._asked is None:
                self._ask()
            return self._has_said_yes()
        except OSError:
            self.close()
            return False

    def close(self) -> None:
        """Takes the question back."""
        if self._asked is not None:
            self._asked.close()
            self._asked = None

    def _ask(self) -> None:
        self._asked = socket.create_connection(self._address, timeout=CONNECT_SECONDS)
        self._asked.sendall(b"GET /readyz HTTP/1.1\r\nHost: tutela\r\nConnection: close\r\n\r\n")
        self._asked.setblocking(False)
        self._asked_at = time.monotonic()

    def _has_said_yes(self) -> bool:
        if self._asked is None:
            return False
        try:
            said = self._asked.recv(len(_READY[0]))
        except BlockingIOError:
            if time.monotonic() - self._asked_at > ANSWER_SECONDS:
                self.close()
            return False
        self.close()
        return said in _READY
