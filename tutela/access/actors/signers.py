"""Who signed a call: an actor whose key bears the signature out, for the first time."""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tutela.access.actors.directory import KeyDirectory, Named
from tutela.access.actors.errors import KeyUnavailable, Replayed
from tutela.access.replays import Once, Replays, Use
from tutela.access.signatures.errors import SignatureRefused, SignatureUnreadable
from tutela.access.signatures.message import Claim, Message
from tutela.access.signatures.reading import read_claims, signed_base

#: How long one signature may take to be believed, with all that is fetched for it.
BELIEF_SECONDS: Final = 15.0
#: Where a proxy says at which path of the public URL the call came in.
ORIGINAL_TARGET: Final = b"x-original-uri"

_TARGET: Final = re.compile(rb"/[!-~]{0,2047}")


@dataclass(frozen=True, slots=True)
class Signer:
    """The actor who signed; `use` is remembered once the call was carried out."""

    actor: str
    kind: str
    use: Use

    @property
    def server(self) -> str:
        """The scheme and the host of the actor, with its port."""
        return "/".join(self.actor.split("/", 3)[:3])


class Signers:
    """Believes a signed call, or says why not."""

    def __init__(
        self, directory: KeyDirectory, *, replays: Replays, clock: Callable[[], datetime]
    ) -> None:
        self._directory = directory
        self._replays = replays
        self._clock = clock

    async def signer(self, message: Message, *, actor: str) -> Signer:
        """The actor, where one signature of the call is by its key and was not taken before.

        Errors: what `read_claims` and `KeyDirectory.find` raise, and `Replayed`.
        """
        refusals: list[SignatureRefused] = []
        for claim in read_claims(message, now=self._clock()):
            try:
                async with asyncio.timeout(BELIEF_SECONDS):
                    signer = await self._believed(claim, actor=actor)
            except SignatureRefused as refusal:
                refusals.append(refusal)
            except TimeoutError as cause:
                raise KeyUnavailable("The actor's server took too long.") from cause
            else:
                return await self._first_time(signer)
        raise refusals[0]

    async def remember(self, signer: Signer) -> None:
        """The call was carried out: its signature is used up."""
        await self._replays.remember(signer.use)

    async def _believed(self, claim: Claim, *, actor: str) -> Signer:
        known = await self._directory.find(Named(claim.key_id, actor))
        try:
            base = signed_base(claim, key=known.key)
        except SignatureRefused:
            renewed = await self._directory.renewed(known)
            if renewed is None:
                raise
            known = renewed
            base = signed_base(claim, key=known.key)
        digest = hashlib.sha256(claim.key_id.encode() + b"\0" + base).digest()
        return Signer(actor, known.kind, Use(Once.HTTP_SIGNATURE, digest, claim.expires_at))

    async def _first_time(self, signer: Signer) -> Signer:
        if await self._replays.is_remembered(signer.use):
            raise Replayed("This signed call was taken before. Sign it anew to send it again.")
        return signer


def target(public_url: str | None, *, headers: Mapping[bytes, bytes], own: str) -> str:
    """For which path a call may be meant: ours, or any of the public URL that a proxy names.

    Whoever else names one gains nothing: the signature has to cover it beside the public host.
    """
    named = headers.get(ORIGINAL_TARGET, b"")
    if public_url is None or not named:
        return own
    if not _TARGET.fullmatch(named):
        raise SignatureUnreadable("X-Original-URI is not a path.")
    return named.decode("ascii")


def origins(public_url: str | None, *, headers: Mapping[bytes, bytes]) -> tuple[str, ...]:
    """For whom a call may be meant: the public URL, or else the `Host` it names, by any scheme."""
    if public_url is not None:
        return (public_url,)
    host = headers.get(b"host", b"").decode("latin-1").lower()
    if not host:
        raise SignatureUnreadable("The call names no Host.")
    return (f"https://{host}", f"http://{host}")
