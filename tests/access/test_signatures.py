"""Signatures by independent libraries are believed; each change to the call has its own refusal."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_message_signatures import algorithms
from hypothesis import given
from hypothesis import strategies as st

from tests.access.tampered_calls import (
    CREATED,
    ENDING,
    KEY_ID,
    NOW,
    PATH,
    SOON,
    TAMPERED,
    by_hand,
    changed,
    newer,
    older,
)
from tests.fixtures.federation import COVERED, PrivateKey, Signed, multikey, pem_of, rsa_key
from tutela.access.signatures import keys
from tutela.access.signatures.algorithms import PublicKey
from tutela.access.signatures.errors import KeyUnfit, SignatureRefused
from tutela.access.signatures.message import Message
from tutela.access.signatures.reading import read_claims, signed_base

ED = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
BY_PARTS = ("@method", "@authority", "@path", "content-digest")


def check(
    signed: Signed, *, key: PrivateKey | None = None, origins: tuple[str, ...] = ("http://tutela",)
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


@pytest.mark.parametrize(
    ("signed", "key"),
    [
        (older(), rsa_key()),
        (older(at=NOW - timedelta(hours=11, minutes=59)), rsa_key()),
        (older(at=NOW + timedelta(minutes=59)), rsa_key()),
        (by_hand(), rsa_key()),
        (by_hand(algorithm="rsa-sha256"), rsa_key()),
        (by_hand(CREATED, created=NOW), rsa_key()),
        (by_hand(ENDING, created=NOW, expires=SOON), rsa_key()),
        (by_hand(f"{CREATED} date content-type", created=NOW, algorithm=""), rsa_key()),
        (newer(), rsa_key()),
        (newer(include_alg=False), rsa_key()),
        (newer(algorithm=algorithms.RSA_PSS_SHA512), rsa_key()),
        (newer(algorithm=algorithms.RSA_PSS_SHA512, include_alg=False), rsa_key()),
        (newer(algorithm=algorithms.ED25519, key=ED), ED),
        (newer(algorithm=algorithms.ECDSA_P256_SHA256, key=P256), P256),
        (newer(covered=BY_PARTS), rsa_key()),
        (newer(covered=(*COVERED, "content-type", "@scheme", "@request-target")), rsa_key()),
        (newer(lasts=timedelta(minutes=1)), rsa_key()),
        (newer(at=NOW - timedelta(hours=11), lasts=timedelta(hours=20)), rsa_key()),
    ],
)
def test_what_is_signed_as_it_should_be_is_believed(signed: Signed, key: PrivateKey) -> None:
    check(signed, key=key)


def test_either_scheme_counts_where_nobody_said_which() -> None:
    signed = newer(url="https://tutela/activitypub/inbox")
    check(signed, origins=("http://tutela", "https://tutela"))


@pytest.mark.parametrize(
    ("code", "change"), [(code, change) for code, calls in TAMPERED.items() for change in calls]
)
def test_a_changed_call_is_refused_with_its_reason(code: str, change: str) -> None:
    assert code_of(TAMPERED[code][change]) == code


@pytest.mark.parametrize("signed", [older(), newer()])
def test_another_key_does_not_bear_it_out(signed: Signed) -> None:
    assert code_of(signed, key=rsa_key("second")) == "signature_wrong"


def test_a_signature_of_the_wrong_length_is_none_of_p256() -> None:
    assert code_of(newer(include_alg=False), key=P256) == "signature_wrong"


def test_a_signature_that_is_over_leaves_the_other_one() -> None:
    old, new = newer(at=NOW - timedelta(hours=13)), newer()
    both = {
        name: f"{old.headers[name].replace('pyhms', 'first')}, {new.headers[name]}"
        for name in ("signature", "signature-input")
    }
    check(Signed(new.body, {**new.headers, **both}))


def pem_of_public(key: PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_keys_are_read_as_multikeys_too() -> None:
    point = P256.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    der = rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    private: PrivateKey
    for code, raw, private in (
        (b"\xed\x01", ED.public_key().public_bytes_raw(), ED),
        (b"\x80\x24", point, P256),
        (b"\x85\x24", der, rsa_key()),
    ):
        assert pem_of_public(keys.read_multikey(multikey(code, raw=raw))) == pem_of(private)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "zzz",
        "z0OIl",
        "m" + "A" * 40,
        "z" + "1" * 3_000,
        multikey(b"\xed\x01", raw=b"short"),
        multikey(b"\x80\x24", raw=b"\x02" + b"\xff" * 32),
        multikey(b"\x85\x24", raw=b"no key"),
    ],
)
def test_what_is_no_multikey_is_unfit(text: str) -> None:
    with pytest.raises(KeyUnfit):
        keys.read_multikey(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no key",
        pem_of(ec.generate_private_key(ec.SECP384R1())),
        pem_of(rsa_key("weak", bits=1_024)),
        pem_of_public(ed448.Ed448PrivateKey.generate().public_key()),  # type: ignore[arg-type]
        pem_of(rsa_key())[:200],
    ],
)
def test_what_is_no_usable_key_is_unfit(text: str) -> None:
    with pytest.raises(KeyUnfit):
        keys.read_pem(text)


@given(field=st.text(st.characters(max_codepoint=255), max_size=60), is_newer=st.booleans())
def test_whatever_stands_in_a_field_is_refused_with_a_code(field: str, *, is_newer: bool) -> None:
    name = "signature_input" if is_newer else "signature"
    assert code_of(changed(older(), **{name: field})).startswith("signature_")
