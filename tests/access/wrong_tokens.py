"""Tokens that must not be taken, each with the name that its sender is told."""

import hmac
import json
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fixtures.accounts import CURVES, SERVICE_DID, Account, part

Wrong = Callable[[Account], str]


def resigned(account: Account, *, signature: Callable[[bytes], bytes]) -> str:
    signed = account.token().rpartition(".")[0]
    return f"{signed}.{part(signature(account.signature(signed)))}"


def high_s(account: Account) -> Callable[[bytes], bytes]:
    order = CURVES[account.algorithm].group_order
    return lambda raw: raw[:32] + (order - int.from_bytes(raw[32:])).to_bytes(32)


def der(raw: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))


def now(account: Account) -> int:
    issued: int = account.claims()["iat"]
    return issued


def by_hmac(account: Account) -> str:
    """What a verifier falls for that takes the algorithm from the token and the key as bytes."""
    signed = f"{part({'typ': 'JWT', 'alg': 'HS256'})}.{part(account.claims())}"
    public = account.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"{signed}.{part(hmac.digest(public, signed.encode(), 'sha256'))}"


def by_other_key(account: Account) -> str:
    return Account(account.did, account.algorithm).token()


def other_payload(account: Account) -> str:
    header, _, signature = account.token().split(".")
    return f"{header}.{part(account.claims())}.{signature}"


def doubled(account: Account) -> str:
    said = json.dumps(account.claims())[:-1] + f', "iss": "{account.did}"}}'
    signed = f"{part({'typ': 'JWT', 'alg': account.algorithm})}.{part(said.encode())}"
    return f"{signed}.{part(account.signature(signed))}"


WRONG: dict[str, tuple[str, Wrong]] = {
    "alg none": ("BadJwtSignature", lambda a: a.token({"typ": "JWT", "alg": "none"})),
    "alg none, unsigned": (
        "BadJwtSignature",
        lambda a: a.token({"typ": "JWT", "alg": "none"}).rpartition(".")[0] + ".",
    ),
    "HS256 with the public key": ("BadJwtSignature", by_hmac),
    "the other algorithm's name": ("BadJwtSignature", lambda a: a.token({"alg": "ES256"})),
    "no alg": ("BadJwt", lambda a: a.token({"typ": "JWT"})),
    "extensions": ("BadJwt", lambda a: a.token({"alg": "ES256K", "crit": ["b64"], "b64": False})),
    "an access token": ("BadJwtType", lambda a: a.token({"typ": "at+jwt", "alg": "ES256K"})),
    "a proof of possession": ("BadJwtType", lambda a: a.token({"typ": "dpop+jwt", "alg": "x"})),
    "another audience": ("BadJwtAudience", lambda a: a.token(aud="did:web:other.example")),
    "another service of ours": ("BadJwtAudience", lambda a: a.token(aud=f"{SERVICE_DID}#other")),
    "several audiences": ("BadJwtAudience", lambda a: a.token(aud=[SERVICE_DID])),
    "no audience": ("BadJwtAudience", lambda a: a.token(aud=None)),
    "no method": ("BadJwtLexiconMethod", lambda a: a.token(lxm=None)),
    "another method": (
        "BadJwtLexiconMethod",
        lambda a: a.token(lxm="com.atproto.moderation.getReport"),
    ),
    "expired": ("JwtExpired", lambda a: a.token(iat=now(a) - 61, exp=now(a) - 1)),
    "no expiry": ("BadJwt", lambda a: a.token(exp=None)),
    "an expiry in words": ("BadJwt", lambda a: a.token(exp="tomorrow")),
    "an expiry that is true": ("BadJwt", lambda a: a.token(exp=True)),
    "an expiry beyond all time": ("BadJwt", lambda a: a.token(exp=10**30)),
    "issued in the future": ("JwtNotYetValid", lambda a: a.token(iat=now(a) + 50)),
    "not before": ("JwtNotYetValid", lambda a: a.token(nbf=now(a) + 50)),
    "a long life": ("JwtTooOld", lambda a: a.token(exp=now(a) + 3_700)),
    "a long life, undated": ("JwtTooOld", lambda a: a.token(iat=None, exp=now(a) + 3_700)),
    "a long life behind it": (
        "JwtTooOld",
        lambda a: a.token(iat=now(a) - 3_600, exp=now(a) + 60),
    ),
    "a nonce that is none": ("BadJwt", lambda a: a.token(jti="")),
    "no issuer": ("BadJwtIss", lambda a: a.token(iss=None)),
    "an issuer that is no DID": ("BadJwtIss", lambda a: a.token(iss="a.example")),
    "a DID with a space": ("BadJwtIss", lambda a: a.token(iss=f"{a.did} ")),
    "a DID of another method": ("DidResolutionFailed", lambda a: a.token(iss="did:key:zToken")),
    "a short did:plc": ("DidResolutionFailed", lambda a: a.token(iss="did:plc:token")),
    "a did:plc that leads elsewhere": (
        "DidResolutionFailed",
        lambda a: a.token(iss=f"did:plc:..%2f{a.did[8:]}"),
    ),
    "an unknown DID": ("DidResolutionFailed", lambda a: a.token(iss=f"did:plc:{'t' * 24}")),
    "a did:web with a path": (
        "DidResolutionFailed",
        lambda a: a.token(iss="did:web:localhost:users:a"),
    ),
    "a did:web of an address": ("DidResolutionFailed", lambda a: a.token(iss="did:web:127.0.0.1")),
    "another key": ("BadJwtSignature", by_other_key),
    "a high s": ("BadJwtSignature", lambda a: resigned(a, signature=high_s(a))),
    "a DER signature": ("BadJwtSignature", lambda a: resigned(a, signature=der)),
    "a longer signature": (
        "BadJwtSignature",
        lambda a: resigned(a, signature=lambda raw: raw + b"\0"),
    ),
    "an empty signature of zeros": (
        "BadJwtSignature",
        lambda a: resigned(a, signature=lambda _: bytes(64)),
    ),
    "another payload": ("BadJwtSignature", other_payload),
    "cut short": ("BadJwt", lambda a: a.token().rpartition(".")[0]),
    "cut within the signature": ("BadJwtSignature", lambda a: a.token()[:-6]),
    "padded": ("BadJwt", lambda a: a.token() + "=="),
    "a part too many": ("BadJwt", lambda a: a.token() + ".e30"),
    "no JSON": ("BadJwt", lambda _: f"{part(b'{')}.{part(b'{}')}.{part(bytes(64))}"),
    "no object": ("BadJwt", lambda _: f"{part([])}.{part(b'{}')}.{part(bytes(64))}"),
    "a claim said twice": ("BadJwt", doubled),
    "endless": ("BadJwt", lambda a: a.token(more="x" * 9_000)),
}
