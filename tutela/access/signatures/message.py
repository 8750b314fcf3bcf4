"""A call as a signature sees it, and what a signature claims about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tutela.access.signatures.algorithms import Algorithm
from tutela.access.signatures.errors import SignatureEarly, SignatureExpired

#: How old a signature may be: what Mastodon allows, so that a queue that was stuck is not lost.
WINDOW: Final = timedelta(hours=12)
#: How far the signer's clock may run ahead.
SKEW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A POST: its target, the origins it may be meant for, its fields in lower case, its body."""

    #: The path, and the query if there is one.
    target: str
    #: `https://host[:port]`, more than one where nobody said by which scheme strangers come.
    origins: tuple[str, ...]
    fields: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        return self.origins[0].partition("://")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A signature whose form, time, cover and digest are in order; the key is still to say yes."""

    key_id: str
    #: None where the key decides.
    algorithm: Algorithm | None
    signature: bytes
    #: What may have been signed, one for each origin.
    bases: tuple[bytes, ...]
    #: From when on it would be refused by its age.
    expires_at: datetime


def end_of(created: datetime, *, expires: datetime | None, now: datetime) -> datetime:
    """From when on the signature is too old; `SignatureExpired`, `SignatureEarly` for now."""
    end = created + WINDOW
    if expires is not None:
        end = min(end, expires)
    if created > now + SKEW:
        raise SignatureEarly("The signature is more than an hour ahead of this server's clock.")
    if end <= now:
        raise SignatureExpired("The signature is older than 12 hours, or its own end is over.")
    return end
