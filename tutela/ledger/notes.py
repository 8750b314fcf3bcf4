"""Signed notes, checkpoints and cosignatures as witnesses know them (C2SP); pure."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

#: Algorithms of C2SP signed-note: a plain Ed25519 signature, and a time-stamped cosignature.
ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
NOTE_BYTES_MAX: Final = 16_384
SIGNATURES_MAX: Final = 100
SIZE_MAX: Final = 2**63 - 1

_HASH_BYTES = 32
_KEY_HASH_BYTES = 4
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_NAME_BYTES_MAX = 255
_line = re.compile(r"\u2014 (?P<name>[^\s+]+) (?P<signed>[A-Za-z0-9+/]+={0,2})").fullmatch
_size = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII).fullmatch


class MalformedNote(ValueError):
    """It is no signed note, checkpoint or verifier key; the words say why."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under its name; `algorithm` is ED25519 or COSIGNATURE."""

    name: str
    public_key: bytes
    algorithm: int = ED25519

    @property
    def key_hash(self) -> bytes:
        """Four bytes that name the key (C2SP signed-note)."""
        named = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key
        return hashlib.sha256(named).digest()[:_KEY_HASH_BYTES]

    def __str__(self) -> str:
        key = base64.b64encode(bytes([self.algorithm]) + self.public_key).decode()
        return f"{self.name}+{self.key_hash.hex()}+{key}"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_hash: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"\u2014 {self.name} {base64.b64encode(self.key_hash + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, ended by a line feed, and who signed it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its first `size` leaves have this root (C2SP tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_verifier(text: str) -> Verifier:
    """The key of `name+hash+base64`; `MalformedNote`."""
    name, _, rest = text.strip().partition("+")
    key_hash, _, encoded = rest.partition("+")
    key = _unbase64(encoded)
    if len(key) != 1 + _HASH_BYTES or key[0] not in (ED25519, COSIGNATURE):
        raise MalformedNote("a verifier key is name+hash+base64 of an Ed25519 key")
    verifier = Verifier(checked_name(name), key[1:], key[0])
    if verifier.key_hash.hex() != key_hash:
        raise MalformedNote("the hash of the verifier key is not that of its name and key")
    return verifier


def checked_name(name: str) -> str:
    """The name of a key; `MalformedNote` where it is empty, long, or has a space or a plus."""
    if not name or len(name.encode()) > _NAME_BYTES_MAX or re.search(r"[\s+]", name):
        raise MalformedNote("a name of a key has no space and no plus, and is not empty or long")
    if not name.isprintable():
        raise MalformedNote("a name of a key is printable")
    return name


def read(raw: bytes) -> Note:
    """A signed note; `MalformedNote` for what is none, too long, or signed by too many."""
    if len(raw) > NOTE_BYTES_MAX:
        raise MalformedNote(f"a note is not longer than {NOTE_BYTES_MAX} bytes")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedNote("a note is UTF-8") from error
    if any(letter < " " and letter != "\n" for letter in whole):
        raise MalformedNote("a note has no control characters")
    text, gap, signatures = whole.rpartition("\n\n")
    if not gap or not text or not signatures.endswith("\n"):
        raise MalformedNote("a note is a text, an empty line and signatures")
    return Note(text + "\n", read_signatures(signatures))


def read_signatures(text: str) -> tuple[Signature, ...]:
    """Signature lines; `MalformedNote` for none, for too many, and for any other line."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise MalformedNote(f"more than {SIGNATURES_MAX} signatures")
    return tuple(map(_read_signature, lines))


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint that a note's text is; `MalformedNote`. Lines behind the root are ignored."""
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    if not origin or not _size(size) or int(size) > SIZE_MAX:
        raise MalformedNote("a checkpoint begins with its origin and its size")
    decoded = _unbase64(root)
    if len(decoded) != _HASH_BYTES:
        raise MalformedNote("the root of a checkpoint is 32 bytes in base64")
    return Checkpoint(origin, int(size), decoded)


def sign(text: str, *, by: Verifier, signer: Callable[[bytes], bytes]) -> Signature:
    """The signature line of a key over a text."""
    return Signature(by.name, by.key_hash, signer(text.encode()))


def cosign(
    text: str, *, by: Verifier, signer: Callable[[bytes], bytes], at_seconds: int
) -> Signature:
    """A cosignature/v1: the time, since 1970, and the signature over both (tlog-cosignature)."""
    signature = signer(_cosigned(text, at_seconds=at_seconds))
    return Signature(by.name, by.key_hash, at_seconds.to_bytes(_TIME_BYTES, "big") + signature)


def signed_by(note: Note, *, verifiers: Iterable[Verifier]) -> Verifier | None:
    """The first of these keys that signed the note.

    None where no line is of any of them; `MalformedNote` where one claims to be and is not.
    """
    known = {(each.name, each.key_hash): each for each in verifiers}
    found = None
    for line in note.signatures:
        verifier = known.get((line.name, line.key_hash))
        if verifier is None:
            continue
        if not _verifies(verifier.public_key, signature=line.signature, signed=note.text.encode()):
            raise MalformedNote(f"the signature of {line.name} does not verify")
        found = found or verifier
    return found


def cosigned_at(text: str, *, line: Signature, verifier: Verifier) -> int | None:
    """The seconds since 1970 at which the key cosigned; None where this line is no proof of it."""
    if (line.name, line.key_hash) != (verifier.name, verifier.key_hash):
        return None
    if len(line.signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        return None
    at_seconds = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    signed = _cosigned(text, at_seconds=at_seconds)
    is_signed = _verifies(
        verifier.public_key, signature=line.signature[_TIME_BYTES:], signed=signed
    )
    return at_seconds if is_signed else None


def _cosigned(text: str, *, at_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def _verifies(public_key: bytes, *, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _read_signature(line: str) -> Signature:
    found = _line(line)
    if found is None:
        raise MalformedNote("a signature is a line of a dash, a name and base64")
    signed = _unbase64(found["signed"])
    if len(signed) <= _KEY_HASH_BYTES:
        raise MalformedNote("a signature begins with the hash of its key")
    name = checked_name(found["name"])
    return Signature(name, signed[:_KEY_HASH_BYTES], signed[_KEY_HASH_BYTES:])


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
    return raw if base64.b64encode(raw).decode() == text else b""
