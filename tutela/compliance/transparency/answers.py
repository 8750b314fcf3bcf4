"""The answers of the database as values."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec

from tutela.compliance.transparency.errors import (
    AnswerUnfit,
    Messages,
    PuidsTaken,
    StatementsRefused,
)
from tutela.compliance.transparency.wire import Answer

T = TypeVar("T")
_INDEX: Final = re.compile(r"statement_([0-9]+)")


class Stored(msgspec.Struct, frozen=True, kw_only=True, rename={"self_url": "self"}):
    """A statement as the database holds it."""

    uuid: str
    #: As it was sent: a number comes back as one.
    puid: str | int | float
    created_at: str
    platform_name: str | None = None
    permalink: str | None = None
    self_url: str | None = None
    #: Of the single call alone.
    id: int | None = None


class _StoredBatch(msgspec.Struct, frozen=True):
    statements: list[Stored]


class _Puid(msgspec.Struct, frozen=True):
    message: str
    puid: str


def stored_one(answer: Answer) -> Stored:
    """The statement that was stored; raises what the database says instead."""
    return _decoded(_unless_refused(answer), kind=Stored)


def stored_many(answer: Answer) -> list[Stored]:
    """The statements that were stored, in order; raises what the database says instead."""
    return _decoded(_unless_refused(answer), kind=_StoredBatch).statements


def is_known(answer: Answer, *, puid: str) -> bool:
    """Whether the platform used the PUID: 302 without a target, or 404, and both say of which."""
    if answer.status not in {HTTPStatus.FOUND, HTTPStatus.NOT_FOUND}:
        raise AnswerUnfit(f"Status {answer.status} for the question of a PUID.")
    if _decoded(answer.body, kind=_Puid).puid != puid:
        raise AnswerUnfit("The answer speaks of another PUID.")
    return answer.status == HTTPStatus.FOUND


def _unless_refused(answer: Answer) -> bytes:
    match answer.status:
        case HTTPStatus.CREATED:
            return answer.body
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            raise _refusal(answer.body)
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise StatementsRefused("The call is too large.")
    raise AnswerUnfit(f"Status {answer.status} for what was filed.")


def _refusal(body: bytes) -> StatementsRefused | PuidsTaken:
    """Which of the five shapes of a 422 it is."""
    said = _decoded(body, kind=dict[str, Any])
    errors = said.get("errors")
    if not isinstance(errors, dict):
        raise AnswerUnfit("Status 422 without errors.")
    message = str(said.get("message", ""))
    puids = errors.get("existing_puids")
    if isinstance(puids, list):
        return PuidsTaken(message, puids=[str(each) for each in puids])
    existing = said.get("existing")
    if isinstance(existing, dict) and "puid" in existing:
        return PuidsTaken(message, puids=[str(existing["puid"])])
    return StatementsRefused(message, errors_of_call=_of_call(errors), by_index=_by_index(errors))


def _of_call(errors: Mapping[str, object]) -> Messages:
    return {name: _texts(said) for name, said in errors.items() if not isinstance(said, dict)}


def _by_index(errors: Mapping[str, object]) -> Mapping[int, Messages]:
    return {
        int(found[1]): {field: _texts(messages) for field, messages in said.items()}
        for name, said in errors.items()
        if isinstance(said, dict) and (found := _INDEX.fullmatch(name))
    }


def _texts(said: object) -> tuple[str, ...]:
    return tuple(str(each) for each in said) if isinstance(said, list) else (str(said),)


def _decoded(body: bytes, *, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        raise AnswerUnfit("The body is not what the database answers.") from cause
