"""Entries of lists: their kinds, how a text becomes one, and what is refused with why."""

import hashlib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

TERM_MAX_CODE_POINTS: Final = 512
SOURCE_MAX_CODE_POINTS: Final = 256
TAG_MAX_CODE_POINTS: Final = 128
_HEX_OF_BYTE: Final = 2
_UNFIT: Final = frozenset({"Cc", "Cs"})


class Family(StrEnum):
    """What a list is looked for in."""

    #: Hashes of media.
    HASHES = "hashes"
    #: Texts.
    TERMS = "terms"


class Kind(StrEnum):
    """What an entry is."""

    #: A perceptual hash of a picture, 256 bits, which tolerates differences.
    PDQ = "pdq"
    #: MD5 of a file.
    MD5 = "md5"
    #: SHA-1 of a file.
    SHA1 = "sha1"
    #: SHA-256 of a file.
    SHA256 = "sha256"
    #: A word or phrase.
    TERMS = "terms"


class TermForm(StrEnum):
    """How a term is looked for."""

    #: As a whole word.
    WORD = "word"
    #: Anywhere, also within words.
    SUBSTRING = "substring"
    #: As several whole words in a row.
    PHRASE = "phrase"
    #: Not looked for: where it stands, a term within it does not count.
    ALLOW = "allow"


#: Bytes of a hash of each kind.
WIDTHS: Final[Mapping[Kind, int]] = MappingProxyType(
    {Kind.PDQ: 32, Kind.MD5: 16, Kind.SHA1: 20, Kind.SHA256: 32}
)
#: Hashes that stand for no medium: of an empty file, and of pictures without any detail.
HASHES_OF_NOTHING: Final = frozenset(
    {
        (Kind.MD5, hashlib.md5(b"", usedforsecurity=False).digest()),
        (Kind.SHA1, hashlib.sha1(b"", usedforsecurity=False).digest()),
        (Kind.SHA256, hashlib.sha256(b"").digest()),
        (Kind.PDQ, bytes(32)),
        (Kind.PDQ, b"\xff" * 32),
    }
)


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry; `value` holds the bytes of a hash, or a term in UTF-8."""

    kind: Kind
    value: bytes
    #: Its id at its source; several entries may share one.
    source: str = ""
    tags: tuple[str, ...] = ()
    #: From when on it matches no more.
    expires_at: datetime | None = None
    #: When its source changed it last.
    updated_at: datetime | None = None
    form: TermForm = TermForm.WORD
    language: str | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What one line says: entries that are to be looked for, or that no longer are.

    Gone without entries means every entry of the `source`.
    """

    line: int
    entries: tuple[Entry, ...] = ()
    gone: bool = False
    source: str = ""
    updated_at: datetime | None = None


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was refused: where, and why; never what it says."""

    line: int
    field: str
    why: str


class BadValue(ValueError):
    """A text is no entry; the words tell why, without the text."""


def family_of(kind: Kind) -> Family:
    """In what an entry of this kind is looked for."""
    return Family.TERMS if kind is Kind.TERMS else Family.HASHES


def read_hash(text: str, *, kind: Kind) -> Entry:
    """The entry of a hash in hex. Raises BadValue."""
    try:
        value = bytes.fromhex(text) if text.isalnum() and text.isascii() else None
    except ValueError:
        value = None
    if value is None:
        raise BadValue("not hexadecimal")
    wanted = WIDTHS[kind] * _HEX_OF_BYTE
    if len(text) != wanted:
        raise BadValue(f"{len(text)} hexadecimal digits, where {wanted} belong")
    found = Entry(kind=kind, value=value)
    refuse_nothing(found)
    return found


def refuse_nothing(entry: Entry) -> None:
    """Raises BadValue for a hash that stands for no medium, and so would match much."""
    if (entry.kind, entry.value) in HASHES_OF_NOTHING:
        raise BadValue("the hash of an empty file or of a picture without detail: matches much")


def read_term(text: str) -> Entry:
    """The entry of a term, without the spaces around it. Raises BadValue."""
    term = text.strip()
    if not term:
        raise BadValue("nothing is there")
    if len(term) > TERM_MAX_CODE_POINTS:
        raise BadValue(f"longer than {TERM_MAX_CODE_POINTS} characters")
    if any(unicodedata.category(letter) in _UNFIT for letter in term):
        raise BadValue("a control character, or bytes that are not UTF-8")
    form = TermForm.PHRASE if len(term.split()) > 1 else TermForm.WORD
    return Entry(kind=Kind.TERMS, value=term.encode(), form=form)
