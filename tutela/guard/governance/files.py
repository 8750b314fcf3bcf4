"""Files of entries to be proposed: JSON Lines or CSV, every fault by file, line and field."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tutela.errors import FieldError, TutelaError
from tutela.guard.governance.entries import ENTRIES_MAX, EntryAsked, entries_errors
from tutela.intake.reading import NotJson, Unfit, fit, read_struct

FILE_MAX_BYTES: Final = 64 * 1024 * 1024
#: Faults that are told one by one.
FAULTS_SHOWN: Final = 20
COLUMNS: Final = ("kind", "value", "verdict", "form", "languages", "surfaces", "network")
_LISTS: Final = frozenset({"languages", "surfaces"})
_SEPARATORS: Final = re.compile(r"[\s;,]+")
_ENTRY: Final = re.compile(r"/entries/(\d+)/?(.*)")


class GuardFileUnfit(TutelaError):
    """A file of entries or queries can't be read; nothing of it was taken."""

    code = "guard_file_unfit"
    title = "The file can't be taken"
    status = 422


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one place of a file; never what it says."""

    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class FileOfEntries:
    """The entries of a file, and the line of each."""

    path: Path
    entries: tuple[EntryAsked, ...]
    lines: tuple[int, ...]

    def unfit(self, errors: Sequence[FieldError]) -> GuardFileUnfit:
        """The same faults by their lines."""
        return unfit(self.path, faults=list(self._faults(errors)))

    def _faults(self, errors: Sequence[FieldError]) -> Iterator[Fault]:
        for error in errors:
            found = _ENTRY.fullmatch(error.pointer)
            line = self.lines[int(found[1])] if found else 0
            yield Fault(line, found[2] if found else error.pointer, self._by_line(error.message))

    def _by_line(self, message: str) -> str:
        found = _ENTRY.search(message)
        if found is None:
            return message
        return f"{message[: found.start()]}line {self.lines[int(found[1])]}"


def read_entries(path: Path) -> FileOfEntries:
    """The entries of a file, CSV by its ending, else JSON Lines; raises GuardFileUnfit."""
    text = _text(path)
    read = _of_csv if path.suffix.lower() == ".csv" else _of_lines
    entries, lines, faults = [], [], list[Fault]()
    for line, found in read(text):
        if isinstance(found, EntryAsked):
            entries.append(found)
            lines.append(line)
        else:
            faults += found
        if len(entries) > ENTRIES_MAX:
            raise GuardFileUnfit(f"{path}: more than {ENTRIES_MAX} entries.")
    if faults:
        raise unfit(path, faults=faults)
    if not entries:
        raise GuardFileUnfit(f"{path}: no entry in it.")
    whole = FileOfEntries(path, tuple(entries), tuple(lines))
    wrong = list(entries_errors(whole.entries))
    if wrong:
        raise whole.unfit(wrong)
    return whole


def read_queries(path: Path) -> list[str]:
    """The queries of a file, one a line, blank ones too; raises GuardFileUnfit."""
    return _text(path).splitlines()


def unfit(path: Path, *, faults: Sequence[Fault]) -> GuardFileUnfit:
    """The refusal of a file, with its first faults in words."""
    told = [f"{path}, line {each.line}, {each.field}: {each.message}" for each in faults]
    more = len(told) - FAULTS_SHOWN
    shown = [*told[:FAULTS_SHOWN], *([f"and {more} more"] if more > 0 else [])]
    return GuardFileUnfit(
        "\n".join([*shown, "Nothing was taken."]),
        errors=[FieldError(f"line {each.line}/{each.field}", each.message) for each in faults],
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise GuardFileUnfit(f"{path}: {error.strerror}.") from error
    if len(raw) > FILE_MAX_BYTES:
        raise GuardFileUnfit(f"{path}: more than {FILE_MAX_BYTES} bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise GuardFileUnfit(f"{path}, line {line}: not UTF-8.") from error


def _of_lines(text: str) -> Iterator[tuple[int, EntryAsked | list[Fault]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.isspace():
            continue
        try:
            yield number, read_struct(line.encode(), kind=EntryAsked)
        except NotJson as wrong:
            yield number, [Fault(number, "line", wrong.detail)]
        except Unfit as wrong:
            yield number, _faults(wrong, line=number)


def _of_csv(text: str) -> Iterator[tuple[int, EntryAsked | list[Fault]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or ()
        wrong = [Fault(1, str(name), "no such column") for name in header if name not in COLUMNS]
        wrong += [Fault(1, name, "missing") for name in COLUMNS[:2] if name not in header]
        if wrong:
            yield 1, wrong
            return
        for row in reader:
            yield reader.line_num, _row(row, line=reader.line_num)
    except csv.Error as error:
        line = reader.reader.line_num
        yield line, [Fault(line, "line", f"{error}")]


def _row(row: "dict[str | None, str | list[str] | None]", *, line: int) -> EntryAsked | list[Fault]:
    if None in row:
        return [Fault(line, "line", "more fields than the first line names")]
    said: dict[str, object] = {}
    for name, text in row.items():
        if name is None or not isinstance(text, str) or not text.strip():
            continue
        words = [each for each in _SEPARATORS.split(text) if each]
        said[name] = words if name in _LISTS else text
    try:
        return fit(said, kind=EntryAsked)
    except Unfit as wrong:
        return _faults(wrong, line=line)


def _faults(wrong: Unfit, *, line: int) -> list[Fault]:
    return [Fault(line, each.pointer.lstrip("/") or "line", each.message) for each in wrong.errors]
