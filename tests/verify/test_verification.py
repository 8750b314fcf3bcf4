"""What a true export says, and what is held against it from outside."""

from collections.abc import Callable

import pytest

from tests.verify.exporting import (
    OWNER,
    STRANGER,
    Export,
    fault_of,
    leaf,
    receipt_for,
    resigned,
    stamp,
    valid_export,
    with_batches,
)
from tests.verify.tampering import change_a_leaf, sign_a_head_with_a_foreign_key
from tutela_verify import FaultKind, Verdict


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 12, 259])
def test_a_true_export_is_verified(verify: Callable[..., Verdict], size: int) -> None:
    export = valid_export(size)
    verdict = verify(export)
    assert verdict.first_fault is None
    assert verdict.ok
    assert (verdict.log_id, verdict.size) == ("log-main", size)
    assert verdict.root == export.heads[-1]["root"]
    assert verdict.receipts == verdict.receipt_signatures_checked == size - size // 4
    assert verdict.heads == len(export.heads)
    assert verdict.keys_from_file
    assert not verdict.witnessed


def test_a_log_that_is_empty_and_has_no_head_is_verified(verify: Callable[..., Verdict]) -> None:
    export = valid_export(0)
    export.heads = []
    assert verify(export).ok


def test_the_verdict_tells_what_the_leaves_were_and_from_when_to_when(
    verify: Callable[..., Verdict],
) -> None:
    verdict = verify(valid_export(12))
    assert verdict.leaf_types == {"notice.received": 10, "decision.taken": 2}
    assert (verdict.first_leaf_at, verdict.last_leaf_at) == (stamp(0), stamp(11))
    assert (verdict.first_head_at, verdict.last_head_at) == (stamp(5), stamp(13))


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_receipts_that_share_one_signature_are_verified(
    verify: Callable[..., Verdict], batch: int
) -> None:
    verdict = verify(with_batches(valid_export(12, every=12), batch=batch, signer=OWNER))
    assert verdict.ok
    assert verdict.receipt_signatures_checked == 12


def test_leaves_out_of_the_order_of_their_times_are_fine(verify: Callable[..., Verdict]) -> None:
    export = valid_export(8, every=8)
    for row in (export.leaves, export.receipts):
        row[2], row[5] = row[5], row[2]  # type: ignore[assignment]
    export.heads = [export.head(8, at=9, signer=OWNER)]
    assert verify(export).ok


def test_a_head_signed_again_over_the_same_leaves_is_fine(verify: Callable[..., Verdict]) -> None:
    export = valid_export(8)
    export.heads.append(export.head(8, at=500, signer=OWNER))
    assert verify(export).ok


def test_leaf_types_beyond_a_hundred_are_counted_together(verify: Callable[..., Verdict]) -> None:
    export = Export(keys=[OWNER.line()])
    export.leaves = [leaf(number, type=f"type.{number}") for number in range(105)]
    export.receipts = [None] * 105
    export.heads = [export.head(105, at=200, signer=OWNER)]
    types = verify(export).leaf_types
    assert len(types) == 101
    assert types["other"] == 5


def test_an_owner_who_rewrites_the_tail_is_caught_by_a_head_held_elsewhere(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(12)
    held = export.heads[1]
    change_a_leaf(export)
    resigned(export, from_index=5, signer=OWNER, late=float)
    alone = verify(export, trusted_keys=[OWNER.public])
    assert alone.ok
    assert not alone.witnessed
    fault = fault_of(verify(export, trusted_keys=[OWNER.public], heads=[held]))
    assert fault.kind is FaultKind.FORKED
    assert str(fault) == (
        "the head of size 8 held elsewhere (1) has another root: the log was forked or rewritten"
    )


def test_an_owner_who_rewrites_the_tail_is_caught_by_a_notifiers_receipt(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(12)
    receipt = export.receipts[5]
    change_a_leaf(export)
    resigned(export, from_index=5, signer=OWNER, late=float)
    export.heads.append(export.head(12, at=3600, signer=OWNER))
    fault = fault_of(verify(export, receipts=[receipt]))
    assert fault.kind is FaultKind.PROMISE_BROKEN
    assert str(fault) == (
        f"the notifier's receipt 1: no leaf has its hash, promised by {stamp(65)}"
    )


@pytest.mark.parametrize("size", [0, 3, 7, 8, 12])
def test_a_head_held_elsewhere_that_agrees_is_a_witness(
    verify: Callable[..., Verdict], size: int
) -> None:
    export = valid_export(12)
    verdict = verify(export, heads=[export.head(size, at=size + 1, signer=OWNER)])
    assert verdict.ok
    assert verdict.witnessed


def test_an_empty_head_held_elsewhere_is_held_against_an_empty_log(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(0)
    held = export.heads.pop()
    assert verify(export, heads=[held]).ok
    other = export.head(0, at=0, signer=OWNER, root="0" * 64)
    assert fault_of(verify(export, heads=[other])).kind is FaultKind.FORKED


def test_a_head_held_elsewhere_needs_a_trusted_signature_and_this_log(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(12)
    foreign = export.head(8, at=9, signer=STRANGER)
    other_log = export.head(8, at=9, signer=OWNER, log_id="log-b")
    later = valid_export(16).heads[-1]
    assert fault_of(verify(export, heads=[foreign])).kind is FaultKind.FOREIGN_KEY
    assert fault_of(verify(export, heads=[other_log])).kind is FaultKind.FOREIGN_LOG
    fault = fault_of(verify(export, heads=[later]))
    assert "covers more than the 12 leaves of the file" in str(fault)


def test_keys_given_by_the_reader_alone_are_trusted(verify: Callable[..., Verdict]) -> None:
    export = valid_export(12)
    trusted = verify(export, trusted_keys=[OWNER.public])
    assert trusted.ok
    assert not trusted.keys_from_file
    fault = fault_of(verify(export, trusted_keys=[STRANGER.public]))
    assert fault.kind is FaultKind.FOREIGN_KEY
    export.keys.append(STRANGER.line())
    sign_a_head_with_a_foreign_key(export)
    assert fault_of(verify(export)).kind is FaultKind.FOREIGN_KEY
    fault = fault_of(verify(export, trusted_keys=[OWNER.public]))
    assert fault.kind is FaultKind.FOREIGN_KEY


def test_a_notifiers_receipt_finds_its_leaf(verify: Callable[..., Verdict]) -> None:
    export = valid_export(12)
    given = [{"code": "K7Q2"} | dict(export.receipts[index] or {}) for index in (9, 5, 9)]
    verdict = verify(export, receipts=given)
    assert [found.leaf_index for found in verdict.notifier_receipts] == [9, 5, 9]


def test_a_notifiers_receipt_that_is_not_yet_due_is_no_fault(
    verify: Callable[..., Verdict],
) -> None:
    receipt = receipt_for(leaf(50), received=12, signer=OWNER)
    verdict = verify(valid_export(12), receipts=[receipt])
    assert verdict.ok
    assert verdict.notifier_receipts[0].leaf_index is None
    assert verdict.notifier_receipts[0].include_by == stamp(72)


def test_a_false_receipt_of_a_notifier_is_found(verify: Callable[..., Verdict]) -> None:
    export = valid_export(12)
    receipt = dict(export.receipts[5] or {})
    changed = receipt | {"include_by": stamp(6)}
    of_another_log = receipt_for(export.leaves[5], received=5, signer=OWNER, log_id="log-b")
    early = receipt_for(export.leaves[5], received=-900, signer=OWNER)
    assert fault_of(verify(export, receipts=[changed])).kind is FaultKind.BAD_SIGNATURE
    assert fault_of(verify(export, receipts=[of_another_log])).kind is FaultKind.FOREIGN_LOG
    fault = fault_of(verify(export, receipts=[early]))
    assert "the notifier's receipt 1: leaf 5 was first covered" in str(fault)


def test_a_leaf_covered_a_little_late_is_counted_and_no_fault(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(12, every=12)
    export.heads = [export.head(12, at=63, signer=OWNER)]
    verdict = verify(export)
    assert verdict.ok
    assert verdict.late_leaves == 3
    export.heads = [export.head(12, at=361, signer=OWNER)]
    assert fault_of(verify(export)).leaf_index == 0


def test_a_leaf_that_waited_while_no_head_was_signed_is_no_fault(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(8)
    export.receipts[4:] = [None] * 4
    export.heads[1] = export.head(8, at=10_800, signer=OWNER)
    assert verify(export).ok


def test_only_a_sample_of_signatures_is_verified_and_it_is_even(
    verify: Callable[..., Verdict],
) -> None:
    export = valid_export(60)
    assert verify(export, receipt_sample=9).receipt_signatures_checked == 9
    assert verify(export, receipt_sample=45).receipt_signatures_checked == 45
    assert verify(export, receipt_sample=None).receipt_signatures_checked == 45
    for sample, found in ((0, 0), (9, 1), (None, 5)):
        broken = valid_export(60)
        for index in (0, 1, 2, 4, 5):
            broken.receipts[index] = dict(broken.receipts[index] or {}) | {
                "signature": OWNER.sign({"v": 2})["signature"]
            }
        assert verify(broken, receipt_sample=sample).ok is (found == 0)
