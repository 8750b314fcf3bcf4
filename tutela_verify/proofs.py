"""Single proofs: a receipt, an inclusion, a consistency; each returns nothing or raises Refuted."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tutela_verify import formats
from tutela_verify.formats import Head, Malformed
from tutela_verify.merkle import EMPTY_ROOT, root_from_inclusion, roots_from_consistency
from tutela_verify.trust import Keyring, signed_at
from tutela_verify.verdict import Fault, FaultKind, Refuted

_INCLUSION_FIELDS: Final = frozenset({"log_id", "leaf_hash", "leaf_index", "size", "path", "head"})
_CONSISTENCY_FIELDS: Final = frozenset({"log_id", "from", "to", "path"})
_LONGEST_PATH: Final = 128


def verify_receipt(receipt: Mapping[str, Any], *, public_key: str | bytes) -> None:
    """Refuted unless the key signed the receipt; Malformed where it is no receipt.

    It proves the promise, not that it was kept: for that ask for the inclusion proof.
    """
    kept = {name: value for name, value in receipt.items() if name != "code"}
    read = formats.read_receipt(kept)
    Keyring([public_key]).require_signature(read, where=signed_at("the receipt"))


def verify_head(head: Mapping[str, Any], *, trusted_keys: Sequence[str | bytes]) -> Head:
    """The head, if a trusted key signed it; Refuted else, Malformed where it is no head."""
    read = formats.read_head(head)
    Keyring(trusted_keys).require_signature(read, where=signed_at(f"the head of size {read.size}"))
    return read


def verify_inclusion(
    proof: Mapping[str, Any],
    *,
    trusted_keys: Sequence[str | bytes],
    receipt: Mapping[str, Any] | None = None,
) -> None:
    """Refuted unless the proof leads from its leaf, which is the receipt's, to its signed head."""
    formats.require_fields(proof, required=_INCLUSION_FIELDS)
    head = verify_head(proof["head"], trusted_keys=trusted_keys)
    leaf = formats.read_hash(proof, name="leaf_hash")
    size, index = (
        formats.read_count(proof, name="size"),
        formats.read_count(proof, name="leaf_index"),
    )
    if proof["log_id"] != head.log_id or (receipt and receipt.get("log_id") != head.log_id):
        raise _refuted(FaultKind.FOREIGN_LOG, words="the parts of the proof are of different logs")
    if receipt and receipt.get("leaf_hash") != leaf:
        raise _refuted(FaultKind.WRONG_PROOF, words="the proof is not of the receipt's leaf")
    path = _read_path(proof)
    computed = root_from_inclusion(bytes.fromhex(leaf), index=index, size=size, path=path)
    if size != head.size or computed != bytes.fromhex(head.root):
        words = f"the path does not lead from leaf {index} to the head of size {head.size}"
        raise _refuted(FaultKind.WRONG_PROOF, words=words)


def verify_consistency(
    proof: Mapping[str, Any],
    *,
    old_head: Mapping[str, Any],
    new_head: Mapping[str, Any],
    trusted_keys: Sequence[str | bytes],
) -> None:
    """Refuted unless the log under the new head begins with all that the old head covered."""
    formats.require_fields(proof, required=_CONSISTENCY_FIELDS)
    old, new = (
        verify_head(old_head, trusted_keys=trusted_keys),
        verify_head(new_head, trusted_keys=trusted_keys),
    )
    if not proof["log_id"] == old.log_id == new.log_id:
        raise _refuted(FaultKind.FOREIGN_LOG, words="the parts of the proof are of different logs")
    if (proof["from"], proof["to"]) != (old.size, new.size):
        raise _refuted(
            FaultKind.WRONG_PROOF, words="the proof is between other sizes than the heads"
        )
    if not _leads(_read_path(proof), old=old, new=new):
        words = f"the head of size {new.size} does not continue that of size {old.size}"
        raise _refuted(FaultKind.WRONG_PROOF, words=words)


def _leads(path: Sequence[bytes], *, old: Head, new: Head) -> bool:
    if old.size == new.size:
        return not path and old.root == new.root
    if not old.size:
        return not path and old.root == EMPTY_ROOT.hex()
    roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
    sizes = {"old_size": old.size, "new_size": new.size}
    return roots_from_consistency(path, old_root=roots[0], **sizes) == roots


def _read_path(proof: Mapping[str, Any]) -> list[bytes]:
    path = proof["path"]
    if type(path) is not list or len(path) > _LONGEST_PATH:
        raise Malformed("has a path that is not a short list")
    return [bytes.fromhex(formats.read_hash({"path": each}, name="path")) for each in path]


def _refuted(kind: FaultKind, *, words: str) -> Refuted:
    return Refuted(Fault(kind=kind, words=words))
