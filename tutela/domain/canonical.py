"""The one byte form of a value (RFC 8785, JCS) and the one text form of an instant.

What is hashed or signed goes through here. ``msgspec`` writes the bytes; its sorted output equals
RFC 8785 on the values accepted here and on no others: text, integers that a double holds exactly,
booleans, null, lists and objects whose keys lie in the Basic Multilingual Plane.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

#: The largest magnitude of an integer that RFC 8785 lets through (RFC 7493, section 2.2).
LARGEST_INTEGER: Final = 2**53 - 1

_encoder: Final = msgspec.json.Encoder(order="sorted")
#: From the first character outside the BMP of a text to its end; group 1 is there if it was a key.
_text_outside_bmp: Final = re.compile(rb'[\xf0-\xf4](?:[^"\\]++|\\.)*+"(:?)')
_free_of_risk: Final = frozenset({str, bool, type(None)})
_unwritable: Final = (TypeError, ValueError, OverflowError, RecursionError)
_containers: Final = frozenset({dict, list, tuple})
_plain_types: Final = _free_of_risk | _containers | {int}
_matters_of_taste: Final = (
    bytes,
    bytearray,
    memoryview,
    datetime,
    date,
    time,
    timedelta,
    UUID,
    Decimal,
)


class NotCanonical(ValueError):
    """The value has no RFC 8785 form that every reader would reproduce."""


def encode(value: object) -> bytes:
    """The RFC 8785 bytes of dicts, lists, tuples, structs, enums, text, integers, booleans, None.

    Raises NotCanonical for floats, integers beyond LARGEST_INTEGER, keys outside the BMP, lone
    surrogates, and types whose text form is a matter of taste (instants, bytes, decimals).
    """
    try:
        encoded = _encoder.encode(value)
    except _unwritable as error:
        raise NotCanonical(str(error)) from error
    _refuse_disputed_values(value)
    if not encoded.isascii() and any(text[1] for text in _text_outside_bmp.finditer(encoded)):
        raise NotCanonical("a key lies outside the Basic Multilingual Plane")
    return encoded


def timestamp(instant: datetime) -> str:
    """The instant as ``2026-11-21T10:15:00.123456Z`` (RFC 3339); ValueError if it has no zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone has no place in the record")
    in_utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _refuse_disputed_values(value: object) -> None:
    pending: list[Any] = [(value,)]
    while pending:
        container = pending.pop()
        members = container.values() if type(container) is dict else container
        if _free_of_risk.issuperset(map(type, members)):
            continue
        for member in members:
            kind = type(member)
            if kind in _containers:
                pending.append(member)
            elif kind is int:
                if not -LARGEST_INTEGER <= member <= LARGEST_INTEGER:
                    raise NotCanonical(f"the integer {member} is beyond 2^53 - 1")
            elif kind not in _free_of_risk and not isinstance(member, StrEnum):
                pending.append((_plain(member),))


def _plain(member: object) -> object:
    if isinstance(member, msgspec.Struct | Enum):
        plain: object = msgspec.to_builtins(member, builtin_types=_matters_of_taste)
        if type(plain) in _plain_types:
            return plain
    raise NotCanonical(f"{type(member).__name__} has no canonical form")
