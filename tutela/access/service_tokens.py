"""Inter-service tokens of AT Protocol: a short-lived JWT that the account's own key has signed.

Everything about a token that needs nobody else is decided here, before a DID is looked up.
Source: AT Protocol, XRPC, "Inter-Service Authentication (JWT)"; RFC 7515, RFC 7519. The names of
what is wrong are those of the reference implementation (`@atproto/xrpc-server`, `lex-server`).
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from tutela.access.did_keys import SigningKey
from tutela.access.dids import Did, is_did
from tutela.access.strict_json import read_object
from tutela.access.tokens import NoToken

TOKEN_MAX_CODE_POINTS: Final = 8_192
JTI_MAX_CODE_POINTS: Final = 512
#: How far the clock of a sender may run ahead.
SKEW: Final = timedelta(seconds=10)
#: As long as `com.atproto.server.getServiceAuth` lets a token for one method live.
LIFETIME_MAX: Final = timedelta(hours=1)

_PARTS: Final = 3
#: The key in a DID document by which a labeler speaks, and the service that it speaks for.
_LABELER, _LABELER_KEY = "atproto_labeler", "atproto_label"
_ACCOUNT_KEY: Final = "atproto"


class JwtFault(StrEnum):
    """What is wrong with a token, by the name that clients of AT Protocol know."""

    #: It is no JWT, or a claim is missing or of the wrong kind.
    MALFORMED = "BadJwt"
    #: It says it is something else than a JWT for a service.
    WRONG_TYPE = "BadJwtType"
    #: It is over.
    EXPIRED = "JwtExpired"
    #: It begins in the future.
    NOT_YET_VALID = "JwtNotYetValid"
    #: It would be good for longer than anybody needs.
    TOO_LONG = "JwtTooOld"
    #: It is for another service.
    WRONG_AUDIENCE = "BadJwtAudience"
    #: It is for another method, or for any.
    WRONG_METHOD = "BadJwtLexiconMethod"
    #: Whoever issued it is named by no DID.
    BAD_ISSUER = "BadJwtIss"
    #: No key of the issuer's has signed it, or not in the way that the protocol asks for.
    BAD_SIGNATURE = "BadJwtSignature"
    #: It was used before.
    REPLAYED = "NonceNotUnique"


class BadJwt(NoToken):
    """The call carries an inter-service token of AT Protocol that does not hold."""

    code = "bad_jwt"
    title = "The inter-service token does not hold"

    def __init__(self, fault: JwtFault, *, detail: str) -> None:
        super().__init__(detail, evidence={"fault": fault})
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must be made out for: our DID, and the one method that is called."""

    service_did: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceToken:
    """A token whose claims hold and whose signature nobody has looked at yet."""

    issuer: Did
    key_name: str
    expires_at: datetime
    #: What must not come twice: of `jti` where it has one, else of the token.
    nonce: bytes
    algorithm: str
    signed: bytes
    signature: bytes

    def is_signed_by(self, key: SigningKey | None) -> bool:
        """Whether the key has signed it; the key says by which algorithm, the token must agree."""
        return (
            key is not None
            and key.algorithm == self.algorithm
            and key.verifies(self.signature, of=self.signed)
        )


def read_token(text: str, *, expected: Expected, now: datetime) -> ServiceToken:
    """The token, if all holds that it says; `BadJwt` with the first fault that is found."""
    parts = text.split(".")
    if len(parts) != _PARTS or len(text) > TOKEN_MAX_CODE_POINTS:
        raise BadJwt(JwtFault.MALFORMED, detail="The token is no JWT of three parts.")
    try:
        header, claims = (read_object(_decoded(part)) for part in parts[:2])
        signature = _decoded(parts[2])
    except ValueError as cause:
        raise BadJwt(
            JwtFault.MALFORMED,
            detail="The token is not base64url of JSON objects that say each key once.",
        ) from cause
    algorithm = _algorithm(header)
    expires_at = _check_times(claims, now=now)
    _check_purpose(claims, expected=expected)
    issuer, key_name = _issuer(claims)
    return ServiceToken(
        issuer=issuer,
        key_name=key_name,
        expires_at=expires_at,
        nonce=_nonce(claims, issuer=issuer, signed=text.rpartition(".")[0]),
        algorithm=algorithm,
        signed=text.rpartition(".")[0].encode(),
        signature=signature,
    )


def _algorithm(header: Mapping[str, object]) -> str:
    kind, algorithm = header.get("typ", "JWT"), header.get("alg")
    if not isinstance(kind, str) or kind.upper() != "JWT":
        raise BadJwt(JwtFault.WRONG_TYPE, detail="The token's `typ` is not JWT.")
    if not isinstance(algorithm, str) or "crit" in header:
        raise BadJwt(
            JwtFault.MALFORMED, detail="The token's header has no `alg`, or asks for extensions."
        )
    return algorithm


def _check_times(claims: Mapping[str, object], *, now: datetime) -> datetime:
    expires_at = _instant(claims, name="exp")
    if expires_at is None:
        raise BadJwt(JwtFault.MALFORMED, detail="The token has no `exp`.")
    if expires_at <= now:
        raise BadJwt(JwtFault.EXPIRED, detail="The token is over.")
    issued_at = _instant(claims, name="iat")
    begins = [each for each in (issued_at, _instant(claims, name="nbf")) if each is not None]
    if any(each > now + SKEW for each in begins):
        raise BadJwt(JwtFault.NOT_YET_VALID, detail="The token begins in the future.")
    if expires_at - (issued_at or now) > LIFETIME_MAX or expires_at > now + LIFETIME_MAX + SKEW:
        raise BadJwt(JwtFault.TOO_LONG, detail="The token is good for more than an hour.")
    return expires_at


def _check_purpose(claims: Mapping[str, object], *, expected: Expected) -> None:
    ours = (expected.service_did, f"{expected.service_did}#{_LABELER}")
    if claims.get("aud") not in ours:
        raise BadJwt(JwtFault.WRONG_AUDIENCE, detail="The token's `aud` is not this service's DID.")
    if claims.get("lxm") != expected.method:
        raise BadJwt(JwtFault.WRONG_METHOD, detail=f"The token's `lxm` must be {expected.method}.")


def _issuer(claims: Mapping[str, object]) -> tuple[Did, str]:
    issuer = claims.get("iss")
    did, _, service = issuer.partition("#") if isinstance(issuer, str) else ("", "", "")
    if not is_did(did):
        raise BadJwt(JwtFault.BAD_ISSUER, detail="The token's `iss` is no DID.")
    return Did(did), _LABELER_KEY if service == _LABELER else _ACCOUNT_KEY


def _nonce(claims: Mapping[str, object], *, issuer: str, signed: str) -> bytes:
    jti = claims.get("jti")
    if jti is None:
        return hashlib.sha256(f"token {signed}".encode()).digest()
    if not isinstance(jti, str) or not 0 < len(jti) <= JTI_MAX_CODE_POINTS:
        raise BadJwt(
            JwtFault.MALFORMED, detail="The token's `jti` is no text of 1 to 512 characters."
        )
    return hashlib.sha256(f"jti {issuer} {jti}".encode(errors="surrogatepass")).digest()


def _instant(claims: Mapping[str, object], *, name: str) -> datetime | None:
    seconds = claims.get(name)
    if seconds is None:
        return None
    if isinstance(seconds, int | float) and not isinstance(seconds, bool):
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (ValueError, OverflowError, OSError):
            pass
    raise BadJwt(JwtFault.MALFORMED, detail=f"The token's `{name}` is no time in seconds.")


def _decoded(part: str) -> bytes:
    """The bytes of base64url without padding, written in the one way there is."""
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as cause:
        raise ValueError("a part is not base64url") from cause
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise ValueError("a part is not base64url")
    return raw
