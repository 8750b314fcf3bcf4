"""Files that stand there whole, or as they were."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutela.networks.files.errors import NetworkFileUnfit


def placeable(path: Path) -> None:
    """Raises NetworkFileUnfit where no file can be put."""
    if not path.parent.is_dir():
        raise NetworkFileUnfit(f"{path}: there is no folder {path.parent}.")
    if not os.access(path.parent, os.W_OK):
        raise NetworkFileUnfit(f"{path}: nothing may be written to {path.parent}.")
    if path.is_dir():
        raise NetworkFileUnfit(f"{path}: is a folder.")


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A file beside it that takes its place when all is written."""
    written = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield written
        written.replace(path)
    except OSError as error:
        raise NetworkFileUnfit(f"{path}: {error.strerror or 'can not be written'}.") from error
    finally:
        written.unlink(missing_ok=True)
