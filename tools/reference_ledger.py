"""A log of three leaves with everything that is signed and proved of it, always the same."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tutela.access.keys import KeySet
from tutela.domain import canonical
from tutela.ledger import heads, leaf, receipts, tree
from tutela.ledger.export import FORMAT
from tutela.ledger.heads import Head
from tutela.ledger.leaf import Fact, Leaf
from tutela.ledger.proofs import Consistency, Inclusion

SEED = bytes(range(32))
NONCE = bytes(range(32, 64))
BODY = {
    "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "subjects": [{"id": "4f1c", "kind": "tag"}],
}
LOG_ID = "00112233445566778899aabbccddeeff"
AT = datetime(2026, 11, 21, 10, 15, 0, 123456, tzinfo=UTC)
OLD_SIZE, INDEX = 1, 0

_FACTS: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("notice.received", {"category": BODY["category"], "channel": "user", "items": 1}),
    ("decision.taken", {"items": 1, "outcome": "dismiss"}),
    ("notice.erased", {"notice": str(UUID(int=1))}),
)


class _Log:
    def __init__(self) -> None:
        self.keys = KeySet(SEED, signing_key=Ed25519PrivateKey.from_private_bytes(SEED))
        self.leaves = [_leaf(place) for place in range(len(_FACTS))]
        hashes = [each.leaf_hash for each in self.leaves]
        self.tiles = tree.append({}, size=0, leaf_hashes=hashes).changed_tiles
        promise = receipts.promise(hashes[0], log_id=LOG_ID, received_at=AT)
        self.receipt = receipts.receipt(
            promise,
            code=receipts.write_code(self.keys.code_digest(self.leaves[0].fact_id.bytes)),
            key_id=self.keys.key_id,
            signature=receipts.sign(promise, signer=self.keys.sign),
        )

    def head(self, size: int) -> Head:
        root = tree.root(self.tiles, size=size)
        at = AT + timedelta(seconds=size)
        signature = heads.sign(root, log_id=LOG_ID, size=size, at=at, signer=self.keys.sign)
        row = (size, root, at, self.keys.key_id, signature)
        return heads.of_row(row, log_id=LOG_ID)

    def inclusion(self) -> Inclusion:
        size = len(self.leaves)
        path = tree.inclusion_path(self.tiles, index=INDEX, size=size)
        return Inclusion(
            log_id=LOG_ID,
            leaf_hash=self.leaves[INDEX].leaf_hash.hex(),
            leaf_index=INDEX,
            size=size,
            path=[step.hex() for step in path],
            head=self.head(size),
        )

    def consistency(self) -> Consistency:
        size = len(self.leaves)
        path = tree.consistency_path(self.tiles, old_size=OLD_SIZE, new_size=size)
        steps = [step.hex() for step in path]
        return Consistency(log_id=LOG_ID, from_size=OLD_SIZE, to_size=size, path=steps)

    def export(self) -> str:
        size = len(self.leaves)
        public_key = base64.b64encode(self.keys.public_key).decode()
        line = {"v": 1, "log_id": LOG_ID, "size": size, "format": FORMAT}
        key = {"key_id": self.keys.key_id, "public_key": public_key, "purpose": "ledger"}
        promised = json.loads(canonical.encode(self.receipt))
        del promised["code"]
        first, *rest = (("leaf", json.loads(each.content)) for each in self.leaves)
        lines = [
            ("log", {**line, "exported_at": canonical.timestamp(AT + timedelta(minutes=1))}),
            ("key", {**key, "valid_from": canonical.timestamp(AT - timedelta(days=1))}),
            first,
            ("receipt", promised),
            *rest,
            *(("head", self.head(each)) for each in (OLD_SIZE, size)),
            ("end", {"leaves": size, "heads": 2, "receipts": 1}),
        ]
        return "\n".join(f"{kind}\t{canonical.encode(value).decode()}" for kind, value in lines)


def worked_example() -> str:
    """Every format once, as blocks that a reader can recompute."""
    log = _Log()
    content, pretty = log.leaves[0].content.decode(), canonical.encode(BODY).decode()
    parts = {
        "The signing key's seed, in hex (an example: never use it)": SEED.hex(),
        "The nonce, in hex": NONCE.hex(),
        "The body of the notice, in its RFC 8785 form": pretty,
        "The content of leaf 0": content,
        "Its hash": log.leaves[0].leaf_hash.hex(),
        "The receipt": _json(log.receipt),
        "The inclusion proof of leaf 0 under the head of size 3": _json(log.inclusion()),
        "The consistency proof from size 1 to 3": _json(log.consistency()),
        "The export": log.export(),
    }
    return "\n\n".join(f"{title}:\n\n```text\n{text}\n```" for title, text in parts.items())


def _leaf(place: int) -> Leaf:
    kind, projection = _FACTS[place]
    fact = Fact(
        type=kind,
        id=UUID(int=place + 1),
        at=AT + timedelta(milliseconds=place * 250),
        service="main",
        projection=projection,
    )
    commitment = leaf.commitment(canonical.encode(BODY), nonce=NONCE)
    return leaf.write(fact, body_commitment=commitment)


def _json(value: object) -> str:
    return canonical.encode(value).decode()
