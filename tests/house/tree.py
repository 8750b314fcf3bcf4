"""The files of the house: those of the repository, with their text."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE_ROOTS = ("tutela", "tutela_verify", "tests", "benchmarks", "tools")
PRODUCT_ROOTS = ("tutela", "tutela_verify")
NOT_OURS = frozenset({"build", "dist", "htmlcov", "node_modules"})


@dataclass(frozen=True)
class SourceFile:
    """A text file of the repository; `path` is relative to its root, with slashes."""

    path: str
    text: str


def files(*, suffix: str, under: tuple[str, ...]) -> Iterator[SourceFile]:
    """Every file of the folders with that suffix, in the order of their paths."""
    for folder in under:
        for path in sorted((ROOT / folder).rglob(f"*{suffix}")):
            yield SourceFile(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))


def repository_files() -> Iterator[SourceFile]:
    """Every text file that git holds or would take; without git, every file not hidden or built."""
    for path in _held_by_git() or _found_on_disk():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
        yield SourceFile(path, text)


def _held_by_git() -> list[str]:
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        return []
    return [path for path in listing.stdout.decode().split("\0") if path]


def _found_on_disk() -> list[str]:
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [
        path.as_posix()
        for path in found
        if not NOT_OURS & set(path.parts)
        and not any(part.startswith(".") and part != ".ci" for part in path.parts)
        and "__pycache__" not in path.parts
    ]
