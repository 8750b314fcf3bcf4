"""The algorithms that are taken, and which key may use which (RFC 9421, section 3.3)."""

from enum import StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

PublicKey = rsa.RSAPublicKey | ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

_PSS_SALT_BYTES: Final = 64
_P256_SIGNATURE_BYTES: Final = 64


class Algorithm(StrEnum):
    """By the name that RFC 9421 gives it."""

    #: RSASSA-PKCS1-v1_5 with SHA-256; `rsa-sha256` of the draft.
    RSA_V1_5_SHA256 = "rsa-v1_5-sha256"
    #: RSASSA-PSS with SHA-512.
    RSA_PSS_SHA512 = "rsa-pss-sha512"
    #: Ed25519.
    ED25519 = "ed25519"
    #: ECDSA over P-256 with SHA-256; r and s side by side.
    ECDSA_P256_SHA256 = "ecdsa-p256-sha256"


def fitting(key: PublicKey) -> tuple[Algorithm, ...]:
    """The algorithms that the key may be used with."""
    match key:
        case rsa.RSAPublicKey():
            return (Algorithm.RSA_V1_5_SHA256, Algorithm.RSA_PSS_SHA512)
        case ed25519.Ed25519PublicKey():
            return (Algorithm.ED25519,)
        case _:
            return (Algorithm.ECDSA_P256_SHA256,)


def verifies(key: PublicKey, *, algorithm: Algorithm, signature: bytes, base: bytes) -> bool:
    """Whether the key signed the base; the algorithm is one of `fitting`."""
    try:
        _verify(key, algorithm=algorithm, signature=signature, base=base)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify(key: PublicKey, *, algorithm: Algorithm, signature: bytes, base: bytes) -> None:
    match key:
        case rsa.RSAPublicKey() if algorithm is Algorithm.RSA_V1_5_SHA256:
            key.verify(signature, base, padding.PKCS1v15(), hashes.SHA256())
        case rsa.RSAPublicKey():
            pss = padding.PSS(padding.MGF1(hashes.SHA512()), _PSS_SALT_BYTES)
            key.verify(signature, base, pss, hashes.SHA512())
        case ed25519.Ed25519PublicKey():
            key.verify(signature, base)
        case _:
            key.verify(_der(signature), base, ec.ECDSA(hashes.SHA256()))


def _der(signature: bytes) -> bytes:
    if len(signature) != _P256_SIGNATURE_BYTES:
        raise InvalidSignature
    half = _P256_SIGNATURE_BYTES // 2
    return encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )
