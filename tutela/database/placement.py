"""Where a cluster and its socket lie: in the data folder, or elsewhere where its user cannot go."""

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tutela.database.accounts import (
    Account,
    account_of,
    can_enter,
    current_account,
    make_folder,
    server_account,
)
from tutela.database.errors import DataFolderUnusable

#: Names the place of the cluster or the socket where it is not the usual one.
RECORD_NAME = "database-location.json"

#: The port only names the socket file: the server listens on no network address.
PORT = 5432

#: A socket's path has 104 bytes on macOS and 108 on Linux, the closing zero included.
MAX_SOCKET_PATH_BYTES = 103

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Host:
    """What this machine offers: the wanted server user, and folders outside the data folder."""

    account_name: str | None = None
    shared_root: Path = Path("/var/lib/tutela")
    temporary_folders: tuple[Path, ...] = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The host as `TUTELA_DATABASE_USER` and the temporary folder of the system describe it."""
        usual = cls()
        folders = dict.fromkeys((Path(tempfile.gettempdir()), *usual.temporary_folders))
        return cls(environment.get("TUTELA_DATABASE_USER") or None, usual.shared_root, (*folders,))


@dataclass(frozen=True, slots=True)
class Record:
    """What `database-location.json` says; None is the usual place."""

    cluster_root: Path | None = None
    socket_folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """The folders of one cluster, and the user they belong to."""

    root: Path
    socket_folder: Path
    account: Account

    @property
    def cluster(self) -> Path:
        return self.root / "postgresql"

    @property
    def log_folder(self) -> Path:
        return self.root / "postgresql-log"

    @property
    def settings_folder(self) -> Path:
        return self.root / "postgresql-settings"

    @property
    def is_initialised(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()


def open_data_folder(data_folder: Path) -> Path:
    """The absolute data folder, made where it was missing.

    Made by root it can be passed through by others (0711), so that the server's user reaches its
    cluster; otherwise 0700. Errors: `DataFolderUnusable`.
    """
    folder = data_folder.absolute()
    try:
        make_folder(folder, mode=0o711 if current_account().is_root else 0o700)
    except (FileExistsError, NotADirectoryError):
        raise _unusable(folder, why="it, or a folder above it, is a file") from None
    except OSError as error:
        raise _unusable(folder, why=f"it cannot be made: {error.strerror}") from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise _unusable(folder, why="it may not be read and written by this user")
    return folder


def place(data_folder: Path, *, host: Host, report: Report) -> Placement:
    """Where the cluster of `data_folder` is, or will be; its socket folder is there afterwards.

    Errors: `DataFolderUnusable`, `NoServerAccount`.
    """
    record = read_record(data_folder)
    root, account = _root_and_account(data_folder, record=record, host=host)
    if root != data_folder and record.cluster_root is None:
        report(f"user {account.name} cannot reach {data_folder}; its database lies in {root}")
    socket_folder = _socket_folder(root, record=record, account=account, host=host)
    return Placement(root, socket_folder, account)


def placed(data_folder: Path) -> Placement | None:
    """Where the cluster of `data_folder` was put by its owner; None where there is none yet."""
    record = read_record(data_folder)
    root = record.cluster_root or data_folder
    cluster = root / "postgresql"
    try:
        owner_id = cluster.stat().st_uid
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(data_folder, why=f"{cluster} cannot be read: {error.strerror}") from error
    return Placement(root, record.socket_folder or root / "socket", account_of(owner_id))


def read_record(data_folder: Path) -> Record:
    """What the owner wrote down; `DataFolderUnusable` where it cannot be read."""
    path = data_folder / RECORD_NAME
    try:
        written = json.loads(path.read_text())
        cluster, socket = written.get("cluster"), written.get("socket")
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError, AttributeError) as error:
        raise _unusable(data_folder, why=f"{path} cannot be read: {error}") from error
    return Record(Path(cluster) if cluster else None, Path(socket) if socket else None)


def write_record(placement: Placement, *, data_folder: Path) -> None:
    """Writes down what is not in its usual place; nothing where that has not changed."""
    record = Record(
        placement.root if placement.root != data_folder else None,
        placement.socket_folder if placement.socket_folder != placement.root / "socket" else None,
    )
    if record == read_record(data_folder):
        return
    text = json.dumps(
        {
            "cluster": str(record.cluster_root) if record.cluster_root else None,
            "socket": str(record.socket_folder) if record.socket_folder else None,
        }
    )
    unfinished = data_folder / f"{RECORD_NAME}.new"
    with unfinished.open("w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(data_folder / RECORD_NAME)
    sync_folder(data_folder)


def sync_folder(folder: Path) -> None:
    """Puts the names in `folder` on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_folder(folder: Path, *, account: Account) -> Path:
    """`folder`, made where missing, of `account` and closed to everybody else (0700).

    Errors: `DataFolderUnusable` where it is a link, a file or someone else's.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(descriptor).st_uid != account.user_id:
                os.fchown(descriptor, account.user_id, account.group_id)
            os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unusable(
            folder, why=f"it cannot be made a folder of user {account.name} alone: {error.strerror}"
        ) from error
    return folder


def _root_and_account(data_folder: Path, *, record: Record, host: Host) -> tuple[Path, Account]:
    existing = placed(data_folder)
    if existing is not None:
        _check_existing(existing)
        return existing.root, existing.account
    if record.cluster_root is not None:
        raise _unusable(
            data_folder,
            why=f"its database should lie in {record.cluster_root}, and is not there. Bring that "
            f"folder back, or delete {data_folder / RECORD_NAME} to begin with an empty database",
        )
    account = server_account(wanted=host.account_name)
    if account.is_current or can_enter(data_folder, account=account):
        return data_folder, account
    return _shared_cluster_root(host, account=account), account


def _check_existing(existing: Placement) -> None:
    account, cluster = existing.account, existing.cluster
    if account.is_root:
        raise _unusable(cluster, why="it belongs to root, and PostgreSQL does not run as root")
    if not account.is_current and not current_account().is_root:
        raise _unusable(
            cluster, why=f"it belongs to user {account.name}. Run tutela as that user or as root"
        )
    if not can_enter(cluster, account=account):
        raise _unusable(
            cluster,
            why=f"its owner {account.name} can no longer go there: give that user the right to "
            "pass through the folders above it, or move the data folder",
        )


def _shared_cluster_root(host: Host, *, account: Account) -> Path:
    clusters = host.shared_root / "clusters"
    try:
        make_folder(host.shared_root, mode=0o755)
        make_folder(clusters, mode=0o711)
        root = Path(tempfile.mkdtemp(prefix="cluster-", dir=clusters))
        root.chmod(0o711)
    except OSError as error:
        raise _unusable(
            clusters, why=f"user {account.name} needs a place there: {error.strerror}"
        ) from error
    if not can_enter(root, account=account):
        raise _unusable(
            root, why=f"user {account.name} cannot go there; choose another data folder"
        )
    return root


def _socket_folder(root: Path, *, record: Record, account: Account, host: Host) -> Path:
    usual = root / "socket"
    if fits_a_socket(usual):
        return private_folder(usual, account=account)
    recorded = record.socket_folder
    if recorded is not None and _is_private(recorded, account=account):
        return recorded
    for temporary in host.temporary_folders:
        folder = _temporary_socket_folder(temporary, account=account)
        if folder is not None:
            return folder
    tried = ", ".join(str(folder) for folder in host.temporary_folders)
    raise _unusable(
        root, why=f"its path is too long for a socket, and there is no room in {tried} for one"
    )


def fits_a_socket(folder: Path) -> bool:
    """Whether a socket in `folder` has a path that the system and libpq take."""
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(path) <= MAX_SOCKET_PATH_BYTES and not set(b",\"'\\\n") & set(path)


def _temporary_socket_folder(temporary: Path, *, account: Account) -> Path | None:
    if not fits_a_socket(temporary / "tutela-12345678"):
        return None
    try:
        folder = Path(tempfile.mkdtemp(prefix="tutela-", dir=temporary))
    except OSError:
        return None
    private_folder(folder, account=account)
    if account.is_current or can_enter(folder, account=account):
        return folder
    folder.rmdir()
    return None


def _is_private(folder: Path, *, account: Account) -> bool:
    try:
        state = folder.lstat()
    except OSError:
        return False
    return stat.filemode(state.st_mode) == "drwx------" and state.st_uid == account.user_id


def _unusable(folder: Path, *, why: str) -> DataFolderUnusable:
    return DataFolderUnusable(f"{folder}: {why}.", evidence={"folder": str(folder)})
