"""Indexes in memory that processes of one machine share: one builds, the others only map.

The memory has no name. Whoever wants it asks the builder over a Unix socket and is handed a file
descriptor, so the kernel frees it with the last process that has it, however that one ends:
nothing is left behind, on disk or in /dev/shm. When the builder puts another index in place of
one, it marks the old one as over; readers notice at their next search and ask again, as they do
when the builder has gone.
"""

import _posixshmem
import mmap
import os
import secrets
import socket
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from numpy.typing import NDArray

from tutela.detection.hashes.hits import Hits
from tutela.detection.hashes.index import INDEXES, RADIUS_BITS, HashIndex
from tutela.detection.hashes.kinds import HashKind
from tutela.detection.hashes.memory import found_in
from tutela.errors import TutelaError

_NAME_MAX_BYTES: Final = 256
_ANSWER_SECONDS: Final = 5.0
_WAITING: Final = 64


class SharingTaken(TutelaError):
    """Another process that lives shares its indexes at this place."""

    code = "sharing_taken"
    title = "Another process shares its indexes there"
    status = 409


class SharingUnavailable(TutelaError):
    """Nobody shares that index now, so nothing can be said of a hash."""

    code = "sharing_unavailable"
    title = "The shared index is not available"
    status = 503


class SharedMemory(mmap.mmap):
    """Memory that can be handed to other processes by its descriptor."""

    descriptor: int


def by_descriptor(size_bytes: int) -> int:
    """A descriptor of memory without a name; Linux."""
    if sys.platform != "linux":
        raise NotImplementedError
    descriptor = os.memfd_create("tutela")
    os.ftruncate(descriptor, size_bytes)
    return descriptor


def by_name_for_a_moment(size_bytes: int) -> int:
    """A descriptor of memory whose name is gone at once; any POSIX system."""
    name = f"/tutela-{secrets.token_hex(8)}"
    descriptor: int = _posixshmem.shm_open(name, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode=0o600)
    _posixshmem.shm_unlink(name)
    os.ftruncate(descriptor, size_bytes)
    return descriptor


def shared(
    size_bytes: int,
    *,
    descriptor_of: Callable[[int], int] = (
        by_descriptor if sys.platform == "linux" else by_name_for_a_moment
    ),
) -> SharedMemory:
    """Memory for `HashIndex.build(.., allocate=shared)`, all zero."""
    return held(descriptor_of(size_bytes))


def held(descriptor: int) -> SharedMemory:
    """The memory of the descriptor, which is closed with it."""
    memory = SharedMemory(descriptor, os.fstat(descriptor).st_size)
    memory.descriptor = descriptor
    weakref.finalize(memory, os.close, descriptor)
    return memory


class Shelf:
    """Where one process puts its indexes for others: a Unix socket in a folder of its own."""

    def __init__(self, path: Path) -> None:
        """Raises SharingTaken where another process that lives has the place."""
        _make_room(path)
        self._path, self._indexes, self._readers = (
            path,
            dict[str, HashIndex](),
            list[socket.socket](),
        )
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(_WAITING)
        self._server = threading.Thread(target=self._serve, name="hash-shelf", daemon=True)
        self._server.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def put(self, name: str, *, index: HashIndex) -> None:
        """From now on this is the index of the name; it must lie in shared memory."""
        if not isinstance(index.block.memory, SharedMemory):
            raise SharingUnavailable("The index was not built in shared memory.")
        before, self._indexes[name] = self._indexes.get(name), index
        if before is not None and before is not index:
            before.end()

    def take(self, name: str) -> None:
        """Nobody is handed the index of the name any more."""
        self._indexes.pop(name, None)

    def memory(self, name: str) -> SharedMemory | None:
        """What the index of the name lies in; None where there is none."""
        index = self._indexes.get(name)
        memory = None if index is None else index.block.memory
        return memory if isinstance(memory, SharedMemory) else None

    def close(self) -> None:
        """Nobody is handed anything more; those that have an index keep it."""
        self._path.unlink(missing_ok=True)
        self._socket.shutdown(socket.SHUT_RDWR)
        self._server.join()
        for each in (self._socket, *self._readers):
            each.close()

    def _serve(self) -> None:
        while True:
            try:
                reader = self._socket.accept()[0]
            except OSError:
                return
            self._readers = [each for each in self._readers if not _has_gone(each)]
            try:
                reader.settimeout(_ANSWER_SECONDS)
                self._answer(reader)
                reader.setblocking(False)  # noqa: FBT003 - the socket's own signature
            except OSError:
                reader.close()
            else:
                self._readers.append(reader)

    def _answer(self, reader: socket.socket) -> None:
        name = reader.recv(_NAME_MAX_BYTES).removesuffix(b"\n").decode(errors="replace")
        index, memory = self._indexes.get(name), self.memory(name)
        if index is None or memory is None:
            reader.sendall(b"-")
            return
        socket.send_fds(reader, [index.kind.encode()], [memory.descriptor])


class SharedIndex:
    """An index that another process builds, as it is now; searched like one's own."""

    def __init__(self, path: Path, *, name: str) -> None:
        """Raises SharingUnavailable where nobody shares an index of the name there."""
        self._path, self._name = path, name
        self._asking = threading.Lock()
        self._builder, self._index = _mapped(path, name=name)
        self._closing = weakref.finalize(self, self._builder.close)

    def search(
        self, hashes: NDArray[Any], *, radius: int = RADIUS_BITS, most: int | None = None
    ) -> Hits:
        """As HashIndex.search; raises SharingUnavailable where what it has is over."""
        return self.current().search(hashes, radius=radius, most=most)

    @property
    def is_attended(self) -> bool:
        """Whether the process that built it lives."""
        return not _has_gone(self._builder)

    def current(self) -> HashIndex:
        """The index as of now. Without its builder it stays what it was, unless that is over."""
        with self._asking:
            if self._index.is_over or not self.is_attended:
                self._ask_again()
            return self._index

    def _ask_again(self) -> None:
        try:
            builder, index = _mapped(self._path, name=self._name)
        except SharingUnavailable:
            if self._index.is_over:
                raise
            return
        self._closing()
        self._builder, self._index = builder, index
        self._closing = weakref.finalize(self, builder.close)


def asked(path: Path, *, name: str) -> tuple[socket.socket, int, HashKind]:
    """Whoever shares the index at the place, a descriptor of its memory, and its kind.

    Raises SharingUnavailable where nobody shares it.
    """
    builder = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    builder.settimeout(_ANSWER_SECONDS)
    try:
        builder.connect(str(path))
        builder.sendall(name.encode(errors="replace") + b"\n")
        answer, descriptors, _, _ = socket.recv_fds(builder, _NAME_MAX_BYTES, 1)
    except OSError as error:
        builder.close()
        raise SharingUnavailable(f"Nobody shares the index {name}.") from error
    if not descriptors:
        builder.close()
        raise SharingUnavailable(f"No index {name} is shared.")
    builder.setblocking(False)  # noqa: FBT003 - the socket's own signature
    return builder, descriptors[0], HashKind(answer.decode())


def _mapped(path: Path, *, name: str) -> tuple[socket.socket, HashIndex]:
    builder, descriptor, kind = asked(path, name=name)
    try:
        size = os.fstat(descriptor).st_size
        memory = mmap.mmap(descriptor, size, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)
    return builder, INDEXES[kind](found_in(memory))


def _has_gone(other: socket.socket) -> bool:
    try:
        return other.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _make_room(path: Path) -> None:
    """Takes away what a process that was killed left at the place."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
    raise SharingTaken(f"{path}: another process shares its indexes there.")
