"""A leaf: what the ledger keeps of a fact, free of personal data, and its hash."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.domain import canonical
from tutela.ledger import tree

COMMITMENT_NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class Leaf:
    """One fact as it is written in the ledger, `content` in its RFC 8785 form."""

    fact_id: UUID
    fact_type: str
    at: datetime
    content: bytes
    leaf_hash: bytes

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries of the ledger take."""
        return {
            "fact_id": self.fact_id,
            "fact_type": self.fact_type,
            "content": self.content,
            "leaf_hash": self.leaf_hash,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What happened: its type in the past tense, id, time, service, and projection."""

    type: str
    id: UUID
    at: datetime
    service: str
    projection: Mapping[str, object]


def commitment(body: bytes, *, nonce: bytes) -> str:
    """Hex SHA-256(nonce || canonical body): binding, and silent once the nonce is gone."""
    return hashlib.sha256(nonce + body).hexdigest()


def write(fact: Fact, *, body_commitment: str) -> Leaf:
    """The leaf of a fact; its hash is SHA-256(0x00 || content) (RFC 6962)."""
    content = canonical.encode(
        {
            "v": 1,
            "type": fact.type,
            "id": str(fact.id),
            "at": canonical.timestamp(fact.at),
            "service": fact.service,
            "projection": fact.projection,
            "body_commitment": body_commitment,
        }
    )
    return Leaf(fact.id, fact.type, fact.at, content, tree.leaf_hash(content))


def write_bare(fact: Fact, *, nonce: bytes) -> Leaf:
    """The leaf of a fact of which nothing was said beyond its projection."""
    return write(fact, body_commitment=commitment(canonical.encode({}), nonce=nonce))
