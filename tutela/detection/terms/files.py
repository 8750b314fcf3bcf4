"""Files of terms and of texts, and the hits of one in the other."""

import codecs
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from tutela.detection.terms.matcher import Hit, TermMatcher, matcher
from tutela.detection.terms.term import REFUSAL_WORDS, Term, TermKind
from tutela.errors import TutelaError

#: Bytes that a line may have.
LINE_MAX_BYTES: Final = 512 * 1024 * 1024
#: Texts that are searched at once, and the bytes of their lines.
_BATCH_LINES: Final = 2_000
_BATCH_BYTES: Final = 4 * 1024 * 1024


class TermFileUnfit(TutelaError):
    """The file can't be read as terms or as texts."""

    code = "term_file_unfit"
    title = "The file can't be read"
    status = 422


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is left out; neither the term nor the text is told."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f", field {self.field}" if self.field else ""
        return f"{self.file}, line {self.line}{place}: {self.message}"


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the file of texts."""

    id: str | int
    text: str
    language: str | None = None


class HitLine(msgspec.Struct, frozen=True, kw_only=True):
    """A hit as it is written: the term by its line."""

    term_id: int
    start: int
    end: int
    kind: str


class Matched(msgspec.Struct, kw_only=True):
    """What a run did."""

    terms: int = 0
    texts: int = 0
    texts_with_hits: int = 0
    hits: int = 0
    refused: list[Refused] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """The terms of a file, and the lines that hold none."""

    terms: list[Term] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def read_terms(path: Path) -> ReadTerms:
    """One term a line, whose id is the line's number from 1; blank lines hold none.

    After a tab there may be its kind (`substring` where there is none), after another one the
    languages (BCP 47, by commas). `TermFileUnfit` where the file can't be read.
    """
    read = ReadTerms()
    for number, raw, _ in _lines(path):
        if not raw.strip():
            continue
        try:
            read.terms.append(_term(raw, number=number))
        except _Wrong as wrong:
            read.refused.append(_refused(path, line=number, wrong=wrong))
    return read


def terms_matcher(path: Path) -> tuple[TermMatcher, list[Refused]]:
    """A matcher of the file's terms, and the lines that are left out; refuses an empty list."""
    read = read_terms(path)
    found = matcher(read.terms)
    refused = read.refused + [
        _refused(path, line=int(each.id), wrong=_Wrong(REFUSAL_WORDS[each.why], where="term"))
        for each in found.refused
    ]
    refused.sort(key=lambda each: each.line)
    if len(found.refused) == len(read.terms):
        first = f" {refused[0]}." if refused else ""
        raise TermFileUnfit(f"{path}: no term that can be looked for.{first}")
    return found, refused


def match_files(
    terms: Path, *, texts: Path, out: BinaryIO, tell: Callable[[int, int], None]
) -> Matched:
    """Writes `{id, hits}` of each text, in order; a line that holds none is in `refused`."""
    held, refused = terms_matcher(terms)
    done = Matched(terms=len(held.terms) - len(held.refused), refused=refused)
    encoder = msgspec.json.Encoder()
    total_bytes = texts.stat().st_size if texts.is_file() else 0
    for batch, read_bytes in _batches(texts, refused=refused):
        languages = [text.language for text in batch]
        found = held.hits([text.text for text in batch], languages=languages)
        out.writelines(
            encoder.encode({"id": text.id, "hits": _hit_lines(hits)}) + b"\n"
            for text, hits in zip(batch, found, strict=True)
        )
        done.texts += len(batch)
        done.texts_with_hits += sum(1 for hits in found if hits)
        done.hits += sum(map(len, found))
        tell(read_bytes, total_bytes)
    return done


class _Wrong(Exception):
    """What is wrong with a field of a line."""

    def __init__(self, what: str, *, where: str = "") -> None:
        super().__init__(what)
        self.where, self.what = where, what


def _refused(path: Path, *, line: int, wrong: _Wrong) -> Refused:
    return Refused(file=str(path), line=line, field=wrong.where, message=wrong.what)


def _hit_lines(hits: Sequence[Hit]) -> list[HitLine]:
    return [
        HitLine(term_id=int(hit.term.id), start=hit.start, end=hit.end, kind=hit.found)
        for hit in hits
    ]


def _term(raw: bytes, *, number: int) -> Term:
    words, kind, languages, *more = [*_decoded(raw).rstrip("\r\n").split("\t"), "", ""][:4]
    if any(more):
        raise _Wrong("more than three fields, which are separated by tabs")
    try:
        known = TermKind(kind.strip() or TermKind.SUBSTRING)
    except ValueError:
        raise _Wrong(f"is none of {', '.join(TermKind)}", where="kind") from None
    tags = tuple(tag.strip() for tag in languages.split(",") if tag.strip())
    return Term(id=str(number), text=words, kind=known, languages=tags)


def _batches(path: Path, *, refused: list[Refused]) -> Iterator[tuple[list[Text], int]]:
    batch: list[Text] = []
    size = 0
    read_bytes = 0
    for number, raw, read_bytes in _lines(path):
        if not raw.strip():
            continue
        try:
            batch.append(_text(raw))
        except _Wrong as wrong:
            refused.append(_refused(path, line=number, wrong=wrong))
        size += len(raw)
        if len(batch) >= _BATCH_LINES or size >= _BATCH_BYTES:
            yield batch, read_bytes
            batch, size = [], 0
    yield batch, read_bytes


def _text(raw: bytes) -> Text:
    text = _decoded(raw)
    try:
        return msgspec.json.decode(text, type=Text)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise _Wrong(what, where=where.strip(".`")) from error
    except msgspec.DecodeError as error:
        raise _Wrong(f"is not JSON: {error}") from error


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise _Wrong(f"is not UTF-8 at byte {error.start + 1}") from error


def _lines(path: Path) -> Iterator[tuple[int, bytes, int]]:
    """The number of each line, its bytes, and the bytes read so far."""
    try:
        with path.open("rb") as file:
            number, read_bytes = 0, 0
            while raw := file.readline(LINE_MAX_BYTES + 1):
                number += 1
                read_bytes += len(raw)
                if len(raw) > LINE_MAX_BYTES:
                    raise TermFileUnfit(
                        f"{path}, line {number}: longer than {LINE_MAX_BYTES:,} bytes."
                    )
                yield number, raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw, read_bytes
    except OSError as error:
        raise TermFileUnfit(f"{path}: {error.strerror}.") from error
