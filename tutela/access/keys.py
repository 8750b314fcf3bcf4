"""The keys of the house: one master secret that seals, one Ed25519 key that signs the ledger.

They lie outside the data folder, because a backup that holds both is no protection.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.errors import TutelaError

MASTER_BYTES = 32
MASTER_FILE = "master.key"
#: The signing key that the house was founded with; later ones have their key id in the name.
SIGNING_FILE = "ledger.ed25519"
LATER_SIGNING_FILES = "ledger-*.ed25519"
GCM_NONCE_BYTES = 12
_ONE_USE_NONCE = bytes(GCM_NONCE_BYTES)


class KeysUnusable(TutelaError):
    """The key folder is unreadable, half-made, or belongs to another database."""

    code = "keys_unusable"
    title = "The keys can't be used"
    status = 503


class SealBroken(TutelaError):
    """A sealed value does not open: another key, another row, or changed bytes."""

    code = "seal_broken"
    title = "A sealed value does not open"
    status = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value under a key of its own; destroying `key` destroys the value for ever."""

    key: bytes
    body: bytes


class SigningKey:
    """One Ed25519 key that signs for the ledger."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public_key = _raw(private.public_key())
        self.key_id = key_id(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes (RFC 8032); the same message gives the same signature."""
        return self._private.sign(message)


class KeySet:
    """Seals and opens values, signs for the ledger, derives codes and subject keys."""

    def __init__(self, master: bytes, *, signing_key: Ed25519PrivateKey) -> None:
        self._wrapping = AESGCM(_derive(master, purpose=b"tutela wrapping key v1"))
        self._code_key = _derive(master, purpose=b"tutela receipt code v1")
        self._subject_key = _derive(master, purpose=b"tutela subject key v1")
        #: The keys that may sign now, the one that does first.
        self.signing: tuple[SigningKey, ...] = (SigningKey(signing_key),)
        self.fingerprint = hashlib.sha256(self._code_key).hexdigest()[:16]

    def seal(self, plaintext: bytes, *, row: bytes) -> Sealed:
        """`plaintext` under a fresh 256-bit key, that key wrapped for this row alone (AES-GCM)."""
        key = os.urandom(MASTER_BYTES)
        nonce = os.urandom(GCM_NONCE_BYTES)
        return Sealed(
            key=nonce + self._wrapping.encrypt(nonce, key, row),
            body=AESGCM(key).encrypt(_ONE_USE_NONCE, plaintext, row),
        )

    def open(self, sealed: Sealed, *, row: bytes) -> bytes:
        """The plaintext; `SealBroken` where key, row or bytes are not the ones that were sealed."""
        nonce, wrapped = sealed.key[:GCM_NONCE_BYTES], sealed.key[GCM_NONCE_BYTES:]
        try:
            key = self._wrapping.decrypt(nonce, wrapped, row)
            return AESGCM(key).decrypt(_ONE_USE_NONCE, sealed.body, row)
        except InvalidTag as cause:
            raise SealBroken(detail="The value was sealed for another row or changed.") from cause

    @property
    def public_key(self) -> bytes:
        """The raw public key by which is signed now."""
        return self.signing[0].public_key

    @property
    def key_id(self) -> str:
        """The id of the key by which is signed now."""
        return self.signing[0].key_id

    def sign(self, message: bytes) -> bytes:
        """As `SigningKey.sign`, by the key that signs now."""
        return self.signing[0].sign(message)

    def code_digest(self, fact_id: bytes) -> bytes:
        """32 bytes from which a receipt's code is written; can't be derived without the key."""
        return hmac.digest(self._code_key, fact_id, "sha256")

    def subject_digest(self, subject: bytes) -> bytes:
        """32 bytes that name a subject without telling it (HMAC-SHA-256)."""
        return hmac.digest(self._subject_key, subject, "sha256")


def key_id(public_key: bytes) -> str:
    """First 16 hex digits of the SHA-256 of a raw Ed25519 public key."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def load_or_create(folder: Path) -> KeySet:
    """The keys in `folder`, made there (mode 0600) where there are none yet."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        master = _read_or_create(folder / MASTER_FILE)
        signing = [_read_or_create(path) for path in _signing_files(folder)]
    except OSError as cause:
        raise KeysUnusable(
            detail=f"The key folder {folder} can't be used: {cause.strerror}."
        ) from cause
    keys = KeySet(master, signing_key=Ed25519PrivateKey.from_private_bytes(signing[0]))
    keys.signing = tuple(SigningKey(Ed25519PrivateKey.from_private_bytes(each)) for each in signing)
    return keys


def signing_keys(folder: Path) -> dict[str, SigningKey]:
    """The signing keys of a folder by their ids; `KeysUnusable`."""
    return {key.key_id: key for key in load_or_create(folder).signing}


def add_signing_key(folder: Path, *, secret: bytes) -> SigningKey:
    """A new key, on disk (mode 0600) when this returns; it signs nothing until it is introduced."""
    key = SigningKey(Ed25519PrivateKey.from_private_bytes(secret))
    try:
        _create_once(folder / f"ledger-{key.key_id}.ed25519", secret=secret)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as cause:
        raise KeysUnusable(
            detail=f"The key folder {folder} can't be used: {cause.strerror}."
        ) from cause
    return key


def _signing_files(folder: Path) -> list[Path]:
    first, later = folder / SIGNING_FILE, sorted(folder.glob(LATER_SIGNING_FILES))
    return [first, *later] if first.exists() or not later else later


def _read_or_create(path: Path) -> bytes:
    if not path.exists():
        _create_once(path, secret=os.urandom(MASTER_BYTES))
    try:
        secret = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except ValueError as cause:
        raise KeysUnusable(
            detail=f"{path} is not base64; restore it from your key backup."
        ) from cause
    if len(secret) != MASTER_BYTES:
        raise KeysUnusable(detail=f"{path} holds {len(secret)} bytes where {MASTER_BYTES} belong.")
    return secret


def _create_once(path: Path, *, secret: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secret) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _derive(master: bytes, *, purpose: bytes) -> bytes:
    return hmac.digest(master, purpose, "sha256")


def _raw(public_key: Ed25519PublicKey) -> bytes:
    return public_key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
