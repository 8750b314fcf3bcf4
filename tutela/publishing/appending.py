"""Lines appended to a file of the operator's, whole or not at all."""

import os
import stat
from pathlib import Path
from typing import Final

from tutela.publishing.posting import NotPublished

_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
_MODE: Final = 0o644


def append(path: Path, *, lines: bytes) -> None:
    """The lines lie at the end of the file, in one write and fsynced; `NotPublished`."""
    try:
        file = os.open(path, _FLAGS, _MODE)
        try:
            _append(file, lines=lines)
        finally:
            os.close(file)
    except OSError as error:
        raise NotPublished(f"can't be written: {error.strerror}") from error


def _append(file: int, *, lines: bytes) -> None:
    found = os.fstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise NotPublished("can't be written: it is no file")
    is_torn = found.st_size > 0 and os.pread(file, 1, found.st_size - 1) != b"\n"
    content = b"\n" + lines if is_torn else lines
    if os.write(file, content) != len(content):
        os.ftruncate(file, found.st_size)
        raise NotPublished("can't be written: No space left on device")
    os.fsync(file)
