"""A mapping: what each field of a notice is filled from, as its TOML file says it."""

import dataclasses
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
OneCharacter = Annotated[str, msgspec.Meta(min_length=1, max_length=1)]
Table = dict[str, str | bool]


class FileFormat(StrEnum):
    """How the rows of a file are written."""

    #: Comma-separated values with a header (RFC 4180), or with another delimiter.
    CSV = "csv"
    #: One JSON value a line.
    JSONL = "jsonl"


class FileShape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the file is written; delimiter and quote count for CSV alone."""

    format: FileFormat = FileFormat.CSV
    encoding: Name = "utf-8"
    delimiter: OneCharacter = ","
    quote: OneCharacter = '"'


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a value comes from: one of `column`, `pointer` (RFC 6901) and `value`.

    `table` names the table that turns their codes into our values.
    """

    column: Name | None = None
    pointer: str | None = None
    value: str | bool | None = None
    table: Name | None = None


class ListSource(Source, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As `Source`; `separator` parts a text into several, each a subject of its own."""

    separator: Name | None = None


class TimeSource(Source, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """As `Source`; `format` is `rfc3339`, `unix`, `unix_ms` or a pattern of `strptime`.

    `zone` (IANA) is the zone of times that name none.
    """

    format: Name = "rfc3339"
    zone: Name | None = None


class NotifierSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports."""

    name: Source | None = None
    email: Source | None = None


class MinorSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which sides a minor may stand."""

    depicted: Source | None = None
    account_holder: Source | None = None
    notifier: Source | None = None


class SubjectSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One subject, or several where `id` or `url` holds a list."""

    kind: Source
    id: ListSource | None = None
    url: ListSource | None = None
    account_id: Source | None = None


class NoticeSources(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What fills the fields of a notice; its channel is the sender's and in no file."""

    external_id: Source | None = None
    category: Source | None = None
    keyword: Source | None = None
    explanation: Source | None = None
    notifier: NotifierSources | None = None
    good_faith: Source | None = None
    imminent_danger: Source | None = None
    possible_minor: MinorSources | None = None
    language: Source | None = None
    country: Source | None = None
    surface: Source | None = None
    submitted_at: TimeSource | None = None


class NoticeMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping file."""

    subjects: Annotated[tuple[SubjectSources, ...], msgspec.Meta(min_length=1)]
    file: FileShape = FileShape()
    fields: NoticeSources = NoticeSources()
    tables: dict[str, Table] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A field of a notice, by its path in the mapping, and what fills it."""

    path: tuple[str, ...]
    source: Source

    @property
    def name(self) -> str:
        """The field's own name, without the way to it."""
        return self.path[-1]


def targets(mapping: NoticeMapping) -> Iterator[Target]:
    """Every field that the mapping fills."""
    yield from _targets(mapping.fields, path=("fields",))
    for index, subject in enumerate(mapping.subjects):
        yield from _targets(subject, path=("subjects", str(index)))


def shown(path: tuple[str, ...]) -> str:
    """A path as a person reads it: `fields.notifier.name`, `subjects[0].url`."""
    text = ""
    for step in path:
        text += f"[{step}]" if step.isdigit() else f".{step}" if text else step
    return text


def table_of(source: Source, *, tables: Mapping[str, Table]) -> Table | None:
    """The table that a source goes through, if any."""
    return None if source.table is None else tables[source.table]


def _targets(sources: msgspec.Struct, *, path: tuple[str, ...]) -> Iterator[Target]:
    for field in msgspec.structs.fields(sources):
        value = getattr(sources, field.name)
        if isinstance(value, Source):
            yield Target((*path, field.name), value)
        elif isinstance(value, msgspec.Struct):
            yield from _targets(value, path=(*path, field.name))
