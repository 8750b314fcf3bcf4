"""What an attacker, or the owner, can do to an export, and the words that it is found by."""

from collections.abc import Callable

import pytest

from tests.verify.exporting import (
    OWNER,
    STRANGER,
    Export,
    fault_of,
    stamp,
    valid_export,
)
from tests.verify.tampering import (
    back_date_a_head,
    back_date_a_leaf_and_its_receipt,
    back_date_a_leaf_behind_its_receipt,
    back_date_a_leaf_without_a_receipt,
    change_a_leaf,
    change_a_leaf_and_drop_its_receipt,
    change_a_leaf_and_write_its_hash_into_the_receipt,
    change_a_leaf_without_a_receipt,
    change_the_root_of_a_head,
    claim_a_foreign_head_for_the_owner,
    cut_off_the_last_leaves,
    date_a_leaf_into_the_future,
    delete_a_leaf,
    fork,
    insert_a_leaf,
    insert_a_leaf_before_a_receipt,
    leave_out_the_last_head,
    promise_another_time_in_a_receipt,
    promise_before_receiving,
    put_in_a_head_of_another_log,
    put_in_a_receipt_of_another_log,
    put_the_heads_out_of_order,
    reorder_two_leaves,
    sign_a_head_with_a_foreign_key,
    sign_a_receipt_with_a_foreign_key,
    swap_two_receipts,
    use_a_key_after_its_time,
    use_a_key_before_its_time,
)
from tutela_verify import FaultKind, Verdict

FIRST_EIGHT = "the head of size 8: the root is not the root of the first 8 leaves"
NOT_IN_USE = (
    f"the receipt of leaf 0 is signed by key {OWNER.key_id}, which was not in use at that time"
)
RECEIPT_UNSIGNED = "the receipt of leaf 5: its signature does not verify"
HEAD_UNSIGNED = "the head of size 8: its signature does not verify"

Tampering = Callable[[Export], None]

TAMPERINGS: dict[Tampering, tuple[FaultKind, str]] = {
    change_a_leaf: (
        FaultKind.LEAF_CHANGED,
        "line 13: leaf 5: its content no longer has the hash that its receipt signs",
    ),
    change_a_leaf_without_a_receipt: (
        FaultKind.WRONG_ROOT,
        f"line 25: {FIRST_EIGHT}, though that of the first 4 is right",
    ),
    change_a_leaf_and_drop_its_receipt: (FaultKind.WRONG_ROOT, f"line 24: {FIRST_EIGHT}"),
    delete_a_leaf: (FaultKind.WRONG_ROOT, f"line 23: {FIRST_EIGHT}"),
    insert_a_leaf: (FaultKind.WRONG_ROOT, f"line 26: {FIRST_EIGHT}"),
    insert_a_leaf_before_a_receipt: (
        FaultKind.RECEIPT_SWAPPED,
        "line 13: leaf 5: its receipt is that of leaf 6",
    ),
    reorder_two_leaves: (FaultKind.WRONG_ROOT, f"line 25: {FIRST_EIGHT}"),
    swap_two_receipts: (
        FaultKind.RECEIPT_SWAPPED,
        "line 13: leaf 5: its receipt is that of leaf 6",
    ),
    fork: (
        FaultKind.FORKED,
        "line 26: two heads of size 8 with different roots: the log was forked",
    ),
    back_date_a_leaf_behind_its_receipt: (
        FaultKind.MISDATED,
        f"leaf 9 claims {stamp(-3600)}, but was received at {stamp(9)}",
    ),
    back_date_a_leaf_and_its_receipt: (
        FaultKind.MISDATED,
        (
            f"line 19: leaf 9 claims {stamp(-3600)}, but was first covered by a head at "
            f"{stamp(13)}, after its include_by {stamp(-3540)}"
        ),
    ),
    back_date_a_leaf_without_a_receipt: (
        FaultKind.MISDATED,
        (
            f"line 16: leaf 7 claims {stamp(-3600)}, but the head of size 4 signed at {stamp(5)} "
            "does not have it: it is late or back-dated"
        ),
    ),
    date_a_leaf_into_the_future: (
        FaultKind.MISDATED,
        f"line 16: leaf 7 claims {stamp(3600)}, but a head signed at {stamp(9)} already covers it",
    ),
    back_date_a_head: (
        FaultKind.MISDATED,
        "line 25: the head of size 8 is dated before the head of size 4",
    ),
    sign_a_head_with_a_foreign_key: (
        FaultKind.FOREIGN_KEY,
        f"the head of size 8 is signed by key {STRANGER.key_id}, which is not trusted",
    ),
    sign_a_receipt_with_a_foreign_key: (
        FaultKind.FOREIGN_KEY,
        f"the receipt of leaf 5 is signed by key {STRANGER.key_id}, which is not trusted",
    ),
    claim_a_foreign_head_for_the_owner: (FaultKind.BAD_SIGNATURE, HEAD_UNSIGNED),
    change_the_root_of_a_head: (FaultKind.BAD_SIGNATURE, HEAD_UNSIGNED),
    promise_another_time_in_a_receipt: (FaultKind.BAD_SIGNATURE, RECEIPT_UNSIGNED),
    change_a_leaf_and_write_its_hash_into_the_receipt: (
        FaultKind.BAD_SIGNATURE,
        RECEIPT_UNSIGNED,
    ),
    promise_before_receiving: (
        FaultKind.MISDATED,
        "the receipt of leaf 5 promises inclusion before it was received",
    ),
    put_in_a_receipt_of_another_log: (
        FaultKind.FOREIGN_LOG,
        "the receipt of leaf 5 is of another log",
    ),
    put_in_a_head_of_another_log: (FaultKind.FOREIGN_LOG, "the head of size 8 is of another log"),
    use_a_key_before_its_time: (FaultKind.FOREIGN_KEY, NOT_IN_USE),
    use_a_key_after_its_time: (FaultKind.FOREIGN_KEY, NOT_IN_USE),
    put_the_heads_out_of_order: (
        FaultKind.MALFORMED,
        "the head of size 4 stands behind the head of size 8",
    ),
    cut_off_the_last_leaves: (
        FaultKind.CUT,
        "the head of size 12 covers more than the 9 leaves of the file",
    ),
    leave_out_the_last_head: (FaultKind.CUT, "no head covers the leaves from 8 to 11"),
}


@pytest.mark.parametrize("tamper", TAMPERINGS, ids=lambda tamper: tamper.__name__)
def test_a_tampering_is_found_and_named(verify: Callable[..., Verdict], tamper: Tampering) -> None:
    export = valid_export(12)
    tamper(export)
    kind, words = TAMPERINGS[tamper]
    fault = fault_of(verify(export))
    assert words in str(fault)
    assert fault.kind is kind
