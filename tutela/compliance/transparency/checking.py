"""The answers of the DSA Transparency Database to a statement, without asking it.

Word for word those of its public source (commit 69e80a0b, data schema v2), with its quirks: values
that will be dropped are still checked by the rules that come first, dates need not follow one
another, keywords need not fit the category. What ought to hold beyond that is not said here.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from tutela.compliance.transparency.cleaning import cleaned
from tutela.compliance.transparency.fields import (
    EAN_13,
    EAN_13_NAME,
    Field,
    content_id,
    content_id_ean,
    statement_fields,
)
from tutela.compliance.transparency.rules import Absent, Given, Rule, said

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
    _, wrong = _field_error(given, field=_PUID)
    return said(given["puid"]) or "", wrong


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


def _errors(given: Given, *, fields: Iterable[Field | None]) -> dict[str, str]:
    errors: dict[str, str] = {}
    for field in fields:
        name, message = (
            (EAN_13_NAME, _ean_13_error(given))
            if field is None
            else _field_error(given, field=field)
        )
        if message is not None:
            errors[name] = message
    return errors


def _field_error(given: Given, *, field: Field) -> tuple[str, str | None]:
    value = given.get(field.name, Absent.ABSENT)
    absent = value is Absent.ABSENT or (value is None and field.nullable)
    return field.name, _first(field.of_absent if absent else field.rules, value=value, given=given)


def _ean_13_error(given: Given) -> str | None:
    held = given.get("content_id")
    if not isinstance(held, dict) or "EAN-13" not in held:
        return None
    return _first(EAN_13, value=held["EAN-13"], given=given)


def _first(rules: Iterable[Rule], *, value: object, given: Given) -> str | None:
    for rule in rules:
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


#: None stands for the member of `content_id`, asked after it.
_SINGLE: Final = (*content_id(), None, *content_id_ean(), *statement_fields(_is_among))
_BATCH: Final = (*statement_fields(_is_member), *content_id(), None)
_PUID: Final = next(field for field in _SINGLE if field is not None and field.name == "puid")
