"""Signatures by independent libraries are believed; each change to the call has its own refusal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from http_message_signatures import algorithms

from tests.fixtures.federation import (
    COVERED,
    INBOX,
    How,
    PrivateKey,
    Signed,
    pem_of,
    rsa_key,
    sign_draft,
    sign_rfc9421,
)
from tutela.access.signatures import keys
from tutela.access.signatures.errors import SignatureRefused
from tutela.access.signatures.message import Message
from tutela.access.signatures.reading import read_claims, signed_base

NOW = datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
KEY_ID = "https://there.example/actor#main-key"
FLAG = {"type": "Flag", "actor": "https://there.example/actor", "object": "https://here.example/a"}
ORIGINS = ("http://tutela",)
PATH = "/activitypub/inbox"


def draft(*, at: datetime = NOW, url: str = INBOX) -> Signed:
    return sign_draft(FLAG, key=rsa_key(), key_id=KEY_ID, at=at, url=url)


def newer(**how: object) -> Signed:
    usual = How(key=rsa_key(), key_id=KEY_ID, at=NOW)
    return sign_rfc9421(FLAG, how=replace(usual, **how))  # type: ignore[arg-type]


def check(
    signed: Signed, *, key: PrivateKey | None = None, origins: tuple[str, ...] = ORIGINS
) -> None:
    """Nothing, or the refusal of the first claim."""
    message = Message(target=PATH, origins=origins, fields=signed.headers, body=signed.body)
    public = keys.read_pem(pem_of(key or rsa_key()))
    for claim in read_claims(message, now=NOW):
        assert claim.key_id == KEY_ID
        signed_base(claim, key=public)


def code_of(signed: Signed, *, key: PrivateKey | None = None) -> str:
    with pytest.raises(SignatureRefused) as refusal:
        check(signed, key=key)
    assert refusal.value.detail
    return refusal.value.code


def changed(signed: Signed, **headers: str | None) -> Signed:
    """The call with other headers; None takes one away."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = {**signed.headers, **given}
    return Signed(signed.body, {name: value for name, value in merged.items() if value is not None})


def rewritten(signed: Signed, *, header: str, before: str, after: str) -> Signed:
    text = signed.headers[header]
    assert before in text
    return Signed(signed.body, {**signed.headers, header: text.replace(before, after, 1)})


ED = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
AT_HOST = ("@method", "@authority", "@path", "content-digest")


@pytest.mark.parametrize(
    ("signed", "key"),
    [
        (draft(), rsa_key()),
        (draft(at=NOW - timedelta(hours=11, minutes=59)), rsa_key()),
        (draft(at=NOW + timedelta(minutes=59)), rsa_key()),
        (newer(), rsa_key()),
        (newer(include_alg=False), rsa_key()),
        (newer(algorithm=algorithms.RSA_PSS_SHA512), rsa_key()),
        (newer(algorithm=algorithms.RSA_PSS_SHA512, include_alg=False), rsa_key()),
        (newer(algorithm=algorithms.ED25519, key=ED), ED),
        (newer(algorithm=algorithms.ECDSA_P256_SHA256, key=P256), P256),
        (newer(covered=AT_HOST), rsa_key()),
        (newer(covered=(*COVERED, "content-type", "@scheme", "@request-target")), rsa_key()),
        (newer(lasts=timedelta(minutes=1)), rsa_key()),
        (newer(at=NOW - timedelta(hours=11), lasts=timedelta(hours=20)), rsa_key()),
    ],
)
def test_what_an_independent_library_signed_is_believed(signed: Signed, key: PrivateKey) -> None:
    check(signed, key=key)


def test_either_scheme_counts_where_nobody_said_which() -> None:
    check(
        newer(url="https://tutela/activitypub/inbox"), origins=("http://tutela", "https://tutela")
    )


TAMPERED: list[tuple[str, Signed, str]] = [
    ("not signed", changed(draft(), signature=None), "signature_missing"),
    ("another body", replace(draft(), body=b"{}"), "digest_wrong"),
    ("a blank more", replace(draft(), body=draft().body + b" "), "digest_wrong"),
    (
        "another body and its digest",
        changed(draft(), digest="SHA-256=" + "A" * 43 + "="),
        "digest_wrong",
    ),
    ("no digest", changed(draft(), digest=None), "signature_uncovered"),
    ("a digest of another kind", changed(draft(), digest="MD5=AAAA"), "signature_wrong"),
    ("another date", changed(draft(), date="Sat, 21 Nov 2026 10:14:59 GMT"), "signature_wrong"),
    ("no date", changed(draft(), date=None), "signature_unreadable"),
    (
        "a date without its zone",
        changed(draft(), date="Sat, 21 Nov 2026 10:15:00"),
        "signature_unreadable",
    ),
    (
        "a day that is not",
        changed(draft(), date="Sat, 31 Feb 2026 10:15:00 GMT"),
        "signature_unreadable",
    ),
    ("too old", draft(at=NOW - timedelta(hours=12, seconds=1)), "signature_expired"),
    ("too early", draft(at=NOW + timedelta(hours=1, seconds=1)), "signature_early"),
    ("for another host", draft(url="http://other/activitypub/inbox"), "signature_wrong"),
    ("for another path", draft(url="http://tutela/inbox"), "signature_wrong"),
    ("another content type", changed(draft(), content_type="text/plain"), ""),
]
