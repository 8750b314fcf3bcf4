"""What the room of lists stands on, and how a list is named."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.detection.lists.entries import WIDTHS, Entry, Kind, TermForm

#: Bytes of the digest by which an entry is found again.
DIGEST_BYTES = 16
VARIANT_BYTES = 8
#: The number of the canary in every list; the others begin with 1.
CANARY_ENTRY = 0
#: Letters of which terms for canaries are made: no two are alike, none is a vowel.
_LETTERS = "bcdfghjkmnpqrtvw"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRoom:
    """Where lists are kept: database and keys, clock and chance."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A service of a tenant, as the holder of lists."""

    tenant: str
    service: str

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries of the room take."""
        return {"tenant": self.tenant, "service": self.service}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListName(Holder):
    """One list of a holder."""

    name: str

    @property
    def columns(self) -> dict[str, object]:
        """As those of its holder, with the name."""
        return {"tenant": self.tenant, "service": self.service, "name": self.name}


def digest(entry: Entry, *, keys: KeySet) -> bytes:
    """By what a hash or term is found again, whoever listed it; tells nothing without the key."""
    said = b"list entry\0" + entry.kind.encode() + b"\0" + entry.value
    return keys.subject_digest(said)[:DIGEST_BYTES]


def variant(entry: Entry, *, keys: KeySet) -> bytes:
    """What else makes it an entry of its own: id at the source, language, form; empty for none."""
    if not entry.source and not entry.language and entry.form in {TermForm.WORD, TermForm.PHRASE}:
        return b""
    said = f"list variant\0{entry.source}\0{entry.language or ''}\0{entry.form}"
    return keys.subject_digest(said.encode())[:VARIANT_BYTES]


def source_digest(source: str, *, keys: KeySet) -> bytes | None:
    """By what all entries of one id of the source are found; None without an id."""
    if not source:
        return None
    return keys.subject_digest(b"list source\0" + source.encode())[:DIGEST_BYTES]


def canary_value(name: ListName, *, kind: Kind, keys: KeySet) -> bytes:
    """The value of a list's canary: chance to everybody who lacks the key, and nobody's hash."""
    said = f"list canary\0{name.tenant}\0{name.service}\0{name.name}\0{kind}"
    seed = keys.subject_digest(said.encode())
    if kind is Kind.TERMS:
        return _word(seed)
    return hmac.digest(seed, b"value", "sha256")[: WIDTHS[kind]]


def _word(seed: bytes) -> bytes:
    letters: list[str] = []
    for byte in seed:
        letter = _LETTERS[byte % len(_LETTERS)]
        if not letters or letters[-1] != letter:
            letters.append(letter)
    return "".join(letters).encode()
