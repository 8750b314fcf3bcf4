"""The provider's words: where it is asked, by which keys it signs, whom it names.

OpenID Connect Core 1.0, 3.1 (code flow) and Discovery 1.0, 4; PKCE is RFC 7636.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from tutela.staff.provider.chosen import Chosen, ProviderRefused, ProviderUnavailable
from tutela.staff.provider.journey import Journey

SECONDS: Final = 10.0
ANSWER_MAX_BYTES: Final = 256 * 1024
#: How long the provider's addresses and keys are taken as they were.
KEEP_SECONDS: Final = 300.0
#: By how much the provider's clock may differ.
LEEWAY_SECONDS: Final = 60
#: Signatures that only the provider can make; `none` and shared secrets are not among them.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
SCOPE: Final = "openid profile email"


@dataclass(frozen=True, slots=True)
class _Known:
    until: float
    authorize: str
    token: str
    keys: str


class Provider:
    """Asks one provider; its addresses and keys are remembered for five minutes."""

    def __init__(
        self,
        chosen: Chosen,
        *,
        clock: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.chosen = chosen
        self._clock = clock
        self._transport = transport
        self._known: _Known | None = None

    async def way_there(self, journey: Journey) -> str:
        """The address at which the provider asks the person who they are."""
        known = await self._addresses()
        asked = {
            "response_type": "code",
            "client_id": self.chosen.client_id,
            "redirect_uri": journey.back,
            "scope": SCOPE,
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": create_s256_code_challenge(journey.verifier),
            "code_challenge_method": "S256",
        }
        mark = "&" if urlsplit(known.authorize).query else "?"
        return f"{known.authorize}{mark}{urlencode(asked)}"

    async def claims(self, journey: Journey, *, code: str) -> Mapping[str, Any]:
        """What the provider says of the person, checked; raises ProviderRefused, -Unavailable."""
        known = await self._addresses()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": journey.back,
            "code_verifier": journey.verifier,
            "client_id": self.chosen.client_id,
        }
        told = await self._ask(known.token, form=form)
        token, access = told.get("id_token"), told.get("access_token")
        if not isinstance(token, str):
            raise ProviderRefused("The provider sent no ID token; begin again.")
        read = await self._read(token, keys_at=known.keys)
        self._check(read, journey=journey, access_token=access)
        return read.claims

    async def _addresses(self) -> _Known:
        now = self._clock().timestamp()
        if self._known is not None and now < self._known.until:
            return self._known
        issuer = self.chosen.issuer.rstrip("/")
        told = await self._ask(f"{issuer}/.well-known/openid-configuration")
        if told.get("issuer") != self.chosen.issuer:
            raise ProviderUnavailable("The provider says another issuer than TUTELA_OIDC_ISSUER.")
        places = [
            told.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        ]
        if not all(self.chosen.is_its_own(place) for place in places):
            raise ProviderUnavailable(
                "The provider names an address at another host; TUTELA_OIDC_HOSTS allows some."
            )
        authorize, token, keys = map(str, places)
        self._known = _Known(now + KEEP_SECONDS, authorize, token, keys)
        return self._known

    async def _read(self, token: str, *, keys_at: str) -> jwt.Token:
        keys = await self._ask(keys_at)
        try:
            held = jwk.KeySet.import_key_set(keys)  # type: ignore[arg-type]
            return jwt.decode(token, held, algorithms=ALGORITHMS)
        except (JoseError, ValueError, KeyError, TypeError) as cause:
            raise ProviderRefused(
                "The ID token is not signed by a key of the provider; begin again."
            ) from cause

    def _check(self, token: jwt.Token, *, journey: Journey, access_token: object) -> None:
        options = {
            "iss": {"essential": True, "value": self.chosen.issuer},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": self.chosen.client_id},
        }
        given = {
            "nonce": journey.nonce,
            "client_id": self.chosen.client_id,
            "access_token": access_token,
        }
        claims = CodeIDToken(token.claims, token.header, options=options, params=given)
        try:
            claims.validate(now=int(self._clock().timestamp()), leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as cause:
            raise ProviderRefused("The ID token is not for this login; begin again.") from cause

    async def _ask(self, address: str, *, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The document at an address, or the answer to a form; raises as `claims`."""
        secret = self.chosen.secret() if form is not None else None
        auth = None if secret is None else httpx.BasicAuth(self.chosen.client_id, secret)
        try:
            async with (
                httpx.AsyncClient(
                    timeout=SECONDS, trust_env=False, transport=self._transport
                ) as client,
                client.stream(
                    "GET" if form is None else "POST",
                    address,
                    data=None if form is None else dict(form),
                    auth=auth,
                    headers={"accept": "application/json"},
                ) as answer,
            ):
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > ANSWER_MAX_BYTES:
                        raise ProviderUnavailable("The provider answers with too much.")
        except (httpx.HTTPError, httpx.InvalidURL) as cause:
            raise ProviderUnavailable("The provider can't be reached; try again later.") from cause
        return _document(answer.status_code, body=body, is_exchange=form is not None)


def _document(status: int, *, body: bytes, is_exchange: bool) -> dict[str, Any]:
    if is_exchange and httpx.codes.is_client_error(status):
        raise ProviderRefused("The provider does not take its code back; begin again.")
    if not httpx.codes.is_success(status):
        raise ProviderUnavailable(f"The provider answers {status}; try again later.")
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as cause:
        raise ProviderUnavailable("The provider answers with something else than JSON.") from cause
