"""Bytes from outside, read strictly: what is not said, said twice or can't be stored is named."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from tutela.domain import canonical
from tutela.domain.countries import is_country
from tutela.domain.languages import is_language_tag
from tutela.domain.notice import Notice, Subject
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.intake import places

#: How far a sender's clock may run ahead before its time is refused as impossible.
SENDER_CLOCK_TOLERANCE = timedelta(hours=24)
#: Nothing was reported to an online service before this.
EARLIEST_TIME = datetime(1970, 1, 1, tzinfo=UTC)

_ESCAPED_NUL = b"\\u0000"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ESCAPE = re.compile(rb"\\.", re.DOTALL)

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class NotJson(TutelaError):
    """The body is no JSON text."""

    code = "not_json"
    title = "The body is not JSON"
    status = 400


class Unfit(TutelaError):
    """The body is JSON and doesn't fit the schema; every place is named."""

    code = "invalid_body"
    title = "The body does not fit the schema"
    status = 422


@dataclass(frozen=True, slots=True)
class NoticeRead:
    """A notice that fits, and the RFC 8785 form of the body it was read from."""

    notice: Notice
    body: bytes


def read_notice(raw: bytes, *, now: datetime) -> NoticeRead:
    """The notice in a body; `NotJson` or `Unfit` where it is none."""
    value = read_json(raw)
    notice = fit(value, kind=Notice)
    refuse_if_any(tuple(notice_errors(notice, now=now)))
    return NoticeRead(notice, canonical.encode(value))


def read_struct(raw: bytes, *, kind: type[_Struct]) -> _Struct:
    """A body as the struct it should be; `NotJson` or `Unfit` where it doesn't fit."""
    return fit(read_json(raw), kind=kind)


def read_json(raw: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Any JSON value without duplicate keys and without U+0000; else `NotJson` or `Unfit`."""
    try:
        value = _decode(raw)
        if _strings(raw) != _strings(_encode(value)):
            refuse_if_any(places.duplicate_keys(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise NotJson(detail=_plainly(cause, raw=raw)) from cause
    if _ESCAPED_NUL in raw:
        refuse_if_any(places.unstorable(value))
    return value


def fit(value: object, *, kind: type[_Struct]) -> _Struct:
    """The value as a struct; `Unfit` names every field that is wrong, not only the first."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as cause:
        errors = places.misfits(value, kind=kind)
        raise Unfit(detail=_count(errors), errors=errors) from cause


def refuse_if_any(errors: Sequence[FieldError]) -> None:
    """`Unfit` with the given errors, if there are any."""
    if errors:
        raise Unfit(detail=_count(errors), errors=errors[: places.PLACES_MAX])


def time_error(at: datetime | None, *, now: datetime) -> str | None:
    """What is wrong with a time that a sender names; None where nothing is."""
    if at is None or EARLIEST_TIME <= at <= now + SENDER_CLOCK_TOLERANCE:
        return None
    return "before 1970" if at < EARLIEST_TIME else "more than a day in the future"


def notice_errors(notice: Notice, *, now: datetime) -> Iterator[FieldError]:
    """What is wrong with a notice beyond the types of its fields."""
    for index, subject in enumerate(notice.subjects):
        yield from _subject_errors(subject, at=f"/subjects/{index}")
    if notice.language is not None and not is_language_tag(notice.language):
        yield FieldError("/language", "not a well-formed BCP 47 language tag")
    if notice.country is not None and not is_country(notice.country):
        yield FieldError("/country", "not an ISO 3166-1 alpha-2 country code")
    wrong = time_error(notice.submitted_at, now=now)
    if wrong is not None:
        yield FieldError("/submitted_at", wrong)


def _subject_errors(subject: Subject, *, at: str) -> Iterator[FieldError]:
    if subject.id is None and subject.url is None:
        yield FieldError(at, "a subject needs an id or a url")
    if _says_nothing(subject.id):
        yield FieldError(f"{at}/id", "blank")
    if _says_nothing(subject.url):
        yield FieldError(f"{at}/url", "blank")
    if _says_nothing(subject.account_id):
        yield FieldError(f"{at}/account_id", "blank")


def _says_nothing(text: str | None) -> bool:
    return text is not None and not text.isalnum() and is_blank(text)


def _strings(json_text: bytes) -> int:
    """How many quotation marks begin or end a text; a member that is lost takes two with it."""
    if b"\\" in json_text:
        json_text = _ESCAPE.sub(b"", json_text)
    return json_text.count(b'"')


def _plainly(cause: Exception, *, raw: bytes) -> str:
    if raw.startswith(_BYTE_ORDER_MARK):
        return "The body begins with a byte order mark; send JSON as UTF-8 without one."
    if isinstance(cause, UnicodeDecodeError):
        return f"The body is not UTF-8: byte {cause.start}."
    if isinstance(cause, RecursionError):
        return "The body is nested too deeply."
    return f"{cause}."


def _count(errors: Sequence[FieldError]) -> str:
    return f"{len(errors)} fields can't be taken." if len(errors) > 1 else "A field can't be taken."
