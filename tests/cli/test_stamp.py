"""`tutela ledger stamp`: a stamp of the newest head, or why there is none."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.conftest import Command
from tests.fixtures.authority import REJECTION, Authority
from tests.fixtures.house import Rooms
from tutela_verify import Effort, Held, verify

AUTHORITY = Authority()


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["content-length"]))
        granted = self.path == "/stamps"
        answer = AUTHORITY.answer(query, at=datetime.now(UTC)) if granted else REJECTION
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


@pytest.fixture
def authority() -> Iterator[str]:
    """The URL of an authority that serves."""
    server = HTTPServer(("127.0.0.1", 0), _Answering)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.fixture
async def filled(rooms: Rooms) -> None:
    await rooms.take(await rooms.caller())
    await rooms.sequencer.sequence_all()


@pytest.mark.usefixtures("filled")
def test_the_newest_head_is_stamped_and_exported(
    command: Command,
    authority: str,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = ("--database", database_url, "--keys", tmp_path / "keys")
    unset = command("ledger", "stamp", *where)
    assert (unset.status, "TUTELA_TIMESTAMP_URL" in unset.err) == (2, True)
    monkeypatch.setenv("TUTELA_TIMESTAMP_URL", f"{authority}/refused")
    refused = command("ledger", "stamp", *where)
    assert (refused.status, "did not grant a stamp: rejection" in refused.err) == (1, True)
    monkeypatch.setenv("TUTELA_TIMESTAMP_URL", f"{authority}/stamps")
    done = command("ledger", "stamp", *where)
    assert (done.status, "the head of size 1, at 20" in done.out) == (0, True), done.err
    again = json.loads(command("ledger", "stamp", "--json", *where).out)
    assert (again["size"], len(AUTHORITY.asked)) == (1, 1)
    log = tmp_path / "log"
    assert ", 1 stamps of log" in command("ledger", "export", log, *where).out
    verdict = verify(log, held=Held(tsa_roots=AUTHORITY.pem), effort=Effort())
    assert (verdict.ok, verdict.stamps_checked, verdict.stamped_size) == (True, True, 1)
