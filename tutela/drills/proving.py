"""Whether an inclusion proof, as the house tells it to a stranger, holds."""

import base64
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tutela.domain import canonical
from tutela.ledger import tree

_SIGNED = ("v", "log_id", "size", "root", "at")


def proves(proof: Mapping[str, Any], *, leaf_hash: bytes, public_key: bytes) -> bool:
    """Whether the path leads from the leaf to the root of a head that the key signed."""
    head = proof["head"]
    signed = canonical.encode({name: head[name] for name in _SIGNED})
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            base64.b64decode(head["signature"]), signed
        )
    except InvalidSignature:
        return False
    return tree.verify_inclusion(
        leaf_hash,
        index=proof["leaf_index"],
        size=head["size"],
        path=[bytes.fromhex(step) for step in proof["path"]],
        root=bytes.fromhex(head["root"]),
    )
