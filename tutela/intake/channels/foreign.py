"""What other systems say, as far as a notice can hold it; whatever it can't stays in the body.

A report that names something is never turned away for how the rest of it is written: a value that
does not fit a field of ours is left out of the field, and kept where it stood.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec

from tutela.domain.canonical import LARGEST_INTEGER
from tutela.domain.harm import CATEGORY_OF_KEYWORD
from tutela.domain.notice import (
    EXPLANATION_MAX_CODE_POINTS,
    IDENTIFIER_MAX_CODE_POINTS,
    SURFACE_MAX_CODE_POINTS,
    URL_MAX_CODE_POINTS,
)
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Category, Keyword
from tutela.intake.channels import atproto
from tutela.intake.reading import NotJson, read_json, time_error

Stated = tuple[Category, Keyword | None]

UNSAID: Final[Stated] = (Category.NOT_SPECIFIED_NOTICE, None)
CHILD_ABUSE_MATERIAL: Final[Stated] = (
    Category.PROTECTION_OF_MINORS,
    Keyword.CHILD_SEXUAL_ABUSE_MATERIAL,
)

#: What platforms call an account where they name the kind of a thing.
_ACCOUNTS: Final = frozenset({"account", "accounts", "member", "profile", "user", "users"})
_STATED: Final[Mapping[str, Stated]] = MappingProxyType(
    {str(category): (category, None) for category in Category}
    | {str(keyword): (category, keyword) for keyword, category in CATEGORY_OF_KEYWORD.items()}
)
_LAST_OF_BMP: Final = "\uffff"
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def read_kept(raw: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """A JSON value that has an RFC 8785 form; `NotJson` or `Unfit` where it can't be read at all.

    A fraction, and a whole number beyond 2^53 - 1, becomes the text of itself, as JSON writes it; a
    character beyond U+FFFF in a name becomes `U+` and its number.
    """
    try:
        return _kept(read_json(raw))
    except RecursionError as cause:
        raise NotJson(detail="The body is nested too deeply.") from cause


def identifier(value: object) -> str | None:
    """A text or a number as an id; one that is too long by its SHA-256; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or is_blank(value):
        return None
    if len(value) <= IDENTIFIER_MAX_CODE_POINTS:
        return value
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()}"


def address(value: object) -> str | None:
    """A text as the address of a page; None where it is none, or longer than ours are."""
    if not isinstance(value, str) or len(value) > URL_MAX_CODE_POINTS:
        return None
    return value if value.startswith(("https://", "http://")) else None


def words(value: object) -> str | None:
    """A text as an explanation, cut where it is longer than a notice's."""
    return value[:EXPLANATION_MAX_CODE_POINTS] if isinstance(value, str) and value else None


def surface(value: object) -> str | None:
    """A text as the surface where the button was, if it can be one."""
    if not isinstance(value, str) or not 0 < len(value) <= SURFACE_MAX_CODE_POINTS:
        return None
    return value if value.isprintable() and not is_blank(value) else None


def instant(value: object, *, now: datetime | None) -> datetime | None:
    """A text as a time with its zone; None where it is none or could not have been, by `now`."""
    try:
        at = msgspec.convert(value, datetime) if isinstance(value, str) else None
    except msgspec.ValidationError:
        return None
    if at is None or at.tzinfo is None or (now is not None and time_error(at, now=now)):
        return None
    return at


def stated(value: object) -> Stated:
    """A category or keyword of the DSA, or a reason of AT Protocol, by its name; else `UNSAID`."""
    if not isinstance(value, str):
        return UNSAID
    return _STATED.get(value) or atproto.reason(value)


def is_account(kind: object) -> bool:
    """Whether the kind of a thing, as a platform names it, is an account."""
    return isinstance(kind, str) and kind.lower() in _ACCOUNTS


def members(value: object) -> dict[str, Any]:
    """The members of an object with their names in `snake_case`; none where it is no object."""
    if not isinstance(value, dict):
        return {}
    return {snake_case(name): member for name, member in reversed(value.items())}


def snake_case(name: str) -> str:
    """A name as `snake_case` whichever way it was written."""
    return _HUMP.sub("_", name).replace("-", "_").replace(" ", "_").replace(".", "_").lower()


def _kept(value: object) -> object:
    if isinstance(value, dict):
        return {_name(name): _kept(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_kept(member) for member in value]
    is_large = isinstance(value, int) and abs(value) > LARGEST_INTEGER
    return msgspec.json.encode(value).decode() if is_large or isinstance(value, float) else value


def _name(name: str) -> str:
    if name.isascii() or max(name) <= _LAST_OF_BMP:
        return name
    return "".join(char if char <= _LAST_OF_BMP else f"U+{ord(char):X}" for char in name)
