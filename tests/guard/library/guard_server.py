"""A small HTTP server that hands published snapshots over, and may be killed, slow and back."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tutela.access.keys import SigningKey
from tutela.detection.terms.term import TermKind
from tutela.domain import canonical
from tutela.guard import sealing
from tutela.guard.asking import Surface, Verdict
from tutela.guard.library import Surroundings
from tutela.guard.snapshot import Snapshot, Switches, Text
from tutela.ledger.proofs import key_fields

TOKEN = "tutela_" + "k" * 43
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OUR_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"a" * 32))
NEXT_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"n" * 32))
FOREIGN_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"f" * 32))


class Behaviour(StrEnum):
    """How the server takes a call."""

    #: As it should.
    USUAL = "usual"
    #: It takes the call and says nothing.
    SILENT = "silent"
    #: It says one byte at a time, for ever.
    DRIPPING = "dripping"
    #: The answer ends half-way.
    CUT = "cut"
    #: The document ends half-way, and the answer does not.
    HALF = "half"
    #: 500.
    BROKEN = "broken"
    #: 401.
    REFUSING = "refusing"
    #: 200 with a page of somebody else's.
    ANOTHER = "another"


@dataclass
class World:
    """A clock that may jump, and a steady one that does not."""

    now: datetime = NOW
    steady_seconds: float = 1_000.0

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(clock=lambda: self.now, monotonic=lambda: self.steady_seconds)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.steady_seconds += seconds


@dataclass
class GuardServer:
    """What it serves, how, and what it was told; `port` stays over a stop and a start."""

    port: int = 0
    behaviour: Behaviour = Behaviour.USUAL
    snapshot: Snapshot = field(default_factory=lambda: snapshot())  # noqa: PLW0108 - it stands below
    signer: SigningKey = OUR_KEY
    token: str = TOKEN
    age_seconds: float = 0.0
    #: Whether it gives what it has to who has it already.
    insists: bool = False
    keys: list[dict[str, str]] = field(default_factory=lambda: [first_key()])
    asked: list[str] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)
    _serving: ThreadingHTTPServer | None = None
    _kept: bytes | None = None
    #: Set when whoever hangs is let go.
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def publish(self, *words: str, version: int, **changed: Any) -> None:  # noqa: ANN401 - fields of a snapshot
        """From here on this is the newest."""
        self.snapshot = snapshot(*words, version=version, **changed)

    def keep(self) -> None:
        """Makes the document once, for a large one."""
        self._kept = self.document()

    def document(self) -> bytes:
        if self._kept is not None:
            return self._kept
        fill = bytes([self.snapshot.version % 256])
        made = sealing.publish(self.snapshot, signer=self.signer, chance=lambda count: fill * count)
        return sealing.hand_over(made, token=self.token)

    def start(self) -> None:
        """It answers, on the port of before where there was one."""
        self.released.clear()
        server = self

        class Handler(_Handler):
            guard = server

        self._serving = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._serving.daemon_threads = True
        self.port = self._serving.server_address[1]
        threading.Thread(target=self._serving.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        """Nobody listens any more."""
        self.released.set()
        if self._serving is not None:
            self._serving.shutdown()
            self._serving.server_close()
            self._serving = None


class _Handler(BaseHTTPRequestHandler):
    guard: GuardServer

    def do_GET(self) -> None:
        server = self.guard
        server.asked.append(self.path)
        if self.path == "/v1/ledger/keys":
            self._give(200, body=json.dumps({"keys": server.keys}).encode())
        elif f"have={server.snapshot.version}&" in self.path and not server.insists:
            self._give(204, body=b"")
        else:
            self._give(200, body=server.document())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.guard.behaviour is Behaviour.USUAL:
            self.guard.reports.append(json.loads(body))
        self._give(202, body=b"{}")

    def _give(self, status: int, *, body: bytes) -> None:
        behaviour = self.guard.behaviour
        if behaviour is Behaviour.SILENT:
            self.guard.released.wait(30)
            return
        if behaviour in _STATUSES:
            status, body = _STATUSES[behaviour]
        sent = body[: len(body) // 2] if behaviour in {Behaviour.CUT, Behaviour.HALF} else body
        told = body if behaviour is Behaviour.CUT else sent
        self.send_response(status)
        self.send_header("tutela-snapshot-age", str(self.guard.age_seconds))
        if status != 204:
            self.send_header("content-length", str(len(told)))
        self.end_headers()
        if behaviour is Behaviour.DRIPPING:
            self._drip()
        else:
            self.wfile.write(sent)

    def _drip(self) -> None:
        while not self.guard.released.wait(0.01):
            self.wfile.write(b" ")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server names it
        pass


_STATUSES = {
    Behaviour.BROKEN: (500, b"{}"),
    Behaviour.REFUSING: (401, b'{"code":"unauthorized"}'),
    Behaviour.ANOTHER: (200, b"<html>hello</html>"),
}


@contextmanager
def guard_serving() -> Iterator[GuardServer]:
    """A server that answers until the block ends."""
    server = GuardServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def snapshot(
    *words: str, version: int = 1, service: str = "main", published_at: datetime = NOW
) -> Snapshot:
    """A version that blocks these words."""
    return Snapshot(
        tenant="main",
        service=service,
        version=version,
        published_at=published_at,
        texts=tuple(Text(word, TermKind.WORD, Verdict.BLOCK) for word in words or ("zorbaquil",)),
        switches=Switches(fail_closed=(Surface.TYPEAHEAD,), age_seconds_max=300.0),
    )


def first_key(*, ends: datetime | None = None) -> dict[str, str]:
    """The ledger's first key, as `/v1/ledger/keys` tells it."""
    founded = NOW - timedelta(days=30)
    row = (OUR_KEY.key_id, OUR_KEY.public_key, founded, ends, None, None, b"")
    return key_fields(row)


def introduced_key(*, begins: datetime, old_ends: datetime) -> dict[str, str]:
    """The second key, introduced by the first."""
    introduced_at = begins - timedelta(seconds=60)
    row = (NEXT_KEY.key_id, NEXT_KEY.public_key, begins, None, OUR_KEY.key_id, introduced_at)
    told = key_fields((*row, b""))
    statement = {
        "v": 1,
        "purpose": "key.introduced",
        "key_id": NEXT_KEY.key_id,
        "public_key": told["public_key"],
        "valid_from": told["valid_from"],
        "introduced_by": OUR_KEY.key_id,
        "introduced_at": told["introduced_at"],
        "old_valid_to": canonical.timestamp(old_ends),
    }
    return key_fields((*row, OUR_KEY.sign(canonical.encode(statement))))
