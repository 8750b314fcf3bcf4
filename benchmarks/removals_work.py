"""What removals are done with: a database, the command, the processes, and the peer."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import machine
from benchmarks.arena import Arena

CLIENTS, THREADS = 32, 2
#: What `tutela up` runs.
KINDS = ("web", "worker", "courier", "sequencer")
FILING_TOKEN = "1|benchmark"  # noqa: S105 - of a stand-in on this machine
TUTELA = [sys.executable, "-c", "import sys; from tutela.cli.main import main; main()"]
HEAD: dict[str, object] = {
    "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "keyword": "KEYWORD_INAUTHENTIC_ACCOUNTS",
    "ground": "terms",
    "terms_clause": "4.2",
    "terms_version": "2026-09",
    "explanation": "The account was run by a program that posts for others.",
    "measures": [{"kind": "account_terminated"}],
    "content": {"types": ["text"], "date": "2026-11-20"},
    "automated_detection": True,
    "automated_decision": "partial",
    "application_date": "2026-11-21",
    "guideline_version": "2026-10",
}
FILING = """
SELECT json_object_agg(filing_state, statements)
FROM (SELECT filing_state, count(*) AS statements FROM statement GROUP BY 1) AS counted
"""
#: Tokens of letters alone: digits in a row could be somebody's number.
LETTERS = str.maketrans("0123456789", "ghijklmnop")
LANGUAGES, COUNTRIES = ("de", "en", "fr", "es"), ("DE", "FR", "ES", "PL", "IT")


def lines(removals: int, *, prefix: str) -> Iterator[dict[str, object]]:
    """A file of so many accounts, each with facts of its own."""
    yield {"bulk": HEAD}
    for number in range(removals):
        token = f"{number * 2_654_435_761 % 2**32:08x}".translate(LETTERS)
        yield {
            "subject": {"kind": "account", "id": f"{prefix}-{number:07}-{token}"},
            "facts": f"Posted token {token} {number % 400 + 100} times within one hour, each time "
            f"beside a link to the same place, first seen beside token {number % 977:03x}.",
            "country": COUNTRIES[number % len(COUNTRIES)],
            "language": LANGUAGES[number % len(LANGUAGES)],
            "account_created_at": f"2026-{number % 9 + 1:02}-01T00:00:00Z",
        }


@dataclass
class House:
    """A database of its own, with two people who may decide about many."""

    url: str
    key_folder: Path
    tokens: tuple[str, str] = ("", "")
    command_peak_mib: float = 0.0
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def own_url(self) -> str:
        """Where its web process answers."""
        return f"http://127.0.0.1:{self.environment['TUTELA_PORT']}"

    def token(self, role: str, *, name: str) -> str:
        """A new token of that role."""
        done = subprocess.run(
            [*TUTELA, "token", "create", "--role", role, "--name", name],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.split()[-1]

    def send(self, file: Path) -> str:
        """The id, once every line is stored and the preview was seen."""
        said = self.command("bulk", str(file), "--batch", file.stem, "--json")
        assert said["lines"]["refused"] == 0
        return str(said["bulk"]["id"])

    def approve(self, bulk_id: str) -> None:
        """Agreed to by the second person."""
        self.command("bulk-approve", bulk_id, "--json", by=1)

    def start(self, bulk_id: str) -> None:
        """Running; the command only follows, and is not waited for."""
        self._begin("bulk-run", bulk_id)
        self._until(bulk_id, state="running")

    def undo(self, bulk_id: str) -> None:
        """On the way back."""
        self._begin("bulk-undo", bulk_id, "--reason", "a wrong list")
        self._until(bulk_id, state="undoing")

    def command(self, *words: str, by: int = 0) -> dict[str, Any]:
        """What a command of `tutela decisions` answers; its memory counts."""
        child = subprocess.Popen(
            [*TUTELA, "decisions", *words],
            env={**self.environment, "TUTELA_TOKEN": self.tokens[by]},
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.command_peak_mib = max(self.command_peak_mib, used.ru_maxrss / 1_024)
        assert child.returncode == 0, said
        answer: dict[str, Any] = json.loads(said)
        return answer

    def state(self, bulk_id: str) -> str:
        """Where it stands."""
        return str(self.rows("SELECT state FROM bulk WHERE id = %s", bulk_id)[0])

    def inserted(self, table: str) -> int:
        """Rows that a table was given so far, by the server's own count."""
        query = "SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = %s"
        return int(self.rows(query, table)[0])

    def bytes_each(self, tables: Sequence[str], *, removals: int) -> int:
        """How many bytes the rows of one removal have."""
        sizes = [
            self.rows(f"SELECT coalesce(sum(pg_column_size(t.*)), 0) FROM {table} t")[0]
            for table in tables
        ]
        return int(sum(sizes)) // removals

    def filing(self) -> dict[str, int]:
        """Statements by where they stand with the Transparency Database."""
        return dict(self.rows(FILING)[0])

    def rows(self, query: str, *values: object) -> tuple[Any, ...]:
        """The first row of a query."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SELECT set_config('tutela.tenant', '*', false)")
            row = connection.execute(query.encode(), values or None).fetchone()
        assert row is not None
        return tuple(row)

    def _begin(self, *words: str) -> None:
        following = subprocess.Popen(
            [*TUTELA, "decisions", *words],
            env={**self.environment, "TUTELA_TOKEN": self.tokens[0]},
            stdout=subprocess.DEVNULL,
        )
        self.following = following

    def _until(self, bulk_id: str, *, state: str) -> None:
        while self.state(bulk_id) != state and self.following.poll() is None:
            time.sleep(0.05)
        self.following.kill()
        self.following.wait()


class Processes:
    """Each process of a service, as `tutela up` starts them."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._peaks: dict[str, float] = {}
        self._spent: dict[str, float] = {}
        self._running = {kind: self._start(kind) for kind in KINDS}

    def kill_worker(self) -> None:
        """Kill -9, and another one at once."""
        self._note()
        worker = self._running["worker"].pid
        self._spent["worker"] = self._spent.get("worker", 0.0) + machine.cpu_seconds([worker])
        self._running["worker"].kill()
        self._running["worker"].wait()
        self._running["worker"] = self._start("worker")

    def peak_mib(self) -> dict[str, float]:
        """The most memory that each kind ever had."""
        self._note()
        return dict(self._peaks)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time of each kind so far."""
        return {
            kind: self._spent.get(kind, 0.0) + machine.cpu_seconds([child.pid])
            for kind, child in self._running.items()
        }

    def end(self) -> None:
        """All ended."""
        for child in self._running.values():
            child.send_signal(signal.SIGTERM)
        for child in self._running.values():
            child.wait()

    def _start(self, kind: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "tutela.cli.process", kind, f"{kind}-0"],
            env=self._house.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _note(self) -> None:
        for kind, child in self._running.items():
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
            line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
            self._peaks[kind] = max(self._peaks.get(kind, 0.0), int(line.split()[1]) / 1_024)


@contextmanager
def house(arena: Arena, *, database: str) -> Iterator[House]:
    """An empty house with the tokens of two leads."""
    arena.create(database)
    url, folder = arena.url(database), arena.folder / database
    environment = {
        **os.environ,
        "TUTELA_DATABASE": url,
        "TUTELA_KEYS": str(folder / "keys"),
        "TUTELA_DATA": str(folder / "data"),
        "TUTELA_PORT": str(_free_port()),
    }
    made = House(url=url, key_folder=folder / "keys", environment=environment)
    made.tokens = (made.token("lead", name="first"), made.token("lead", name="second"))
    arena.settle()
    yield made


@contextmanager
def filed_with(house: House | None) -> Iterator[None]:
    """The stand-in of the Transparency Database serves the house, if one is given."""
    if house is None:
        yield
        return
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "tutela.drills.transparency_database", "--port", "0"),
            *("--token", FILING_TOKEN, "--per-second", "1000", "--per-minute", "60000"),
        ],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    url = child.stdout.readline().decode().split()[1]
    file = house.key_folder.parent / "transparency.token"
    file.write_text(FILING_TOKEN, encoding="ascii")
    file.chmod(0o600)
    house.environment["TUTELA_TRANSPARENCY_URL"] = url
    house.environment["TUTELA_TRANSPARENCY_TOKEN_FILE"] = str(file)
    try:
        yield
    finally:
        child.terminate()
        child.wait()


@contextmanager
def processes(house: House) -> Iterator[Processes]:
    """The processes of a service for as long as the context lasts."""
    running = Processes(house)
    try:
        yield running
    finally:
        running.end()


def bare_inserts(arena: Arena, *, rows: int, row_bytes: int) -> float:
    """Seconds that pgbench needs for so many inserts of one row each, every one durable."""
    name = f"bare_{time.monotonic_ns()}"
    arena.create(name)
    with psycopg.connect(arena.url(name)) as connection:
        connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, body bytea STORAGE PLAIN)")
    script = arena.folder / "bare.sql"
    script.write_text("INSERT INTO bare VALUES (uuidv7(), :body);\n", encoding="ascii")
    arena.settle()
    begun = time.monotonic()
    each = max(rows // CLIENTS, 1)
    body = f"-Dbody=\\x{os.urandom(row_bytes).hex()}"
    subprocess.run(
        [
            *(arena.pgbench, "-n", "-M", "prepared", "-f", script, body),
            *("-c", str(CLIENTS), "-j", str(THREADS), "-t", str(each), arena.url(name)),
        ],
        check=True,
        capture_output=True,
    )
    return (time.monotonic() - begun) * rows / (each * CLIENTS)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
