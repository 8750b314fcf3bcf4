import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tutela.access.keys import KeySet, SigningKey
from tutela.detection.terms.term import TermKind
from tutela.errors import TutelaError
from tutela.guard import sealing
from tutela.guard.asking import Verdict
from tutela.guard.sealing import (
    Manifest,
    Published,
    SnapshotForeign,
    SnapshotMisplaced,
    SnapshotOlder,
    open_document,
    open_published,
)
from tutela.guard.snapshot import Snapshot, SnapshotUnreadable, Text

TOKEN = "tutela_" + "k" * 43
OUR_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"a" * 32))
FOREIGN_KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(b"b" * 32))


def snapshot(*, version: int = 3, service: str = "main") -> Snapshot:
    return Snapshot(
        tenant="main",
        service=service,
        version=version,
        published_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        texts=(Text("zorbaquil", TermKind.WORD, Verdict.BLOCK),),
    )


def published(
    *, version: int = 3, service: str = "main", signer: SigningKey = OUR_KEY
) -> Published:
    fill = bytes([version])
    return sealing.publish(
        snapshot(version=version, service=service), signer=signer, chance=lambda count: fill * count
    )


def ours(manifest: Manifest) -> list[bytes]:
    return [OUR_KEY.public_key] if manifest.key_id == OUR_KEY.key_id else []


def document(token: str = TOKEN, **changed: object) -> bytes:
    return sealing.hand_over(published(**changed), token=token)  # type: ignore[arg-type]


LOADED = open_document(document(), token=TOKEN, believed=ours).manifest


def test_the_holder_of_the_token_opens_what_was_published() -> None:
    opened = open_document(document(), token=TOKEN, believed=ours)
    assert opened.snapshot == snapshot()
    assert opened.manifest.version == 3


def test_the_house_opens_what_it_keeps_without_a_token() -> None:
    assert open_published(published()).snapshot == snapshot()


def test_a_key_set_of_the_house_signs_it() -> None:
    keys = KeySet(b"m" * 32, signing_key=Ed25519PrivateKey.from_private_bytes(b"a" * 32))
    made = sealing.publish(snapshot(), signer=keys.signing[0], chance=lambda count: b"3" * count)
    handed = sealing.hand_over(made, token=TOKEN)
    assert open_document(handed, token=TOKEN, believed=ours).snapshot == snapshot()


def test_nothing_that_is_listed_stands_in_a_document() -> None:
    made = published()
    for raw in (document(), made.manifest, made.body, repr(made).encode()):
        assert b"zorbaquil" not in raw


def test_the_signature_is_over_the_rfc_8785_form_of_the_other_fields() -> None:
    told = json.loads(published().manifest)
    signature = base64.b64decode(told.pop("signature"))
    signed = rfc8785.dumps({**told, "purpose": "guard.snapshot"})
    public = Ed25519PrivateKey.from_private_bytes(b"a" * 32).public_key()
    public.verify(signature, signed)


@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_document_cut_off_anywhere_is_unreadable(cut: float) -> None:
    whole = document()
    with pytest.raises(SnapshotUnreadable):
        open_document(whole[: int(len(whole) * cut)], token=TOKEN, believed=ours)


@given(place=st.integers(0, len(document()) - 1), bit=st.integers(0, 7))
def test_a_document_with_one_bit_turned_is_refused(place: int, bit: int) -> None:
    changed = bytearray(document())
    changed[place] ^= 1 << bit
    with pytest.raises(TutelaError):
        open_document(bytes(changed), token=TOKEN, believed=ours)


@pytest.mark.parametrize(
    ("raw", "loaded", "refusal"),
    [
        (lambda: document(signer=FOREIGN_KEY), None, SnapshotForeign),
        (lambda: document(version=2), LOADED, SnapshotOlder),
        (lambda: document(service="other"), LOADED, SnapshotMisplaced),
        (lambda: document(token="tutela_other"), None, SnapshotMisplaced),
    ],
    ids=["foreign key", "older", "another service", "another token"],
)
def test_a_snapshot_that_is_not_the_next_one_is_refused(
    raw: Callable[[], bytes], loaded: Manifest | None, refusal: type[TutelaError]
) -> None:
    with pytest.raises(refusal):
        open_document(raw(), token=TOKEN, believed=ours, loaded=loaded)


def test_the_same_version_is_taken_again_and_another_one_of_its_number_is_not() -> None:
    assert open_document(document(), token=TOKEN, believed=ours, loaded=LOADED).manifest == LOADED
    other = sealing.publish(snapshot(), signer=OUR_KEY, chance=lambda count: b"x" * count)
    handed = sealing.hand_over(other, token=TOKEN)
    with pytest.raises(SnapshotOlder):
        open_document(handed, token=TOKEN, believed=ours, loaded=LOADED)


def test_a_house_that_counts_anew_after_a_restore_is_followed_from_its_next_version_on() -> None:
    later = msgspec.structs.replace(snapshot(version=2), published_at=datetime.now(UTC))
    made = sealing.publish(later, signer=OUR_KEY, chance=lambda count: b"r" * count)
    handed = sealing.hand_over(made, token=TOKEN)
    opened = open_document(handed, token=TOKEN, believed=ours, loaded=LOADED)
    assert opened.manifest.version == 2


def test_a_manifest_of_another_snapshot_than_its_body_is_refused() -> None:
    """Such as one that the house signed for a body with another version inside."""
    made = published()
    manifest = sealing.read_manifest(made.manifest)
    changed = msgspec.structs.replace(manifest, published_at="2026-11-23T09:00:00.000000Z")
    raw = msgspec.json.encode(changed)
    with pytest.raises(SnapshotUnreadable, match="another snapshot"):
        open_published(Published(manifest=raw, body=made.body, key=made.key))


def test_the_digest_in_the_manifest_is_that_of_the_body() -> None:
    made = published()
    assert sealing.read_manifest(made.manifest).body_digest == hashlib.sha256(made.body).hexdigest()


@pytest.mark.parametrize("signature", ["", "=", "AAAA", "é"])
def test_what_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(SnapshotForeign):
        sealing.refuse_unsigned(
            msgspec.structs.replace(LOADED, signature=signature), keys=[OUR_KEY.public_key]
        )


def test_a_version_that_has_no_canonical_form_is_refused() -> None:
    far = msgspec.structs.replace(LOADED, version=2**60)
    with pytest.raises(SnapshotForeign):
        sealing.refuse_unsigned(far, keys=[OUR_KEY.public_key])
