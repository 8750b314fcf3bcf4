"""Operating-system accounts: under whose rights the server runs, and where that user can go."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tutela.database.errors import NoServerAccount

#: Tried in this order where the caller is root and names no account.
USUAL_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """An operating-system user."""

    name: str
    user_id: int
    group_id: int

    @property
    def is_root(self) -> bool:
        return self.user_id == 0

    @property
    def is_current(self) -> bool:
        return self.user_id == os.geteuid()


def current_account() -> Account:
    """The user that runs this process.

    Errors: `NoServerAccount` where the user id has no entry in the user database: PostgreSQL's
    peer authentication and initdb need a name.
    """
    return account_of(os.geteuid())


def account_of(user_id: int) -> Account:
    """The user with this id; `NoServerAccount` where the user database does not know it."""
    try:
        entry = pwd.getpwuid(user_id)
    except KeyError:
        raise NoServerAccount(
            f"User id {user_id} has no name in the user database (/etc/passwd), and PostgreSQL "
            "needs one. Add an entry for it, or run as a user that has one.",
            evidence={"user_id": str(user_id)},
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account(*, wanted: str | None = None) -> Account:
    """The user that a new cluster belongs to: this one, or an unprivileged one where this is root.

    Errors: `NoServerAccount` where `wanted` does not exist or is root, or no usual one is there.
    """
    current = current_account()
    if not current.is_root:
        return current
    names = (wanted,) if wanted else USUAL_ACCOUNTS
    for name in names:
        account = _named(name)
        if account is not None and not account.is_root:
            return account
    raise NoServerAccount(
        "PostgreSQL does not run with root rights, and no unprivileged user was found "
        f"({', '.join(names)}). "
        "Set TUTELA_DATABASE_USER to an existing user, run tutela as an ordinary user, "
        "or give --database URL.",
        evidence={"tried": ", ".join(names)},
    )


def can_enter(folder: Path, *, account: Account) -> bool:
    """Whether `account` can go into `folder`: tried as that user, never guessed from modes."""
    return _tried('cd -- "$1"', path=folder, account=account)


def can_write(folder: Path, *, account: Account) -> bool:
    """Whether `account` can go into `folder` and make a file there."""
    return _tried('cd -- "$1" && : > .reach && rm -f .reach', path=folder, account=account)


def can_run(program: Path, *, account: Account) -> bool:
    """Whether `account` can reach and execute `program`, with its libraries."""
    return _tried('"$1" --version', path=program, account=account)


def rights_of(account: Account) -> dict[str, object]:
    """The arguments that make `subprocess` run a child as `account`; none where it is this user."""
    if account.is_current:
        return {}
    return {"user": account.user_id, "group": account.group_id, "extra_groups": []}


def make_folder(folder: Path, *, mode: int) -> None:
    """`folder` with exactly `mode` where it was missing; one that was there is left as it is."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        if folder.is_dir():
            return
        raise
    folder.chmod(mode)


def _tried(script: str, *, path: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", script, "sh", str(path)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            **rights_of(account),  # type: ignore[call-overload]
        )
    except OSError as error:
        raise NoServerAccount(
            f"This process may not run a program as user {account.name}: {error.strerror}. "
            "Run tutela as an ordinary user, or give --database URL.",
            evidence={"user": account.name},
        ) from error
    return bool(done.returncode == 0)


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
