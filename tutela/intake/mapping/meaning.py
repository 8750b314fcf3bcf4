"""What is wrong with a mapping beyond the types of its keys."""

import codecs
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from tutela.domain.countries import is_country
from tutela.domain.languages import is_language_tag
from tutela.domain.vocabulary import Category, Keyword, SubjectKind
from tutela.intake.mapping.mapping import (
    FileFormat,
    FileShape,
    ListSource,
    NoticeMapping,
    Source,
    SubjectSources,
    Target,
    TimeSource,
    targets,
)

#: Encodings of which a file may be, by the names that Python's codecs give them.
ENCODINGS: Final = frozenset(
    {"ascii", "utf-8", "utf-8-sig", "utf-16", "iso8859-1", "iso8859-2", "iso8859-15"}
    | {"cp1250", "cp1252"}
)
#: Fields that are true or false.
YES_OR_NO: Final = frozenset(
    {
        ("fields", "good_faith"),
        ("fields", "imminent_danger"),
        ("fields", "possible_minor", "depicted"),
        ("fields", "possible_minor", "account_holder"),
        ("fields", "possible_minor", "notifier"),
    }
)
#: Names of time formats that are no pattern.
TIME_WORDS: Final = frozenset({"rfc3339", "unix", "unix_ms"})

_KNOWN: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {
        "category": frozenset(map(str, Category)).__contains__,
        "keyword": frozenset(map(str, Keyword)).__contains__,
        "kind": frozenset(map(str, SubjectKind)).__contains__,
        "country": is_country,
        "language": is_language_tag,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one key of a mapping."""

    path: tuple[str, ...]
    message: str


def faults_of(mapping: NoticeMapping) -> Iterator[Fault]:
    """Everything that can't work, whatever the file."""
    yield from _of_shape(mapping.file)
    for target in targets(mapping):
        yield from _of_source(target, mapping=mapping)
        yield from _of_values(target, mapping=mapping)
        if isinstance(target.source, TimeSource):
            yield from _of_time(target.source, path=target.path)
    for index, subject in enumerate(mapping.subjects):
        yield from _of_subject(subject, index=index, mapping=mapping)
    used = {target.source.table for target in targets(mapping)}
    for name in mapping.tables:
        if name not in used:
            yield Fault(("tables", name), "no field goes through this table")


def faults_with_header(mapping: NoticeMapping, *, header: tuple[str, ...]) -> Iterator[Fault]:
    """Columns that this file lacks, or has more than once."""
    for target in targets(mapping):
        column = target.source.column
        if column is None or header.count(column) == 1:
            continue
        if column in header:
            message = f"the file has the column {column!r} more than once"
        else:
            message = f"the file has no column {column!r}; it has {_listed(header)}"
        yield Fault((*target.path, "column"), message)


def is_known(name: str, *, value: str) -> bool:
    """Whether a field of that name may hold the value, as far as there is a list to ask."""
    known = _KNOWN.get(name)
    return known is None or known(value)


def _of_shape(shape: FileShape) -> Iterator[Fault]:
    try:
        known = codecs.lookup(shape.encoding).name in ENCODINGS
    except (LookupError, ValueError):
        known = False
    if not known:
        yield Fault(("file", "encoding"), f"not among {', '.join(sorted(ENCODINGS))}")
    if shape.delimiter in "\r\n\0" or shape.delimiter == shape.quote:
        yield Fault(("file", "delimiter"), "neither a line break nor the quote")
    if shape.quote in "\r\n\0":
        yield Fault(("file", "quote"), "no line break")


def _of_source(target: Target, *, mapping: NoticeMapping) -> Iterator[Fault]:
    source, path = target.source, target.path
    given = [name for name in ("column", "pointer", "value") if getattr(source, name) is not None]
    if len(given) != 1:
        yield Fault(path, "needs exactly one of column, pointer and value")
    if source.table is not None and source.table not in mapping.tables:
        yield Fault((*path, "table"), f"there is no table {source.table!r}")
    if source.table is not None and source.value is not None:
        yield Fault((*path, "table"), "a constant goes through no table")
    wrong = "pointer" if mapping.file.format is FileFormat.CSV else "column"
    if getattr(source, wrong) is not None:
        yield Fault((*path, wrong), f"a {mapping.file.format} file has no {wrong}s")
    if source.pointer and not source.pointer.startswith("/"):
        yield Fault((*path, "pointer"), "a JSON pointer begins with /")


def _of_values(target: Target, *, mapping: NoticeMapping) -> Iterator[Fault]:
    source = target.source
    if source.value is not None:
        wrong = _wrong(source.value, target=target)
        if wrong is not None:
            yield Fault((*target.path, "value"), wrong)
    for code, value in mapping.tables.get(source.table or "", {}).items():
        wrong = _wrong(value, target=target)
        if wrong is not None:
            yield Fault(("tables", source.table or "", code), f"{wrong} (for {target.name})")


def _wrong(value: str | bool, *, target: Target) -> str | None:  # noqa: FBT001 - it is the value of a mapping
    if target.path in YES_OR_NO:
        return None if isinstance(value, bool) else "must be true or false"
    if isinstance(value, bool):
        return "must be a text"
    return None if is_known(target.name, value=value) else f"{value!r} is no known {target.name}"


def _of_time(source: TimeSource, *, path: tuple[str, ...]) -> Iterator[Fault]:
    if source.zone is not None and not _is_zone(source.zone):
        yield Fault((*path, "zone"), f"there is no zone {source.zone!r}")
    if source.format in TIME_WORDS:
        return
    if not _is_pattern(source.format):
        yield Fault((*path, "format"), f"not a pattern of a time: {source.format!r}")
    elif "%z" not in source.format and source.zone is None:
        yield Fault((*path, "zone"), "required: the pattern names no zone")


def _is_pattern(pattern: str) -> bool:
    try:
        datetime.strptime(datetime(2026, 11, 21, tzinfo=UTC).strftime(pattern), pattern)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    return "%" in pattern


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _of_subject(subject: SubjectSources, *, index: int, mapping: NoticeMapping) -> Iterator[Fault]:
    path = ("subjects", str(index))
    if subject.id is None and subject.url is None:
        yield Fault(path, "a subject needs an id or a url")
    if subject in mapping.subjects[:index]:
        yield Fault(path, "the same subject stands here twice")
    if subject.id is not None and subject.url is not None:
        for name, source in (("id", subject.id), ("url", subject.url)):
            if _is_list(source):
                yield Fault((*path, name, "separator"), "a list stands alone: no id beside a url")


def _is_list(source: Source) -> bool:
    return isinstance(source, ListSource) and source.separator is not None


def _listed(header: tuple[str, ...]) -> str:
    return ", ".join(repr(name) for name in header[:50])
