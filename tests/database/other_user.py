"""Runs a function of this module as another operating-system user, in a process of its own.

The process imports what it needs first and gives its rights up then, so that it works where that
user could not read this Python. `python -m tests.database.other_user NAME UID GID ARGUMENT..`
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg

from tutela.database.accounts import Account
from tutela.database.binaries import Binaries
from tutela.database.cluster import Tuning
from tutela.database.embedded import EmbeddedServer
from tutela.database.placement import Host
from tutela.errors import TutelaError


def start_twice(data_folder: str, *program: str) -> dict[str, object]:
    """A fresh start, a row, a warm start, the row; `program` is its folder and version."""
    folder, version = program
    server = EmbeddedServer(
        Path(data_folder),
        binaries=Binaries(Path(folder), version),
        host=Host(None, Path("/nowhere"), (Path(data_folder).parent,)),
        tuning=Tuning(shared_buffers_mb=16),
    )
    with server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with server, psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT number, current_user::text FROM kept").fetchone()
        cluster = server.placement.cluster.stat()
    return {"row": row, "owner": cluster.st_uid}


def start_and_be_refused(data_folder: str) -> dict[str, object]:
    """The error of a start."""
    try:
        EmbeddedServer(Path(data_folder)).start()
    except TutelaError as error:
        return {"code": error.code, "detail": error.detail}
    return {}


def join_and_be_refused(data_folder: str) -> dict[str, object]:
    """The error of a command."""
    try:
        EmbeddedServer(Path(data_folder)).join()
    except TutelaError as error:
        return {"code": error.code, "detail": error.detail}
    return {}


def connect(url: str) -> dict[str, object]:
    """What the server says to a connection, or who we are to it."""
    try:
        with psycopg.connect(url) as connection:
            return {"row": connection.execute("SELECT current_user::text").fetchone()}
    except psycopg.OperationalError as error:
        return {"error": str(error)}


FUNCTIONS: dict[str, Callable[..., dict[str, object]]] = {
    function.__name__: function
    for function in (start_twice, start_and_be_refused, join_and_be_refused, connect)
}


def as_user(
    *arguments: str, function: Callable[..., object], account: Account
) -> dict[str, object]:
    """What `function` of this module returns as `account`; the caller is root."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.database.other_user", function.__name__),
            *(str(account.user_id), str(account.group_id), *arguments),
        ],
        cwd=Path(__file__).parents[2],
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def main(name: str, *arguments: str) -> None:
    """Gives up root for good, then runs the function and prints its answer."""
    user_id, group_id, *rest = arguments
    os.setgroups([])
    os.setresgid(int(group_id), int(group_id), int(group_id))
    os.setresuid(int(user_id), int(user_id), int(user_id))
    print(json.dumps(FUNCTIONS[name](*rest)))  # noqa: T201 - its answer is read


if __name__ == "__main__":
    main(*sys.argv[1:])
