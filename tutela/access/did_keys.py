"""The keys by which a DID document lets its account sign: secp256k1 and P-256, nothing else.

Source: AT Protocol, Cryptography and DID; W3C Controlled Identifiers (Multikey); multicodec table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

SIGNATURE_BYTES: Final = 64

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
#: An uncompressed point of 65 bytes takes 89 characters.
_MULTIBASE_MAX_CODE_POINTS: Final = 128
_COMPRESSED_BYTES: Final = 33
_UNCOMPRESSED_BYTES: Final = 65


class Algorithm(StrEnum):
    """How a token is signed; a key knows one way only."""

    #: ECDSA over secp256k1 with SHA-256 (RFC 8812).
    ES256K = "ES256K"
    #: ECDSA over P-256 with SHA-256 (RFC 7518).
    ES256 = "ES256"


_CURVES: Final[Mapping[Algorithm, ec.EllipticCurve]] = MappingProxyType(
    {Algorithm.ES256K: ec.SECP256K1(), Algorithm.ES256: ec.SECP256R1()}
)
#: What stands before the compressed point of a Multikey: a varint of the multicodec table.
_MULTICODECS: Final = MappingProxyType(
    {b"\xe7\x01": Algorithm.ES256K, b"\x80\x24": Algorithm.ES256}
)
#: Verification methods of before Multikey, whose point stands without a multicodec.
_LEGACY: Final = MappingProxyType(
    {
        "EcdsaSecp256k1VerificationKey2019": Algorithm.ES256K,
        "EcdsaSecp256r1VerificationKey2019": Algorithm.ES256,
    }
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key and the one algorithm that it is for."""

    algorithm: Algorithm
    public: ec.EllipticCurvePublicKey

    def verifies(self, signature: bytes, *, of: bytes) -> bool:
        """Whether 64 bytes, r then s with s in the lower half, are this key's signature."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        if s > self.public.curve.group_order // 2:
            return False
        try:
            self.public.verify(encode_dss_signature(r, s), of, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True


def keys_in(document: Mapping[str, object], *, did: str) -> dict[str, SigningKey]:
    """The usable keys of a DID document by their fragment; the first of each name counts."""
    methods = document.get("verificationMethod")
    found: dict[str, SigningKey] = {}
    for method in methods if isinstance(methods, list) else []:
        if not isinstance(method, dict) or method.get("controller") != did:
            continue
        owner, _, name = str(method.get("id")).partition("#")
        key = _key(method)
        if owner in {"", did} and name and key is not None:
            found.setdefault(name, key)
    return found


def _key(method: Mapping[str, object]) -> SigningKey | None:
    kind, text = method.get("type"), method.get("publicKeyMultibase")
    raw = _multibase(text) if isinstance(text, str) else b""
    if kind == "Multikey":
        algorithm, point = _MULTICODECS.get(raw[:2]), raw[2:]
        return None if len(point) != _COMPRESSED_BYTES else _on_curve(point, algorithm=algorithm)
    if len(raw) not in {_COMPRESSED_BYTES, _UNCOMPRESSED_BYTES}:
        return None
    return _on_curve(raw, algorithm=_LEGACY.get(str(kind)))


def _on_curve(point: bytes, *, algorithm: Algorithm | None) -> SigningKey | None:
    if algorithm is None:
        return None
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[algorithm], point)
    except ValueError:
        return None
    return SigningKey(algorithm, public)


def _multibase(text: str) -> bytes:
    """The bytes of base58btc after its `z`; none where it is anything else."""
    letters = text[1:]
    if not text.startswith("z") or len(letters) > _MULTIBASE_MAX_CODE_POINTS:
        return b""
    number = 0
    for letter in letters:
        digit = _ALPHABET.find(letter)
        if digit < 0:
            return b""
        number = number * len(_ALPHABET) + digit
    zeros = len(letters) - len(letters.lstrip(_ALPHABET[0]))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)
