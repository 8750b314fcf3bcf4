"""One owner for a data folder, by a lock that dies with its process."""

import fcntl
import json
import os
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from tutela.database.errors import DataFolderOwned, DataFolderUnusable

LOCK_NAME = "owner.lock"


class Purpose(StrEnum):
    """Why a process owns the folder."""

    #: `tutela up`: others attach to its server
    SERVE = "serve"
    #: one command on a folder that nobody serves: others wait until it has ended
    COMMAND = "command"


class Owner(NamedTuple):
    """Who holds the lock, as the holder wrote it; `process_id` 0 where it has not yet."""

    process_id: int
    purpose: Purpose


class OwnerLock:
    """The lock on `<data>/owner.lock`. The file stays: only the lock on it means anything."""

    def __init__(self, data_folder: Path) -> None:
        self.path = data_folder / LOCK_NAME
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def try_take(self, purpose: Purpose) -> bool:
        """True when this process owns the folder now; false while another one does.

        Errors: `DataFolderUnusable` where the lock file cannot be written.
        """
        if self.held:
            return True
        try:
            descriptor = os.open(
                self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
        except OSError as error:
            raise DataFolderUnusable(
                f"{self.path} cannot be written: {error.strerror}. "
                "Give tutela a folder it may write to.",
                evidence={"path": str(self.path)},
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "purpose": purpose}).encode())
        self._descriptor = descriptor
        return True

    def owner(self) -> Owner:
        """The process that holds, or last held, the folder."""
        try:
            written = json.loads(self.path.read_text())
            return Owner(int(written["pid"]), Purpose(written["purpose"]))
        except (OSError, ValueError, KeyError, TypeError):
            return Owner(0, Purpose.SERVE)

    def refuse(self) -> DataFolderOwned:
        """The error for a second owner, with the way out."""
        owner = self.owner()
        who = f"process {owner.process_id}" if owner.process_id else "another process"
        return DataFolderOwned(
            f"{self.path.parent} is owned by {who}. Stop it (kill -TERM "
            f"{owner.process_id or 'PID'}) and try again, or give --data another folder.",
            evidence={"pid": str(owner.process_id), "data_folder": str(self.path.parent)},
        )

    def release(self) -> None:
        """Lets go of the folder; nothing where it is not held."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None
