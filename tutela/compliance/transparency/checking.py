"""The answers of the DSA Transparency Database to a statement, without asking it.

Word for word those of its public source (commit 69e80a0b, data schema v2), with its quirks: values
that will be dropped are still checked by the rules that come first, dates need not follow one
another, keywords need not fit the category. What ought to hold beyond that is not said here.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from tutela.compliance.transparency.cleaning import cleaned
from tutela.compliance.transparency.fields import (
    Field,
    content_id,
    content_id_ean,
    laid_out,
    statement_fields,
)
from tutela.compliance.transparency.rules import Absent, Given, said

#: A call takes at most so many statements.
BATCH_LIMIT: Final = 100

PUID_TAKEN: Final = "The identifier given is not unique within this platform."
PUIDS_TAKEN: Final = "The platform identifier(s) are not all unique within this call."
_NO_STATEMENTS: Final = "The statements field is required."
_NOT_AN_ARRAY: Final = "The statements field must be an array."
_WRONG_SIZE: Final = f"The statements field must have between 1 and {BATCH_LIMIT} items."
#: The database itself breaks off with a 500 and says nothing of the statement.
_NO_STATEMENT: Final = "The statement must be an object."


def check(payload: object, *, seen_puids: Iterable[object] = ()) -> dict[str, str]:
    """Field -> first message for `POST /api/v1/statement`, in the database's order; {} where valid.

    `seen_puids` are those the platform has filed before.
    """
    given = cleaned(payload)
    errors = _errors(given, fields=_SINGLE)
    if not errors and said(given["puid"]) in _written(seen_puids):
        return {"puid": PUID_TAKEN}
    return errors


def check_batch(body: object, *, seen_puids: Iterable[object] = ()) -> dict[str, str]:
    """`statement_N.field` -> first message for `POST /api/v1/statements`; {} where all are valid.

    What is wrong with the call itself stands under `statements` or `puid`.
    """
    statements = cleaned(body).get("statements")
    if wrong := _wrong_size(statements):
        return {"statements": wrong}
    items = list(_items(statements))
    errors = dict(_batch_errors(items))
    if errors:
        return errors
    puids = [said(item["puid"]) for _, item in items if isinstance(item, dict)]
    taken = len(set(puids)) < len(puids) or not _written(seen_puids).isdisjoint(puids)
    return {"puid": PUIDS_TAKEN} if taken else {}


def puid_of(statement: Given) -> tuple[str, str | None]:
    """The PUID as the database keeps it, and what it says where it can't be one."""
    given = cleaned({"puid": statement.get("puid")})
    return said(given["puid"]) or "", _error(given, field=_PUID)


def _wrong_size(statements: object) -> str | None:
    if statements is None or statements in ([], {}):
        return _NO_STATEMENTS
    if not isinstance(statements, list | dict):
        return _NOT_AN_ARRAY
    return _WRONG_SIZE if len(statements) > BATCH_LIMIT else None


def _items(statements: object) -> Iterator[tuple[object, object]]:
    match statements:
        case dict():
            yield from statements.items()
        case list():
            yield from enumerate(statements)


def _batch_errors(items: Iterable[tuple[object, object]]) -> Iterator[tuple[str, str]]:
    for index, item in items:
        if not isinstance(item, dict | list):
            yield f"statement_{index}", _NO_STATEMENT
            continue
        given = item if isinstance(item, dict) else {}
        for name, message in _errors(given, fields=_BATCH).items():
            yield f"statement_{index}.{name}", message


def _errors(statement: Given, *, fields: Iterable[Field]) -> dict[str, str]:
    given = laid_out(statement)
    errors: dict[str, str] = {}
    for field in fields:
        if (message := _error(given, field=field)) is not None:
            errors[field.name] = message
    return errors


def _error(given: Given, *, field: Field) -> str | None:
    """What the first rule says that fails; None as well where it drops the field."""
    value = given.get(field.name, Absent.ABSENT)
    absent = value is Absent.ABSENT or (value is None and field.nullable)
    for rule in field.of_absent if absent else field.rules:
        if not rule.passes(value, given):
            return rule.message
    return None


def _written(puids: Iterable[object]) -> set[str | None]:
    return {written for written in map(said, puids) if written is not None}


def _is_among(value: object, *, word: str) -> bool:
    """Whether the word is a member, or the value itself: the single call makes a list of it."""
    match value:
        case list():
            return word in value
        case dict():
            return word in value.values()
    return value == word


def _is_member(value: object, *, word: str) -> bool:
    return isinstance(value, list | dict) and _is_among(value, word=word)


_SINGLE: Final = (*content_id(), *content_id_ean(), *statement_fields(_is_among))
_BATCH: Final = (*statement_fields(_is_member), *content_id())
_PUID: Final = next(field for field in _SINGLE if field.name == "puid")
