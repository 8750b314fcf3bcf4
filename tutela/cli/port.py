"""The port that is served, held for as long as the service runs."""

import socket

from tutela.errors import TutelaError

#: Where a service that listens on every address can be asked.
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - names the address, binds nothing


class PortTaken(TutelaError):
    """The address can't be served by this process."""

    code = "port_taken"
    title = "The address can't be served"


class HeldPort:
    """An address that no other service can take; our own web processes share it."""

    def __init__(self, host: str, *, port: int) -> None:
        self.host = host
        family, kind, protocol, _, address = _resolved(host, port=port)
        try:
            if port:
                _refuse_if_served(family, address=address)
            self._held = socket.socket(family, kind, protocol)
            self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._held.bind(address)
        except OSError as error:
            raise PortTaken(
                f"{host}:{port} can't be served: {error.strerror}. Stop what serves it, or give "
                "--port another number.",
                evidence={"port": str(port)},
            ) from error
        self.address: str = self._held.getsockname()[0]
        self.port: int = self._held.getsockname()[1]

    @property
    def url(self) -> str:
        """Where the service is found, as it was asked for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def own_address(self) -> str:
        """Where this machine reaches the service."""
        return _ANY.get(self.address, self.address)

    def release(self) -> None:
        """Lets others have the address."""
        self._held.close()


def _resolved(host: str, *, port: int) -> tuple[int, int, int, str, tuple[object, ...]]:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise PortTaken(f"--host {host}: {error.strerror}.", evidence={"host": host}) from error


def _refuse_if_served(family: int, *, address: tuple[object, ...]) -> None:
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
