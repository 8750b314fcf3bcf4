import asyncio
import json
import os
import shutil
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import Command, Done
from tests.fixtures.house import Rooms
from tests.fixtures.service import RunningTutela
from tutela.access import processes
from tutela.access.processes import Process
from tutela.cli import findings
from tutela.cli.findings import Mark
from tutela.database.migrations import migrate
from tutela.database.pool import every_tenant_transaction

EVERY_NAME = [
    *("settings", "words", "withholding", "pages", "help", "disk", "database", "clock"),
    *(
        "migrations",
        "keys",
        "public",
        "processes",
        "ledger",
        "outbox",
        "measures",
        "filing",
        "witness",
        "publication",
    ),
    *("lists", "detectors", "guard", "surfaces"),
]


def found(out: str) -> dict[str, str]:
    return {each["name"]: each["mark"] for each in json.loads(out)["findings"]}


def test_a_running_service_is_well(running_tutela: RunningTutela, beside: Command) -> None:
    running_tutela.token()
    done = beside("doctor")
    lines = done.out.splitlines()
    assert [line.split()[1].rstrip(":") for line in lines] == EVERY_NAME
    assert [line for line in lines if line.startswith("FAIL")] == []
    assert done.status == 0
    assert "fsync, synchronous_commit, full_page_writes are on" in done.out
    assert str(running_tutela.key_folder) in done.out


def test_a_folder_without_a_database_is_told_and_left_alone(
    alone: Command, tutela_folder: Path
) -> None:
    done = alone("doctor")
    assert done.status == 0
    assert "warn database: none in" in done.out
    assert list(tutela_folder.iterdir()) == []


def test_a_language_that_the_pages_don_t_speak_fails_and_starts_nothing(
    alone: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(alone("doctor", "--json").out)["pages"] == "ok"
    monkeypatch.setenv("TUTELA_PUBLIC_LANGUAGES", "en,xx")
    done = alone("doctor", "--json")
    assert (done.status, found(done.out)["pages"]) == (1, "FAIL")
    started = alone("up", "--port", "0")
    assert (started.status, "xx.toml" in started.err) == (2, True)


def test_a_database_that_nobody_serves_is_looked_at_all_the_same(alone: Command) -> None:
    alone("token", "create", "--role", "service", "--name", "a")
    done = alone("doctor")
    assert done.status == 0
    assert "warn processes: none runs" in done.out


@pytest.mark.parametrize(("service_runs", "mark"), [(True, Mark.FAIL), (False, Mark.WARN)])
async def test_a_process_that_fell_silent_is_a_fault_only_where_a_service_can_run(
    rooms: Rooms, *, service_runs: bool, mark: Mark
) -> None:
    for name in ("web-0", "worker"):
        await processes.beat(rooms.pool, process=Process(name=name, kind="web", pid=1))
    async with every_tenant_transaction(rooms.pool) as connection:
        await connection.execute(
            "UPDATE process_beat SET beat_at = beat_at - interval '1 hour' WHERE name = 'worker'"
        )
    assert (await findings.of_processes(rooms.pool, service_runs=service_runs)).mark is mark


def test_a_setting_that_is_wrong_fails(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTELA_PORT", "many")
    done = command("doctor", "--json")
    assert done.status == 1
    assert found(done.out) == {"settings": "FAIL"}
    assert "TUTELA_PORT" in done.out


@pytest.mark.parametrize(
    ("variable", "said"),
    [("TUTELA_LANGUAGE", "xx"), ("TUTELA_WITHHOLDING_BASES", "nowhere.toml")],
)
def test_words_that_can_t_be_told_fail_and_start_nothing(
    alone: Command, tutela_folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str, said: str
) -> None:
    monkeypatch.setenv(variable, said)
    done = alone("doctor", "--json")
    assert (done.status, found(done.out)["words"]) == (1, "FAIL")
    assert said in done.out
    started = alone("up", "--port", "0")
    assert started.status == 2
    assert said in started.err
    assert list(tutela_folder.iterdir()) == []


def test_a_public_service_that_is_not_there_fails(
    beside: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUTELA_PUBLIC_SERVICE", "main/elsewhere")
    done = beside("doctor", "--json")
    assert done.status == 1
    assert found(done.out)["public"] == "FAIL"
    assert "There is no main/elsewhere" in done.out


@pytest.fixture
def by_url(database_url: str, tmp_path: Path, command: Command) -> Command:
    where = ("--database", database_url, "--keys", str(tmp_path / "keys"))
    made = command("token", "create", "--role", "service", "--name", "a", *where)
    assert made.status == 0

    def run(*arguments: str | Path) -> Done:
        return command(*arguments, *where)

    return run


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_database_that_may_forget_fails(by_url: Command, database_url: str, setting: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET {setting} = off")
    done = by_url("doctor", "--json")
    assert done.status == 1
    assert found(done.out)["database"] == "FAIL"
    assert setting in done.out


def test_a_database_that_does_not_answer_fails(command: Command, tmp_path: Path) -> None:
    url = f"postgresql://tutela@/tutela?host={tmp_path}"
    done = command("doctor", "--json", "--database", url)
    assert done.status == 1
    assert found(done.out)["database"] == "FAIL"
    assert done.err == "" or "Traceback" not in done.err


def test_other_keys_and_open_keys_fail(by_url: Command, tmp_path: Path) -> None:
    master = tmp_path / "keys" / "master.key"
    assert found(by_url("doctor", "--json").out)["keys"] == "ok"
    master.chmod(0o644)
    assert found(by_url("doctor", "--json").out)["keys"] == "FAIL"
    master.chmod(0o600)
    kept = master.read_text()
    master.write_text("A" * 43 + "=")
    done = by_url("doctor", "--json")
    assert found(done.out)["keys"] == "FAIL"
    assert "other keys than the database's" in done.out
    master.write_text("no key")
    assert found(by_url("doctor", "--json").out)["keys"] == "FAIL"
    master.unlink()
    assert found(by_url("doctor", "--json").out)["keys"] == "FAIL"
    master.write_text(kept)


def test_keys_in_the_data_folder_are_warned_of(tutela_folder: Path, command: Command) -> None:
    data = tutela_folder / "data"
    where = ("--data", data, "--keys", data / "keys")
    command("token", "create", "--role", "service", "--name", "a", *where)
    done = command("doctor", *where)
    assert done.status == 0
    assert "warn keys:" in done.out
    assert "a backup of it protects nothing" in done.out


def test_a_silent_process_fails(by_url: Command, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "INSERT INTO process_beat (name, kind, pid, beat_at) VALUES "
            "('web-0', 'web', 1, now()), ('worker', 'worker', 2, now() - interval '1 minute')"
        )
    done = by_url("doctor")
    assert done.status == 1
    assert "FAIL processes: silent: worker for" in done.out


def test_a_fact_without_a_place_warns_and_then_fails(by_url: Command, database_url: str) -> None:
    marks = []
    for age_seconds in (1, 30, 90):
        with psycopg.connect(database_url) as connection:
            connection.execute("SELECT set_config('tutela.tenant', '*', true)")
            connection.execute("DELETE FROM ledger_leaf")
            connection.execute(
                "INSERT INTO ledger_leaf (fact_id, tenant, fact_type, at, content, leaf_hash) "
                "VALUES (uuidv7(), 'main', 't', now() - make_interval(secs => %s), '', %s)",
                (age_seconds, os.urandom(32)),
            )
        marks.append(found(by_url("doctor", "--json").out)["ledger"])
    assert marks == ["ok", "warn", "FAIL"]


def test_a_schema_of_another_version_fails_and_is_not_touched(
    command: Command, empty_database_url: str, tmp_path: Path
) -> None:
    where = ("--database", empty_database_url, "--keys", tmp_path / "keys")
    done = command("doctor", "--json", *where)
    assert done.status == 1
    assert found(done.out)["migrations"] == "FAIL"
    with psycopg.connect(empty_database_url) as connection:
        assert connection.execute("SELECT to_regclass('schema_migration')").fetchone() == (None,)
    asyncio.run(migrate(empty_database_url))
    with psycopg.connect(empty_database_url) as connection:
        connection.execute(
            "INSERT INTO schema_migration (version, name, sha256) VALUES (9999, 'later', 'x')"
        )
    done = command("doctor", *where)
    assert "FAIL migrations: The database has migration 9999" in done.out


def test_a_full_disk_fails_and_a_nearly_full_one_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(tmp_path).free
    assert findings.of_disk(tmp_path).mark == "ok"
    monkeypatch.setattr(findings, "FREE_WARN_BYTES", free * 2)
    assert findings.of_disk(tmp_path).mark == "warn"
    monkeypatch.setattr(findings, "FREE_LEAST_BYTES", free * 2)
    assert findings.of_disk(tmp_path).mark == "FAIL"
