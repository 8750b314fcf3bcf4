"""Signed notes, checkpoints and cosignatures (C2SP), read strictly."""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tutela_verify.formats import Malformed

#: Algorithms of a key: a plain signature, and one with its time.
PLAIN: Final = 1
COSIGNATURE: Final = 4
LONGEST_NOTE_CHARACTERS: Final = 16_384
MOST_SIGNATURES: Final = 100

_LONGEST_BARE_KEY: Final = 44
_KEY_BYTES: Final = 32
_HASH_BYTES: Final = 32
_NAMED_BYTES: Final = 4
_TIMED_SIGNATURE_BYTES: Final = 8 + 64
_line = re.compile(r"\u2014 ([^\s+]{1,255}) ([A-Za-z0-9+/]+={0,2})").fullmatch
_size = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key under its name."""

    name: str
    raw: bytes
    algorithm: int = PLAIN

    @property
    def hash(self) -> bytes:
        """The four bytes that lines are known by."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.raw
        return sha256(named).digest()[:_NAMED_BYTES]

    def signed(self, text: bytes, *, signature: bytes) -> bool:
        """Whether the key signed these bytes."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """Who is said to have signed, and with what."""

    name: str
    key_hash: bytes
    signature: bytes

    def is_of(self, key: NoteKey) -> bool:
        """Whether the line names this key."""
        return (self.name, self.key_hash) == (key.name, key.hash)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and the lines under it."""

    text: str
    origin: str
    size: int
    root: bytes
    lines: tuple[SignatureLine, ...]


def read_note_key(text: str) -> NoteKey:
    """The key of ``name+hash+base64``."""
    name, _, rest = text.partition("+")
    key_hash, _, encoded = rest.partition("+")
    raw = _unbase64(encoded)
    if len(raw) != 1 + _KEY_BYTES or raw[0] not in (PLAIN, COSIGNATURE) or not name:
        raise Malformed("is no verifier key, name+hash+base64")
    key = NoteKey(name, raw[1:], raw[0])
    if key.hash.hex() != key_hash:
        raise Malformed("is a verifier key whose hash is that of another")
    return key


def is_named(key: str | bytes) -> bool:
    """Whether a key is told as name+hash+base64, which is longer than the base64 of 32 bytes."""
    return isinstance(key, str) and key.count("+") > 1 and len(key) > _LONGEST_BARE_KEY


def read_checkpoint(note: object) -> SignedCheckpoint:
    """The checkpoint of a signed note."""
    if type(note) is not str or len(note) > LONGEST_NOTE_CHARACTERS:
        raise Malformed("has a note that is no text, or too long a one")
    text, gap, signatures = note.rpartition("\n\n")
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    raw = _unbase64(root)
    if not gap or not origin or not _size(size) or len(raw) != _HASH_BYTES:
        raise Malformed("has a note that is no checkpoint")
    if not signatures.endswith("\n"):
        raise Malformed("has a note that is cut")
    lines = signatures.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise Malformed("has a note with too many signatures")
    return SignedCheckpoint(text + "\n", origin, int(size), raw, tuple(map(read_line, lines)))


def read_line(line: object) -> SignatureLine:
    """One signature line, without its line feed."""
    found = _line(line) if type(line) is str else None
    raw = _unbase64(found[2]) if found else b""
    if found is None or len(raw) <= _NAMED_BYTES:
        raise Malformed("has a signature line that is none")
    return SignatureLine(found[1], raw[:_NAMED_BYTES], raw[_NAMED_BYTES:])


def signers(checkpoint: SignedCheckpoint, *, keys: Iterable[NoteKey]) -> list[NoteKey]:
    """Which of these keys signed it; Malformed where a line claims one that did not."""
    found = []
    for key in keys:
        for line in checkpoint.lines:
            if not line.is_of(key):
                continue
            if not key.signed(checkpoint.text.encode(), signature=line.signature):
                raise Malformed(f"has a signature of {key.name} that does not verify")
            found.append(key)
    return found


def cosigned_at(text: str, *, line: SignatureLine, key: NoteKey) -> str | None:
    """The time at which the key cosigned the text, in the form of the record; None if it did not.

    After C2SP tlog-cosignature: 8 bytes of seconds, then Ed25519 over time and text.
    """
    at = claimed_at(line)
    seconds = int.from_bytes(line.signature[:8], "big")
    signed = f"cosignature/v1\ntime {seconds}\n{text}".encode()
    return at if key.signed(signed, signature=line.signature[8:]) else None


def claimed_at(line: SignatureLine) -> str:
    """The time that a cosignature says."""
    if len(line.signature) != _TIMED_SIGNATURE_BYTES:
        raise Malformed("has a cosignature that is not a time and a signature")
    try:
        at = datetime.fromtimestamp(int.from_bytes(line.signature[:8], "big"), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed("has a cosignature whose time no calendar has") from error
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""
