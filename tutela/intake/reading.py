"""Bytes from outside, read strictly: what is not said, said twice or can't be stored is named."""

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, get_type_hints

import msgspec

from tutela.domain import canonical
from tutela.domain.countries import is_country
from tutela.domain.languages import is_language_tag
from tutela.domain.notice import Notice
from tutela.errors import FieldError, TutelaError

#: How far a sender's clock may run ahead before its time is refused as impossible.
SENDER_CLOCK_TOLERANCE = timedelta(hours=24)
#: Refusals of one body that are named one by one.
ERRORS_MAX = 100
_ESCAPED_NUL = b"\\u0000"
_WHERE = re.compile(r" - at `(?P<path>\$[^`]*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")

_decode = msgspec.json.Decoder().decode
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
    notice = fit(value, Notice)
    refuse_if_any(_notice_errors(notice, now=now))
    return NoticeRead(notice, canonical.encode(value))


def read_struct(raw: bytes, kind: type[_Struct]) -> _Struct:
    """A body as the struct it should be; `NotJson` or `Unfit` where it doesn't fit."""
    return fit(read_json(raw), kind)


def read_json(raw: bytes) -> Any:
    """Any JSON value without duplicate keys, U+0000 or numbers that nothing here takes."""
    try:
        value = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise NotJson(detail=_plainly(cause)) from cause
    refuse_if_any(_duplicate_keys(raw))
    if _ESCAPED_NUL in raw:
        refuse_if_any([FieldError(at, "U+0000 can't be stored") for at in _nul_places(value, "")])
    return value


def fit(value: object, kind: type[_Struct]) -> _Struct:
    """The value as a struct; `Unfit` names every field that is wrong, not only the first."""
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as cause:
        raise Unfit(
            detail=_count(errors := _all_errors(value, kind, cause)), errors=errors
        ) from cause


def refuse_if_any(errors: list[FieldError]) -> None:
    """`Unfit` with the given errors, if there are any."""
    if errors:
        raise Unfit(detail=_count(tuple(errors)), errors=tuple(errors[:ERRORS_MAX]))


def _notice_errors(notice: Notice, *, now: datetime) -> list[FieldError]:
    errors = [
        FieldError(f"/subjects/{index}", "a subject needs an id or a url")
        for index, subject in enumerate(notice.subjects)
        if subject.id is None and subject.url is None
    ]
    if notice.language is not None and not is_language_tag(notice.language):
        errors.append(FieldError("/language", "not a well-formed BCP 47 language tag"))
    if notice.country is not None and not is_country(notice.country):
        errors.append(FieldError("/country", "not an ISO 3166-1 alpha-2 country code"))
    if notice.submitted_at is not None and notice.submitted_at > now + SENDER_CLOCK_TOLERANCE:
        errors.append(FieldError("/submitted_at", "more than a day in the future"))
    return errors


def _all_errors(
    value: object, kind: type[msgspec.Struct], first: Exception
) -> tuple[FieldError, ...]:
    if not isinstance(value, dict):
        return (_field_error(first),)
    hints = get_type_hints(kind, include_extras=True)
    errors = [
        FieldError(_pointer_step(name), "unknown field") for name in value if name not in hints
    ]
    for field in msgspec.structs.fields(kind):
        if field.encode_name not in value:
            if field.required:
                errors.append(FieldError(f"/{field.encode_name}", "required"))
            continue
        try:
            msgspec.convert(value[field.encode_name], hints[field.name])
        except msgspec.ValidationError as cause:
            errors.append(_field_error(cause, within=_pointer_step(field.encode_name)))
    return tuple(errors[:ERRORS_MAX]) or (_field_error(first),)


def _field_error(cause: Exception, within: str = "") -> FieldError:
    text = str(cause)
    found = _WHERE.search(text)
    message = text[: found.start()] if found else text
    return FieldError(within + _pointer(found["path"] if found else "$"), message)


def _pointer(path: str) -> str:
    return "".join(
        _pointer_step(name or index or "*") for name, index in _STEP.findall(path.removeprefix("$"))
    )


def _pointer_step(name: str) -> str:
    return "/" + name.replace("~", "~0").replace("/", "~1")


def _duplicate_keys(raw: bytes) -> list[FieldError]:
    found: list[FieldError] = []

    def note(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) != len(pairs):
            names = [name for name, _ in pairs]
            found.extend(
                FieldError(_pointer_step(name), "said more than once")
                for name in members
                if names.count(name) > 1
            )
        return members

    json.loads(raw, object_pairs_hook=note)
    return found


def _nul_places(value: object, at: str) -> list[str]:
    if isinstance(value, str):
        return [at] if "\x00" in value else []
    if isinstance(value, dict):
        keys = [at + _pointer_step(key) for key in value if "\x00" in key]
        return keys + [
            place
            for key, member in value.items()
            for place in _nul_places(member, at + _pointer_step(key))
        ]
    if isinstance(value, list):
        return [
            place
            for index, member in enumerate(value)
            for place in _nul_places(member, f"{at}/{index}")
        ]
    return []


def _plainly(cause: Exception) -> str:
    if isinstance(cause, UnicodeDecodeError):
        return f"The body is not UTF-8: byte {cause.start}."
    if isinstance(cause, RecursionError):
        return "The body is nested too deeply."
    return f"{cause}."


def _count(errors: tuple[FieldError, ...]) -> str:
    return f"{len(errors)} field{'s' if len(errors) != 1 else ''} can't be taken as they are."
