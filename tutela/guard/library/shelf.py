"""The last good snapshot as a file that the token alone opens, for a start without the server."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tutela.errors import TutelaError
from tutela.guard.sealing import KEY_BYTES

_PURPOSE: Final = b"tutela guard file v1"
_NONCE_BYTES: Final = 12


class FileUnusable(TutelaError):
    """The file of the last good snapshot can't be read or written, or is another token's."""

    code = "guard_file_unusable"
    title = "The guard's file can't be used"
    status = 503


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds."""

    #: As it was downloaded.
    document: bytes
    #: The base64 keys of the ledger that were believed.
    keys: list[str]
    #: When the server last called it the newest, by the clock of this machine.
    confirmed_at: datetime


class Shelf:
    """One file in a folder, of one token: mode 0600, replaced as a whole or not at all."""

    def __init__(self, folder: Path, *, token: str, chance: Callable[[int], bytes]) -> None:
        derivation = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_PURPOSE)
        self._cipher = AESGCM(derivation.derive(token.encode()))
        self._chance = chance
        self.path = folder / f"guard-{sha256(_PURPOSE + token.encode()).hexdigest()[:16]}.sealed"

    def take(self) -> Kept | None:
        """What is there; None where nothing ever was. Raises FileUnusable."""
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as cause:
            raise FileUnusable(f"{self.path}: {cause.strerror}.") from cause
        try:
            plain = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None)
            return msgspec.msgpack.decode(plain, type=Kept)
        except (InvalidTag, ValueError, msgspec.MsgspecError) as cause:
            raise FileUnusable(f"{self.path} is cut off, changed, or another token's.") from cause

    def put(self, kept: Kept) -> None:
        """It is on disk, whole, when this returns. Raises FileUnusable; the old one stays then."""
        nonce = self._chance(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, msgspec.msgpack.encode(kept), None)
        draft = self.path.with_suffix(f".{self._chance(8).hex()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_durably(draft, body=sealed)
            draft.replace(self.path)
        except OSError as cause:
            with suppress(OSError):
                draft.unlink()
            raise FileUnusable(f"{self.path}: {cause.strerror}.") from cause


def _write_durably(path: Path, *, body: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
