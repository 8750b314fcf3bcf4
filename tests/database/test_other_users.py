"""Ordinary users run their own server; nobody gets into another's."""

import os
import pwd
from pathlib import Path

import pytest

from tests.database import other_user
from tests.database.conftest import StartServer
from tutela.database.accounts import Account, server_account
from tutela.database.binaries import find_binaries, within_reach
from tutela.database.placement import Host

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can act as a second operating-system user"
)


@pytest.fixture
def stranger() -> Account:
    """A user that is neither root nor the one that the server runs as."""
    entry = pwd.getpwnam("daemon")
    assert entry.pw_uid != server_account().user_id
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@pytest.fixture
def folder_of_stranger(open_folder: Path, stranger: Account) -> Path:
    folder = open_folder / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, stranger.user_id, stranger.group_id)
    return folder


def test_an_ordinary_user_runs_a_server(
    folder_of_stranger: Path, stranger: Account, host: Host
) -> None:
    found = within_reach(find_binaries(), account=stranger, shared_root=host.shared_root)
    data_folder = folder_of_stranger / "data"
    answer = other_user.as_user(
        *(str(data_folder), str(found.folder), found.version),
        function=other_user.start_twice,
        account=stranger,
    )
    assert answer == {"row": [7, "tutela"], "owner": stranger.user_id}


def test_root_serves_the_folder_of_an_ordinary_user_as_that_user(
    open_folder: Path, stranger: Account, host: Host, make_server: StartServer
) -> None:
    found = within_reach(find_binaries(), account=stranger, shared_root=host.shared_root)
    folder = open_folder / "data"
    folder.mkdir()
    os.chown(folder, stranger.user_id, stranger.group_id)
    arguments = (str(folder), str(found.folder), found.version)
    other_user.as_user(*arguments, function=other_user.start_twice, account=stranger)
    server = make_server(folder)
    server.start()
    assert server.placement.account == stranger
    server.stop()


def test_an_ordinary_user_is_refused_the_folder_of_root(
    open_folder: Path, stranger: Account, make_server: StartServer
) -> None:
    make_server(open_folder / "data").start()
    for function in (other_user.start_and_be_refused, other_user.join_and_be_refused):
        answer = other_user.as_user(str(open_folder / "data"), function=function, account=stranger)
        assert answer["code"] == "data_folder_unusable"
        assert "may not be read and written by this user" in str(answer["detail"])


def test_a_read_only_folder_is_refused(folder_of_stranger: Path, stranger: Account) -> None:
    folder_of_stranger.chmod(0o500)
    for folder in (folder_of_stranger, folder_of_stranger / "data"):
        answer = other_user.as_user(
            str(folder), function=other_user.start_and_be_refused, account=stranger
        )
        assert answer["code"] == "data_folder_unusable"
        assert str(folder) in str(answer["detail"])


def test_another_user_does_not_even_reach_the_socket(
    open_folder: Path, stranger: Account, make_server: StartServer
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    answer = other_user.as_user(server.url, function=other_user.connect, account=stranger)
    assert "Permission denied" in str(answer["error"])


@pytest.mark.parametrize("role", ["tutela", "postgres"])
def test_another_user_at_the_socket_is_refused_by_name(
    open_folder: Path, stranger: Account, make_server: StartServer, role: str
) -> None:
    server = make_server(open_folder / "data")
    server.start()
    server.placement.socket_folder.chmod(0o755)
    (server.placement.socket_folder / ".s.PGSQL.5432").chmod(0o777)
    url = server.url.replace("tutela@", f"{role}@")
    answer = other_user.as_user(url, function=other_user.connect, account=stranger)
    assert "Peer authentication failed" in str(answer["error"])


def test_the_user_of_the_server_is_let_in(open_folder: Path, make_server: StartServer) -> None:
    server = make_server(open_folder / "data")
    server.start()
    answer = other_user.as_user(
        server.url, function=other_user.connect, account=server.placement.account
    )
    assert answer == {"row": ["tutela"]}
