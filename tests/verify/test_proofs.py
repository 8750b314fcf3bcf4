"""Single proofs as a notifier checks them, made here by the plain recursion of RFC 6962."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.verify.exporting import (
    LOG_ID,
    OWNER,
    STRANGER,
    Export,
    batch_receipts,
    hash_of,
    path_of,
    root_of,
    valid_export,
)
from tutela.ledger import tree
from tutela_verify import (
    FaultKind,
    Malformed,
    Refuted,
    merkle,
    verify_consistency,
    verify_head,
    verify_inclusion,
    verify_receipt,
)

EXPORT = valid_export(12)
HASHES = [hash_of(each) for each in EXPORT.leaves]
KEYS = [OWNER.public]


def inclusion(index: int, *, size: int = 12, **changes: object) -> dict[str, Any]:
    proof = {
        "log_id": LOG_ID,
        "leaf_hash": HASHES[index].hex(),
        "leaf_index": index,
        "size": size,
        "path": [sibling.hex() for _, sibling in path_of(index, hashes=HASHES[:size])],
        "head": EXPORT.head(size, at=size + 1, signer=OWNER),
    }
    return proof | changes


def consistency(old: int, *, new: int, **changes: object) -> dict[str, Any]:
    tiles = tree.append({}, size=0, leaf_hashes=HASHES).changed_tiles
    path = tree.consistency_path(tiles, old_size=old, new_size=new)
    proof = {"log_id": LOG_ID, "from": old, "to": new, "path": [each.hex() for each in path]}
    return proof | changes


def head(size: int, *, export: Export = EXPORT, **changes: object) -> dict[str, Any]:
    return export.head(size, at=size + 1, signer=OWNER, **changes)


def refusal(proof: Mapping[str, Any], **options: Any) -> FaultKind:  # noqa: ANN401
    with pytest.raises(Refuted) as caught:
        verify_inclusion(proof, **({"trusted_keys": KEYS} | options))
    return caught.value.fault.kind


def test_a_receipt_holds_under_its_key_with_its_code_or_without() -> None:
    receipt = dict(EXPORT.receipts[0] or {})
    verify_receipt(receipt, public_key=OWNER.public)
    verify_receipt(
        receipt | {"code": "K7Q2"}, public_key=OWNER.private.public_key().public_bytes_raw()
    )
    for batched in batch_receipts(EXPORT.leaves, received=0, signer=OWNER):
        verify_receipt(batched, public_key=OWNER.public)


def test_a_receipt_of_another_key_or_with_another_time_is_refuted() -> None:
    receipt = dict(EXPORT.receipts[0] or {})
    with pytest.raises(Refuted, match=f"signed by key {OWNER.key_id}, which is not trusted"):
        verify_receipt(receipt, public_key=STRANGER.public)
    with pytest.raises(Refuted, match="the receipt: its signature does not verify"):
        verify_receipt(receipt | {"include_by": receipt["received_at"]}, public_key=OWNER.public)
    with pytest.raises(Malformed, match="lacks signature"):
        verify_receipt(
            {name: receipt[name] for name in receipt if name != "signature"},
            public_key=OWNER.public,
        )


@pytest.mark.parametrize("key", ["", "AAAA", b"short", OWNER.public.rstrip("=")])
def test_a_public_key_of_another_form_is_refused(key: str | bytes) -> None:
    with pytest.raises(Malformed, match="public_key"):
        verify_receipt(dict(EXPORT.receipts[0] or {}), public_key=key)


@pytest.mark.parametrize("size", range(1, 13))
def test_every_leaf_is_proved_under_every_head(size: int) -> None:
    for index in range(size):
        verify_inclusion(inclusion(index, size=size), trusted_keys=KEYS)


def test_an_inclusion_proof_is_held_against_the_receipt() -> None:
    verify_inclusion(inclusion(5), trusted_keys=KEYS, receipt=EXPORT.receipts[5])
    assert refusal(inclusion(5), receipt=EXPORT.receipts[6]) is FaultKind.WRONG_PROOF
    other = dict(EXPORT.receipts[5] or {}) | {"log_id": "log-b"}
    assert refusal(inclusion(5), receipt=other) is FaultKind.FOREIGN_LOG


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf_index": 4},
        {"leaf_index": 12},
        {"size": 11},
        {"size": 0},
        {"leaf_hash": HASHES[4].hex()},
        {"path": []},
        {"path": inclusion(5)["path"][:-1]},
        {"path": [*inclusion(5)["path"], "00" * 32]},
        {"path": inclusion(5)["path"][::-1]},
        {"head": head(11)},
    ],
    ids=str,
)
def test_an_inclusion_proof_with_a_part_changed_is_refuted(changes: dict[str, object]) -> None:
    assert refusal(inclusion(5) | changes) is FaultKind.WRONG_PROOF


def test_an_inclusion_proof_needs_a_trusted_head_of_its_own_log() -> None:
    assert refusal(inclusion(5), trusted_keys=[]) is FaultKind.FOREIGN_KEY
    assert refusal(inclusion(5), trusted_keys=[STRANGER.public]) is FaultKind.FOREIGN_KEY
    forged = head(12) | {"root": "00" * 32}
    assert refusal(inclusion(5, head=forged)) is FaultKind.BAD_SIGNATURE
    assert refusal(inclusion(5, log_id="log-b")) is FaultKind.FOREIGN_LOG


@pytest.mark.parametrize(
    "changes",
    [{"path": "x"}, {"path": ["00"]}, {"path": ["00" * 32] * 129}, {"head": None}, {"x": 1}],
)
def test_an_inclusion_proof_of_another_form_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        verify_inclusion(inclusion(5) | changes, trusted_keys=KEYS)


def test_every_head_is_proved_to_continue_every_earlier_one() -> None:
    for new in range(13):
        for old in range(new + 1):
            proof = consistency(old, new=new)
            verify_consistency(proof, old_head=head(old), new_head=head(new), trusted_keys=KEYS)


@pytest.mark.parametrize("old", range(13))
def test_a_head_of_a_rewritten_log_is_refuted(old: int) -> None:
    other = valid_export(12)
    other.leaves[0] = other.leaves[0].replace("_OTHER", "_OTHEL")
    rewritten = head(12, export=other) if old else head(12)
    began = head(old) if old else head(0, root="00" * 32)
    with pytest.raises(Refuted, match=f"the head of size 12 does not continue that of size {old}"):
        verify_consistency(
            consistency(old, new=12), old_head=began, new_head=rewritten, trusted_keys=KEYS
        )


@pytest.mark.parametrize("old", range(13))
def test_a_consistency_proof_of_another_length_is_refuted(old: int) -> None:
    path = consistency(old, new=12)["path"]
    for wrong in ([*path, "00" * 32], path[:-1] if path else ["00" * 32]):
        with pytest.raises(Refuted, match="does not continue"):
            verify_consistency(
                consistency(old, new=12, path=wrong),
                old_head=head(old),
                new_head=head(12),
                trusted_keys=KEYS,
            )


def test_a_consistency_proof_is_of_the_sizes_and_the_log_of_its_heads() -> None:
    for proof, old, words in (
        (consistency(4, new=12), head(8), "between other sizes"),
        (consistency(8, new=12, log_id="log-b"), head(8), "different logs"),
        (consistency(8, new=12), head(8, log_id="log-b"), "different logs"),
    ):
        with pytest.raises(Refuted, match=words):
            verify_consistency(proof, old_head=old, new_head=head(12), trusted_keys=KEYS)
    with pytest.raises(Refuted, match="between other sizes"):
        verify_consistency(
            consistency(8, new=12), old_head=head(12), new_head=head(8), trusted_keys=KEYS
        )
    backwards = consistency(8, new=12) | {"from": 12, "to": 8}
    with pytest.raises(Refuted, match="does not continue"):
        verify_consistency(backwards, old_head=head(12), new_head=head(8), trusted_keys=KEYS)


def test_a_head_reads_back_as_what_it_says() -> None:
    read = verify_head(head(8), trusted_keys=KEYS)
    assert (read.size, read.root, read.log_id) == (8, root_of(HASHES[:8]).hex(), LOG_ID)


def test_the_growing_tree_has_the_root_of_the_plain_recursion_at_every_size() -> None:
    growing = merkle.GrowingTree()
    for size in range(13):
        assert growing.root() == root_of(HASHES[:size])
        if size < 12:
            growing.add(HASHES[size])


def test_a_path_is_no_proof_of_a_leaf_outside_the_tree() -> None:
    assert merkle.root_from_inclusion(HASHES[0], index=1, size=1, path=[]) is None
    assert merkle.root_from_inclusion(HASHES[0], index=-1, size=1, path=[]) is None
