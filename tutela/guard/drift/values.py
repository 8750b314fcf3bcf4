"""A tag or query as it is counted: one spelling, a keyed digest, and a seal of its own."""

import unicodedata
from enum import StrEnum

import structlog

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.access.whose import Whose

VALUE_KEY_BYTES = 16
_log = structlog.get_logger(__name__)
_SIGNS_OF_TAGS = "#\uff03\ufe5f"


class UseKind(StrEnum):
    """What was used."""

    #: A label on content, or a tag page that was opened.
    TAG = "tag"
    #: What somebody searched for.
    QUERY = "query"


def spelling(kind: UseKind, *, value: str) -> str:
    """The value as it is counted: NFKC, case folded, single spaces, a tag without its sign.

    Empty where nothing is left.
    """
    one = unicodedata.normalize("NFKC", value).casefold()
    if kind is UseKind.TAG:
        one = one.lstrip(_SIGNS_OF_TAGS + " \t")
    return " ".join(one.split())


def value_key(kind: UseKind, *, value: str, whose: Whose, keys: KeySet) -> bytes:
    """16 bytes that name a value in its spelling without telling it."""
    parts = (whose.tenant, whose.service, "guard_use", str(kind), value)
    return keys.subject_digest("\x00".join(parts).encode("utf-8", "surrogatepass"))[
        :VALUE_KEY_BYTES
    ]


def seal(value: str, *, key: bytes, keys: KeySet) -> Sealed:
    """The value, sealed for its row."""
    return keys.seal(value.encode("utf-8", "surrogatepass"), row=_row(key))


def open_value(sealed: Sealed, *, key: bytes, keys: KeySet) -> str | None:
    """What `seal` sealed; None where the seal is broken, which holds up no other value."""
    try:
        return keys.open(sealed, row=_row(key)).decode("utf-8", "surrogatepass")
    except SealBroken as error:
        _log.warning("used_value_unreadable", code=error.code)
        return None


def _row(key: bytes) -> bytes:
    return b"guard_value" + key
