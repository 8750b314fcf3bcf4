"""A mapping file, read strictly: what can't work is refused with its line before a row is sent."""

import codecs
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tutela.errors import FieldError, TutelaError
from tutela.intake.mapping.mapping import NoticeMapping, shown
from tutela.intake.mapping.meaning import Fault, faults_of
from tutela.intake.mapping.place import line_of
from tutela.intake.reading import Unfit, fit

#: Faults that are told at once.
FAULTS_SHOWN = 20
MAPPING_MAX_BYTES = 1024 * 1024


class MappingUnfit(TutelaError):
    """The mapping can't be used: for no file, or not for this one."""

    code = "mapping_unfit"
    title = "The mapping can't be used"
    status = 422


class MappingFile:
    """A mapping with the file it was read from, so that a fault can be shown where it stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = _text(path)
        self.mapping = self._read()

    def refuse_if_any(self, faults: list[Fault]) -> None:
        """`MappingUnfit` with file, line and key of each fault, if there are any."""
        if not faults:
            return
        errors = [FieldError(shown(fault.path), fault.message) for fault in faults]
        raise MappingUnfit("\n".join(self._lines(faults)), errors=errors)

    def _read(self) -> NoticeMapping:
        try:
            mapping = fit(tomllib.loads(self._text), kind=NoticeMapping)
        except tomllib.TOMLDecodeError as error:
            raise MappingUnfit(f"{self.path}: not TOML: {error}.") from error
        except Unfit as error:
            self.refuse_if_any([_fault(each) for each in error.errors])
            raise
        self.refuse_if_any(list(faults_of(mapping)))
        return mapping

    def _lines(self, faults: list[Fault]) -> Iterator[str]:
        for fault in faults[:FAULTS_SHOWN]:
            line = line_of(fault.path, text=self._text)
            place = f"{self.path}" if line is None else f"{self.path}, line {line}"
            yield f"{place}, {shown(fault.path)}: {fault.message}"
        if len(faults) > FAULTS_SHOWN:
            yield f"{self.path}: and {len(faults) - FAULTS_SHOWN} more"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAPPING_MAX_BYTES + 1)
    except OSError as error:
        raise MappingUnfit(f"{path}: {error.strerror}.") from error
    if len(raw) > MAPPING_MAX_BYTES:
        raise MappingUnfit(f"{path}: more than {MAPPING_MAX_BYTES} bytes.")
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise MappingUnfit(f"{path}, line {line}: not UTF-8.") from error


def _fault(error: FieldError) -> Fault:
    steps = error.pointer.split("/")[1:]
    path = tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)
    return Fault(path, error.message)
