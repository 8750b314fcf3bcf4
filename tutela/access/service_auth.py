"""Who calls over AT Protocol: the holder of a token of ours, or an account by its own signature."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from tutela.access.dids import Did, Dids, UnresolvedDid
from tutela.access.pace import Paces
from tutela.access.replays import Once, Replays, Use
from tutela.access.service_tokens import BadJwt, Expected, JwtFault, ServiceToken, read_token
from tutela.access.services import PublicService, public_caller
from tutela.access.tokens import Caller, TokenDesk
from tutela.errors import TutelaError

#: How often one account may report to one process: a person never does, a program comes back.
PER_SECOND = 10.0
AT_ONCE = 100.0
ACCOUNTS_MAX = 10_000

_SCHEME = "bearer "


class AccountTooFast(TutelaError):
    """An account reports more often than anybody does by hand."""

    code = "account_too_fast"
    title = "Too many reports of one account"
    status = HTTPStatus.TOO_MANY_REQUESTS


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDesk:
    """Knows callers by our tokens, and accounts of the network by theirs."""

    tokens: TokenDesk
    dids: Dids
    paces: Paces
    replays: Replays
    public: PublicService
    expected: Expected
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]

    async def caller(self, authorization: str | None) -> Caller:
        """Who sent the header; an account speaks for the public service, under its DID.

        Errors: `NoToken`, `BadJwt`, `UnresolvedDid`, `DidUnavailable`, `NoPublicService`,
        `AccountTooFast`.
        """
        text = _jwt(authorization)
        if text is None:
            return await self.tokens.caller(authorization)
        token = read_token(text, expected=self.expected, now=self.clock())
        await self._check_signature(token)
        service = await self.public.find()
        if not self.paces.allows(token.issuer, seconds=self.monotonic()):
            raise AccountTooFast(
                "Nothing was stored. The same token may be sent again in a moment."
            )
        use = Use(Once.SERVICE_AUTH, token.nonce, token.expires_at)
        if not await self.replays.is_first(use):
            raise BadJwt(JwtFault.REPLAYED, detail="The token was used before. Ask for a new one.")
        return public_caller(service, name=token.issuer)

    async def _check_signature(self, token: ServiceToken) -> None:
        known = await self.dids.keys(token.issuer)
        if token.is_signed_by(known.keys.get(token.key_name)):
            return
        known = await self.dids.newer_keys(token.issuer, than=known) or known
        key = known.keys.get(token.key_name)
        if key is None:
            raise UnresolvedDid("The DID document holds no key that may sign for the account.")
        if not token.is_signed_by(key):
            raise BadJwt(
                JwtFault.BAD_SIGNATURE, detail="No key of the issuer's has signed the token."
            )


def paces_of_accounts() -> Paces:
    """How often each account may report to this process."""
    return Paces(per_second=PER_SECOND, burst=AT_ONCE, names_max=ACCOUNTS_MAX)


def account_of(caller: Caller) -> Did | None:
    """The account that proved itself with a token of the network; None for all other callers."""
    return Did(caller.name) if caller.name.startswith("did:") else None


def _jwt(authorization: str | None) -> str | None:
    """The token of the header where it is a JWT: none of ours holds a dot."""
    if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
        return None
    token = authorization[len(_SCHEME) :].strip()
    return token if "." in token else None
