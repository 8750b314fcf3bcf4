"""What an attacker, or the owner, can do to an export of twelve leaves."""

from hashlib import sha256

from tests.verify.exporting import (
    OWNER,
    STRANGER,
    Export,
    leaf,
    receipt_for,
    resigned,
    stamp,
    valid_export,
)


def change_a_leaf(export: Export) -> None:
    export.leaves[5] = export.leaves[5].replace("_OTHER", "_OTHEL")


def change_a_leaf_without_a_receipt(export: Export) -> None:
    export.leaves[7] = export.leaves[7].replace("_OTHER", "_OTHEL")


def change_a_leaf_and_drop_its_receipt(export: Export) -> None:
    change_a_leaf(export)
    export.receipts[5] = None


def delete_a_leaf(export: Export) -> None:
    del export.leaves[5], export.receipts[5]


def insert_a_leaf(export: Export) -> None:
    export.leaves.insert(6, leaf(99, at=6))
    export.receipts.insert(6, None)


def insert_a_leaf_before_a_receipt(export: Export) -> None:
    export.leaves.insert(5, leaf(99, at=6))
    export.receipts.insert(6, None)


def reorder_two_leaves(export: Export) -> None:
    for row in (export.leaves, export.receipts):
        row[5], row[6] = row[6], row[5]  # type: ignore[assignment]


def swap_two_receipts(export: Export) -> None:
    export.receipts[5], export.receipts[6] = export.receipts[6], export.receipts[5]


def fork(export: Export) -> None:
    other = valid_export(12)
    other.leaves[6] = leaf(77, at=6)
    export.heads.insert(2, other.head(8, at=9, signer=OWNER))


def back_date_a_leaf_behind_its_receipt(export: Export) -> None:
    export.leaves[9] = leaf(9, at=-3600)
    resigned(export, from_index=9, signer=OWNER, late=float)


def back_date_a_leaf_and_its_receipt(export: Export) -> None:
    export.leaves[9] = leaf(9, at=-3600)
    resigned(export, from_index=9, signer=OWNER, late=lambda index: -3600 if index == 9 else index)


def back_date_a_leaf_without_a_receipt(export: Export) -> None:
    export.leaves[7] = leaf(7, at=-3600)
    export.heads[1:] = [export.head(size, at=size + 1, signer=OWNER) for size in (8, 12)]


def date_a_leaf_into_the_future(export: Export) -> None:
    export.leaves[7] = leaf(7, at=3600)
    export.heads[1:] = [export.head(size, at=size + 1, signer=OWNER) for size in (8, 12)]


def back_date_a_head(export: Export) -> None:
    export.heads[1] = export.head(8, at=2, signer=OWNER)


def sign_a_head_with_a_foreign_key(export: Export) -> None:
    export.heads[1] = export.head(8, at=9, signer=STRANGER)


def sign_a_receipt_with_a_foreign_key(export: Export) -> None:
    export.receipts[5] = receipt_for(export.leaves[5], received=5, signer=STRANGER)


def claim_a_foreign_head_for_the_owner(export: Export) -> None:
    export.heads[1] = export.head(8, at=9, signer=STRANGER) | {"key_id": OWNER.key_id}


def change_the_root_of_a_head(export: Export) -> None:
    export.heads[1] = export.heads[1] | {"root": "0" * 64}


def promise_another_time_in_a_receipt(export: Export) -> None:
    receipt = export.receipts[5]
    assert receipt is not None
    export.receipts[5] = receipt | {"include_by": stamp(600)}


def change_a_leaf_and_write_its_hash_into_the_receipt(export: Export) -> None:
    change_a_leaf(export)
    receipt = export.receipts[5]
    assert receipt is not None
    leaf_hash = sha256(b"\x00" + export.leaves[5].encode()).hexdigest()
    export.receipts[5] = receipt | {"leaf_hash": leaf_hash}


def promise_before_receiving(export: Export) -> None:
    export.receipts[5] = receipt_for(export.leaves[5], received=5, signer=OWNER, promise_seconds=-1)


def put_in_a_receipt_of_another_log(export: Export) -> None:
    export.receipts[5] = receipt_for(export.leaves[5], received=5, signer=OWNER, log_id="log-b")


def put_in_a_head_of_another_log(export: Export) -> None:
    export.heads[1] = export.head(8, at=9, signer=OWNER, log_id="log-b")


def use_a_key_before_its_time(export: Export) -> None:
    export.keys = [OWNER.line(valid_from=stamp(310))]


def use_a_key_after_its_time(export: Export) -> None:
    export.keys = [OWNER.line(valid_to=stamp(-310))]


def put_the_heads_out_of_order(export: Export) -> None:
    export.heads[0], export.heads[1] = export.heads[1], export.heads[0]


def cut_off_the_last_leaves(export: Export) -> None:
    del export.leaves[9:], export.receipts[9:]


def leave_out_the_last_head(export: Export) -> None:
    del export.heads[2]
