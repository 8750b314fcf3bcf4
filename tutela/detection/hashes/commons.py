"""Indexes that processes of one machine build once and have in common.

Each process maps the same built part, and pages that it writes to become its own: what it adds or
removes is seen by nobody else. Who has an index hands its memory to the next process that would
build it from the same hashes; the last one to end frees it.
"""

import fcntl
import hashlib
import mmap
import os
import secrets
import threading
import weakref
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from tutela.detection.hashes.index import INDEXES, HashIndex
from tutela.detection.hashes.kinds import HashKind, Words, words_of
from tutela.detection.hashes.memory import found_in, private
from tutela.detection.hashes.sharing import (
    SharedMemory,
    SharingUnavailable,
    Shelf,
    asked,
    held,
    shared,
)

#: Below this the memory is not worth the asking.
COMMON_FROM: Final = 10_000
_SOCKETS: Final = "*.sock"
_NAME_DIGITS: Final = 40

_log = structlog.get_logger(__name__)


class Commons:
    """The indexes of a folder of sockets, which only its user may enter."""

    def __init__(self, folder: Path | None = None, *, least: int = COMMON_FROM) -> None:
        """Without a folder, or with fewer hashes than `least`, each process builds for itself."""
        self._folder, self._least = folder, least
        self._shelf: Shelf | None = None
        self._socket = f"{os.getpid()}-{secrets.token_hex(4)}.sock"
        self._users, self._left = Counter[str](), deque[str]()
        self._own = threading.Lock()

    def build(self, hashes: NDArray[Any], *, kind: HashKind) -> HashIndex:
        """An index of the hashes, in memory that others have already where there is such.

        Where sharing fails it is built in memory of this process, and the log says so.
        """
        words = words_of(hashes, kind=kind)
        if self._folder is not None and len(words) >= self._least:
            try:
                return self._common(words, kind=kind, folder=self._folder)
            except OSError as error:
                _log.warning("memory_not_shared", error=type(error).__name__)
        return INDEXES[kind].build(words)

    def _common(self, words: Words, *, kind: HashKind, folder: Path) -> HashIndex:
        name = f"{kind}-{_digest(words)}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._own, _turn(folder / "turn"):
            shelf = self._shelf = self._shelf or Shelf(folder / self._socket)
            memory = shelf.memory(name) or _handed(name, folder=folder, own=self._socket)
            if memory is None:
                built = INDEXES[kind].build(words, allocate=shared)
                shelf.put(name, index=built)
                memory = shelf.memory(name)
            elif not self._users[name]:
                shelf.put(name, index=INDEXES[kind](found_in(memory)))
            self._users[name] += 1
        assert memory is not None  # noqa: S101 - it was put there just now
        own = mmap.mmap(memory.descriptor, len(memory), access=mmap.ACCESS_COPY)
        index = INDEXES[kind](found_in(own), allocate=private)
        weakref.finalize(index, self._leave, name).atexit = False
        self._clear()
        return index

    def close(self) -> None:
        """Nobody is handed anything more; every index stays what it is."""
        with self._own:
            if self._shelf is not None:
                self._shelf.close()
            self._shelf = None

    def _leave(self, name: str) -> None:
        self._left.append(name)
        self._clear()

    def _clear(self) -> None:
        """Lets go of memory that no index here uses; never waits, since a destructor calls it."""
        if not self._own.acquire(blocking=False):
            return
        try:
            while self._left:
                name = self._left.popleft()
                self._users[name] -= 1
                if not self._users[name] and self._shelf is not None:
                    self._shelf.take(name)
        finally:
            self._own.release()


def _handed(name: str, *, folder: Path, own: str) -> SharedMemory | None:
    """The memory from another process that has it; takes away what killed ones left."""
    for path in folder.glob(_SOCKETS):
        if path.name == own:
            continue
        try:
            other, descriptor, _ = asked(path, name=name)
        except SharingUnavailable as error:
            if isinstance(error.__cause__, ConnectionRefusedError):
                path.unlink(missing_ok=True)
            continue
        other.close()
        return held(descriptor)
    return None


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """One process at a time, so that none builds what another one is building."""
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(words: Words) -> str:
    return hashlib.sha256(np.ascontiguousarray(words).data).hexdigest()[:_NAME_DIGITS]
