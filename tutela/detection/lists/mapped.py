"""Files of elsewhere into a list: CSV or JSON Lines, by a mapping that says what is where."""

import codecs
import csv
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import msgspec

from tutela.detection.lists.entries import (
    SOURCE_MAX_CODE_POINTS,
    TAG_MAX_CODE_POINTS,
    WIDTHS,
    BadLine,
    BadValue,
    Entry,
    Family,
    Kind,
    Row,
    TermForm,
    read_hash,
    read_term,
)
from tutela.detection.lists.errors import ListFileUnfit, ListMappingUnfit
from tutela.detection.lists.folding import can_be_looked_for
from tutela.detection.lists.lines import LINE_MAX_CODE_POINTS, Tell, bounded, opened

MAPPING_MAX_BYTES: Final = 1024 * 1024
#: Encodings that a file may be in, by Python's names for them.
ENCODINGS: Final = frozenset(
    {"utf-8", "ascii", "utf-16", "iso8859-1", "iso8859-2", "iso8859-15", "cp1250", "cp1252"}
)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
OneCharacter = Annotated[str, msgspec.Meta(min_length=1, max_length=1)]


class ListFormat(StrEnum):
    """How the rows of a list's file are written."""

    #: Comma-separated values with a header (RFC 4180), a row a line, or with another delimiter.
    CSV = "csv"
    #: One JSON object a line.
    JSONL = "jsonl"


class ListFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From where each field comes: a column of CSV, or a member or pointer (RFC 6901) of JSON."""

    pdq: Name | None = None
    md5: Name | None = None
    sha1: Name | None = None
    sha256: Name | None = None
    term: Name | None = None
    #: Under which id its source knows it.
    id: Name | None = None
    #: What a match is tagged with.
    category: Name | None = None
    tags: Name | None = None
    language: Name | None = None
    #: How a term is looked for: word, substring, phrase, allow.
    form: Name | None = None
    expires: Name | None = None
    updated: Name | None = None
    #: Whether its source took it back.
    deleted: Name | None = None


class ListMapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole mapping file."""

    fields: ListFields
    format: ListFormat = ListFormat.CSV
    encoding: Name = "utf-8"
    delimiter: OneCharacter = ","
    #: What parts several tags in one text.
    separator: OneCharacter = ";"
    #: What says in `deleted` that the entry is gone, in any case of letters.
    deleted_values: tuple[str, ...] = ("true", "yes", "1", "deleted", "withdrawn")
    #: Their categories to ours; one that is not here stays as it is.
    categories: dict[str, str] = {}

    @property
    def family(self) -> Family:
        """What the file holds."""
        return Family.HASHES if self.fields.term is None else Family.TERMS


Cell = Callable[[str], object]


def read_mapping(path: Path) -> ListMapping:
    """The mapping of a file; raises ListMappingUnfit with file and field."""
    try:
        raw = path.read_bytes()[: MAPPING_MAX_BYTES + 1]
        text = raw.removeprefix(codecs.BOM_UTF8).decode()
        mapping = msgspec.convert(tomllib.loads(text), ListMapping)
        is_known = codecs.lookup(mapping.encoding).name in ENCODINGS
    except OSError as error:
        raise ListMappingUnfit(f"{path}: {error.strerror}.") from error
    except LookupError:
        is_known = False
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ListMappingUnfit(f"{path}: {error}.") from error
    if not is_known:
        raise ListMappingUnfit(f"{path}, encoding: not among {', '.join(sorted(ENCODINGS))}.")
    fields = mapping.fields
    hashes = [kind for kind in WIDTHS if getattr(fields, kind)]
    if bool(hashes) == (fields.term is not None):
        raise ListMappingUnfit(
            f"{path}, fields: names a term, or one or more of pdq, md5, sha1, sha256; not both."
        )
    return mapping


def read_mapped(
    path: Path, *, mapping: ListMapping, tell: Tell | None = None
) -> Iterator[Row | BadLine]:
    """Each row as its entries, or why it was refused; raises ListFileUnfit for the whole file."""
    with opened(path, encoding=mapping.encoding) as file:
        lines = bounded(file, tell=tell)
        if mapping.format is ListFormat.CSV:
            rows = _of_csv(lines, mapping=mapping, path=path)
        else:
            rows = _of_json(lines, mapping=mapping)
        yield from can_be_looked_for(rows) if mapping.family is Family.TERMS else rows


def _of_csv(
    lines: Iterator[tuple[int, str]], *, mapping: ListMapping, path: Path
) -> Iterator[Row | BadLine]:
    header = next(lines, None)
    if header is None:
        raise ListFileUnfit(f"{path}: nothing is in it.")
    names = _cells(header[1], mapping=mapping)
    columns = {name: place for place, name in enumerate(names)}
    wanted = msgspec.structs.asdict(mapping.fields)
    for field, column in wanted.items():
        if column is not None and column not in columns:
            raise ListFileUnfit(f"{path}, line {header[0]}: no column for {field}.")
    for number, line in lines:
        if len(line) > LINE_MAX_CODE_POINTS:
            yield BadLine(line=number, field="line", why="the line is too long")
            continue
        cells = _cells(line, mapping=mapping)
        if len(cells) != len(names):
            why = f"{len(cells)} cells, where {len(names)} belong"
            yield BadLine(line=number, field="line", why=why)
            continue
        yield _row(number, cell=_in_cells(cells, columns=columns), mapping=mapping)


def _of_json(lines: Iterator[tuple[int, str]], *, mapping: ListMapping) -> Iterator[Row | BadLine]:
    for number, line in lines:
        try:
            document = msgspec.json.decode(line.encode())
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            yield BadLine(line=number, field="line", why="not JSON, or longer than a line may be")
            continue
        yield _row(number, cell=_in_document(document), mapping=mapping)


def _row(number: int, *, cell: Cell, mapping: ListMapping) -> Row | BadLine:
    reading = _Reading(cell, mapping=mapping)
    try:
        return reading.row(number)
    except BadValue as error:
        return BadLine(line=number, field=reading.field, why=str(error))


class _Reading:
    """One row as it is read; `field` is the one that is read just now."""

    def __init__(self, cell: Cell, *, mapping: ListMapping) -> None:
        self._cell = cell
        self._mapping = mapping
        self.field = "line"

    def row(self, number: int) -> Row:
        """The row; raises BadValue."""
        source = self._bounded("id", most=SOURCE_MAX_CODE_POINTS)
        updated_at = self._time("updated")
        gone = self._text("deleted").lower() in self._mapping.deleted_values
        entries = tuple(self._entries(source=source, updated_at=updated_at))
        self.field = "line"
        if not entries and not (gone and source):
            raise BadValue("no hash or term is in it")
        if gone and source:
            return Row(line=number, gone=True, source=source, updated_at=updated_at)
        return Row(line=number, entries=entries, gone=gone, updated_at=updated_at)

    def _entries(self, *, source: str, updated_at: datetime | None) -> Iterator[Entry]:
        tags, expires_at = self._tags(), self._time("expires")
        form = self._form()
        language = self._bounded("language", most=TAG_MAX_CODE_POINTS) or None
        for kind in Kind:
            field = "term" if kind is Kind.TERMS else kind
            text = self._text(field)
            if not text:
                continue
            entry = read_term(text) if kind is Kind.TERMS else read_hash(text, kind=kind)
            yield msgspec.structs.replace(
                entry,
                source=source,
                tags=tags,
                expires_at=expires_at,
                updated_at=updated_at,
                form=form or entry.form,
                language=language,
            )

    def _tags(self) -> tuple[str, ...]:
        category = self._bounded("category", most=TAG_MAX_CODE_POINTS)
        several = self._text("tags").split(self._mapping.separator)
        tags = [self._mapping.categories.get(category, category), *(tag.strip() for tag in several)]
        if any(len(tag) > TAG_MAX_CODE_POINTS for tag in tags):
            raise BadValue(f"a tag longer than {TAG_MAX_CODE_POINTS} characters")
        return tuple(dict.fromkeys(tag for tag in tags if tag))

    def _form(self) -> TermForm | None:
        text = self._text("form").lower()
        try:
            return TermForm(text) if text else None
        except ValueError:
            raise BadValue(f"not one of {', '.join(TermForm)}") from None

    def _time(self, field: str) -> datetime | None:
        text = self._text(field)
        if not text:
            return None
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            raise BadValue("not a time or day, such as 2026-11-21T10:15:00Z") from None
        return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)

    def _bounded(self, field: str, *, most: int) -> str:
        text = self._text(field)
        if len(text) > most:
            raise BadValue(f"longer than {most} characters")
        return text

    def _text(self, field: str) -> str:
        self.field = field
        name = getattr(self._mapping.fields, field)
        if name is None:
            return ""
        value = self._cell(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            value = self._mapping.separator.join(value)
        if not isinstance(value, str | int):
            raise BadValue("not a text")
        text = str(value).strip()
        if "\0" in text or not text.isprintable():
            raise BadValue("a control character, or bytes that are not of the encoding")
        return text


def _cells(line: str, *, mapping: ListMapping) -> list[str]:
    return next(csv.reader([line], delimiter=mapping.delimiter), [])


def _in_cells(cells: list[str], *, columns: Mapping[str, int]) -> Cell:
    return lambda name: cells[columns[name]]


def _in_document(document: object) -> Cell:
    def cell(name: str) -> object:
        value = document
        for step in _steps(name):
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
                value = value[int(step)]
            else:
                return None
        return value

    return cell


def _steps(name: str) -> list[str]:
    if not name.startswith("/"):
        return [name]
    return [step.replace("~1", "/").replace("~0", "~") for step in name[1:].split("/")]
