"""What a fresh and a warm start give: a server that keeps, that nobody else reaches."""

import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import StartServer
from tutela.database.embedded import EmbeddedServer, GivenServer, locate_database
from tutela.database.readiness import connection_url

WANTED_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "data_checksums": "on",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "server_encoding": "UTF8",
    "TimeZone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


def one(url: str, *, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def test_a_fresh_start_serves_and_a_warm_one_has_the_rows(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    first = server.pid
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    assert server.poll() is not None
    server.start()
    assert server.pid != first
    assert one(server.url, query="SELECT number FROM kept") == 7


def test_starting_a_server_that_runs_changes_nothing(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    first = server.pid
    server.start()
    assert server.pid == first


@pytest.mark.parametrize(("setting", "value"), WANTED_SETTINGS.items())
def test_the_server_is_set_to_keep_and_to_be_silent(
    postgres_server: EmbeddedServer, setting: str, value: str
) -> None:
    assert one(postgres_server.url, query=f"SELECT current_setting('{setting}')") == value


def test_text_is_sorted_by_code_point(postgres_server: EmbeddedServer) -> None:
    query = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'tutela'"
    assert one(postgres_server.url, query=query) == "bC.UTF-8"


def test_the_usual_role_is_bound_by_row_level_security(postgres_server: EmbeddedServer) -> None:
    query = (
        "SELECT array[rolsuper, rolbypassrls, rolcreaterole, rolcreatedb] FROM pg_roles"
        " WHERE rolname = current_user"
    )
    assert one(postgres_server.url, query=query) == [False, False, False, False]
    assert one(postgres_server.url, query="SELECT current_user") == "tutela"


def test_the_usual_role_owns_its_database(postgres_server: EmbeddedServer) -> None:
    query = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
    assert one(postgres_server.url, query=query) == "tutela"


def test_an_administrator_cannot_switch_durability_off(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
    server.stop()
    server.start()
    assert one(server.url, query="SELECT current_setting('fsync')") == "on"


def test_settings_of_the_operator_are_taken_and_kept(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    settings = server.placement.settings_folder / "operator.conf"
    settings.write_text("work_mem = 5MB\n")
    server.stop()
    server.start()
    assert one(server.url, query="SELECT current_setting('work_mem')") == "5MB"
    assert settings.read_text() == "work_mem = 5MB\n"


def test_no_network_address_is_listened_on(postgres_server: EmbeddedServer) -> None:
    assert postgres_server.pid is not None
    descriptors = Path(f"/proc/{postgres_server.pid}/fd")
    if not descriptors.exists():
        assert one(postgres_server.url, query="SELECT inet_server_addr()") is None
        return
    own = {str(entry.readlink()) for entry in descriptors.iterdir()}
    tables = (Path(f"/proc/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6"))
    lines = [
        line.split()
        for table in tables
        if table.exists()
        for line in table.read_text().splitlines()
    ]
    assert lines
    assert not own & {f"socket:[{line[9]}]" for line in lines}


def test_folders_are_closed_to_others(postgres_server: EmbeddedServer) -> None:
    placement = postgres_server.placement
    for folder in (placement.cluster, placement.log_folder, placement.socket_folder):
        assert stat.filemode(folder.stat().st_mode) == "drwx------"
        assert folder.stat().st_uid == placement.account.user_id


def test_the_server_has_no_root_rights(postgres_server: EmbeddedServer) -> None:
    assert postgres_server.placement.account.user_id != 0
    done = subprocess.run(
        ["ps", "-o", "uid=", "-p", str(postgres_server.pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == postgres_server.placement.account.user_id


def test_settings_of_the_environment_do_not_reach_the_server(
    open_folder: Path, make_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "nowhere.invalid")
    server = make_server(open_folder / "data")
    server.start()
    assert one(server.url, query="SELECT current_setting('port')") == "5432"


def test_a_row_that_is_refused_leaves_nothing_of_itself_in_the_log(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES ('zq81xk')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO kept VALUES (%s)", ("zq81xk",))
    server.stop()
    logs = list(server.placement.log_folder.glob("postgresql-*.log"))
    assert any("duplicate key" in log.read_text() for log in logs)
    assert not any("zq81xk" in log.read_text() for log in logs)


def test_log_files_do_not_pile_up(open_folder: Path, make_server: StartServer) -> None:
    server = make_server(open_folder / "data")
    server.start()
    folder = server.placement.log_folder
    for day in range(10, 30):
        (folder / f"postgresql-202601{day}-000000.log").touch()
    assert server.poll() is None
    assert len(list(folder.glob("postgresql-*.log"))) == 10
    assert not (folder / "postgresql-20260110-000000.log").exists()


def test_a_url_comes_before_the_data_folder(tmp_path: Path) -> None:
    found = locate_database(tmp_path, url="postgresql://elsewhere.invalid/tutela")
    assert isinstance(found, GivenServer)
    found.start()
    assert found.url == "postgresql://elsewhere.invalid/tutela"
    assert found.poll() is None
    assert list(tmp_path.iterdir()) == []


def test_without_a_url_the_data_folder_is_used(tmp_path: Path) -> None:
    assert isinstance(locate_database(tmp_path), EmbeddedServer)


def test_a_url_names_the_user_that_the_server_must_have(postgres_server: EmbeddedServer) -> None:
    url = postgres_server.url.replace(
        f"requirepeer={postgres_server.placement.account.name}", "requirepeer=somebody"
    )
    with pytest.raises(psycopg.OperationalError, match="requirepeer"):
        psycopg.connect(url)


def test_paths_are_quoted_in_the_url(postgres_server: EmbeddedServer) -> None:
    url = connection_url(postgres_server.placement, role="a", database="b")
    assert url.startswith("postgresql://a@/b?host=%2F")
