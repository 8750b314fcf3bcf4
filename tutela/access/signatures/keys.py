"""Public keys as federated servers publish them: PEM, or Multikey (FEP-521a)."""

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from tutela.access.signatures.algorithms import PublicKey
from tutela.access.signatures.errors import KeyUnfit

RSA_BITS_MIN: Final = 2_048
RSA_BITS_MAX: Final = 8_192
TEXT_MAX_CODE_POINTS: Final = 8_192

_BASE58: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_MAX_CODE_POINTS: Final = 2_048
_ED25519: Final = b"\xed\x01"
_P256: Final = b"\x80\x24"
_RSA: Final = b"\x85\x24"
_CODE_BYTES: Final = 2


def read_pem(text: str) -> PublicKey:
    """The key in a PEM text; `KeyUnfit` where it is none, too weak or of another kind."""
    try:
        return _usable(load_pem_public_key(text[:TEXT_MAX_CODE_POINTS].encode()))
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise KeyUnfit("The publicKeyPem can't be read.") from cause


def read_multikey(text: str) -> PublicKey:
    """The key in a `publicKeyMultibase` (base58btc); `KeyUnfit` as for a PEM text."""
    raw = _base58(text)
    code, key = raw[:_CODE_BYTES], raw[_CODE_BYTES:]
    try:
        if code == _ED25519:
            return ed25519.Ed25519PublicKey.from_public_bytes(key)
        if code == _P256:
            return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
        if code == _RSA:
            return _usable(load_der_public_key(key))
    except (ValueError, UnsupportedAlgorithm) as cause:
        raise KeyUnfit("The publicKeyMultibase can't be read.") from cause
    raise KeyUnfit("The publicKeyMultibase is of a kind that is not taken.")


def _usable(key: object) -> PublicKey:
    if isinstance(key, rsa.RSAPublicKey):
        if not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
            raise KeyUnfit(f"RSA keys have {RSA_BITS_MIN} to {RSA_BITS_MAX} bits here.")
        return key
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise KeyUnfit("Only keys of RSA, Ed25519 and P-256 are taken.")


def _base58(text: str) -> bytes:
    digits = text.removeprefix("z")
    if digits == text or len(text) > _BASE58_MAX_CODE_POINTS or set(digits) - set(_BASE58):
        raise KeyUnfit("The publicKeyMultibase is not in base58btc.")
    number = 0
    for digit in digits:
        number = number * 58 + _BASE58.index(digit)
    zeros = len(digits) - len(digits.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
