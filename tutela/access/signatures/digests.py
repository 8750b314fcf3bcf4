"""The body held against its digest, in the older field and in the newer one."""

import base64
import binascii
import hashlib
import hmac
from typing import Final

import http_sf

from tutela.access.signatures.errors import DigestWrong

_HASHES: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


def check_digest(field: str, *, body: bytes) -> None:
    """`DigestWrong` unless the `Digest` field (RFC 3230) has the body's SHA-256."""
    said = [each.strip().partition("=") for each in field.split(",")]
    found = [value for name, _, value in said if name.lower() == "sha-256"]
    if not found:
        raise DigestWrong("The Digest has no SHA-256.")
    for value in found:
        try:
            digest = base64.b64decode(value, validate=True)
        except binascii.Error as cause:
            raise DigestWrong("The Digest is not in base64.") from cause
        _compare(digest, wanted=hashlib.sha256(body).digest())


def check_content_digest(field: str, *, body: bytes) -> None:
    """`DigestWrong` unless each known digest in `Content-Digest` (RFC 9530) is the body's."""
    try:
        said = http_sf.parse(field.encode(), tltype="dictionary")
    except (http_sf.StructuredFieldError, UnicodeError) as cause:
        raise DigestWrong("The Content-Digest is not a structured field.") from cause
    known = [(name, item) for name, item in _members(said) if name in _HASHES]
    if not known:
        raise DigestWrong("The Content-Digest has neither sha-256 nor sha-512.")
    for name, item in known:
        digest = item[0] if isinstance(item, tuple) else None
        if not isinstance(digest, bytes):
            raise DigestWrong("The Content-Digest is not a sequence of bytes.")
        _compare(digest, wanted=_HASHES[name](body).digest())


def _members(said: object) -> list[tuple[str, object]]:
    return list(said.items()) if isinstance(said, dict) else []


def _compare(digest: bytes, *, wanted: bytes) -> None:
    if not hmac.compare_digest(digest, wanted):
        raise DigestWrong("The body is not the one whose digest was signed.")
