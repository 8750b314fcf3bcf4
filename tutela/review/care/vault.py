"""Links to the platform's vault: signed, for one use and a short time."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from tutela.errors import TutelaError

KEY_MIN_BYTES: Final = 32
NONCE_BYTES: Final = 16
_SPOKEN_OF: Final = "tutela vault link v1"


class NoVault(TutelaError):
    """Nobody said where the platform keeps its media."""

    code = "no_vault"
    title = "No vault is configured"
    status = 409


class VaultUnfit(TutelaError):
    """The vault's key can't be read, or is too short to sign with."""

    code = "vault_unfit"
    title = "The vault can't be used"
    status = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Where the platform keeps its media, and the key that it and the house share."""

    template: str
    key: bytes = field(repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port, for the one policy that lets a browser load from there."""
        parts = urlsplit(self.template)
        return f"{parts.scheme}://{parts.netloc}"

    def link(self, media_id: str, *, expires: datetime, nonce: bytes) -> str:
        """The link under which the vault gives the media once, until `expires`.

        `signature` is the HMAC-SHA-256 of the lines `tutela vault link v1`, id, expires (seconds
        since 1970) and nonce, base64url without padding (RFC 4648, section 5).
        """
        told = {
            "{id}": quote(media_id, safe=""),
            "{expires}": str(int(expires.timestamp())),
            "{nonce}": nonce.hex(),
            "{signature}": signature(self.key, said=[media_id, _seconds(expires), nonce.hex()]),
        }
        link = self.template
        for place, text in told.items():
            link = link.replace(place, text)
        return link


def signature(key: bytes, *, said: Sequence[str]) -> str:
    """What proves that the house said these lines."""
    digest = hmac.digest(key, "\n".join([_SPOKEN_OF, *said]).encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def read_key(file: Path) -> bytes:
    """The key of the vault, as the file holds it; raises VaultUnfit."""
    try:
        key = file.read_bytes()
    except OSError as cause:
        raise VaultUnfit(f"The vault's key {file} can't be read: {cause.strerror}.") from cause
    if len(key) < KEY_MIN_BYTES:
        raise VaultUnfit(f"The vault's key {file} has {len(key)} bytes; {KEY_MIN_BYTES} or more.")
    return key


def _seconds(instant: datetime) -> str:
    return str(int(instant.timestamp()))
