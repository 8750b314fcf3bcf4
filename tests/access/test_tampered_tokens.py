"""Whatever is changed in a token, however little, it is nobody's any more."""

import secrets
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.accounts import METHOD, SERVICE_DID, Account, part
from tutela.access.did_keys import keys_in
from tutela.access.service_tokens import BadJwt, Expected, read_token

EXPECTED = Expected(service_did=SERVICE_DID, method=METHOD)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ "
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def is_taken(token: str, *, account: Account) -> bool:
    """Whether the token is the account's; every other way out than `BadJwt` is a fault."""
    key = keys_in(account.document, did=account.did)["atproto"]
    try:
        return read_token(token, expected=EXPECTED, now=datetime.now(UTC)).is_signed_by(key)
    except BadJwt:
        return False


@pytest.mark.parametrize("algorithm", ["ES256K", "ES256"])
def test_every_letter_of_a_token_counts(algorithm: str) -> None:
    account = Account("did:plc:abcdefghijklmnopqrst2345", algorithm)
    token = account.token()
    assert is_taken(token, account=account)
    for place, letter in enumerate(token):
        other = secrets.choice(LETTERS.replace(letter, ""))
        assert not is_taken(token[:place] + other + token[place + 1 :], account=account)
        assert not is_taken(token[:place], account=account)
        assert not is_taken(token[:place] + token[place + 1 :], account=account)


@given(name=st.sampled_from(["iss", "aud", "exp", "iat", "nbf", "lxm", "jti"]), value=ANY_JSON)
def test_a_claim_of_any_kind_is_read_or_refused(name: str, value: object) -> None:
    account = Account("did:plc:abcdefghijklmnopqrst2345")
    claims = {**account.claims(), name: value}
    signed = f"{part({'alg': 'ES256K'})}.{part(claims)}"
    is_taken(f"{signed}.{part(account.signature(signed))}", account=account)


@given(header=ANY_JSON, claims=ANY_JSON, signature=st.binary(max_size=80))
def test_parts_of_any_kind_are_read_or_refused(
    header: object, claims: object, signature: bytes
) -> None:
    account = Account("did:plc:abcdefghijklmnopqrst2345")
    assert not is_taken(f"{part(header)}.{part(claims)}.{part(signature)}", account=account)


@given(text=st.text())
def test_text_of_any_kind_is_refused(text: str) -> None:
    assert not is_taken(f"{text}.{text}.{text}", account=Account("did:plc:a"))


@given(document=ANY_JSON, method=ANY_JSON)
def test_a_document_of_any_kind_is_read(document: object, method: object) -> None:
    keys_in({"verificationMethod": document}, did="did:plc:a")
    keys_in({"verificationMethod": [method]}, did="did:plc:a")
    for kind in ("Multikey", "EcdsaSecp256k1VerificationKey2019"):
        said = {"id": "#atproto", "type": kind, "controller": "did:plc:a"}
        keys_in({"verificationMethod": [{**said, "publicKeyMultibase": method}]}, did="did:plc:a")
