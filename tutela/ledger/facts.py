"""Facts beside notices: evidence, declarations, lists; sealed and ledgered as a notice is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.domain import canonical
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.ledger import leaf
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, Fact, Leaf


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened: its type in the past tense, where, its public side and all that was said."""

    type: str
    service: str
    projection: Mapping[str, object]
    said: object
    #: Under which id; None where nothing spoke of it before, and it gets a new one.
    id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFact:
    """A fact as it is stored: its leaf, and what was said, under a key of its own."""

    id: UUID
    at: datetime
    leaf: Leaf
    body: bytes
    sealed: Sealed

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries of a room take."""
        return {
            "id": self.id,
            "at": self.at,
            "content": self.leaf.content,
            "leaf_hash": self.leaf.leaf_hash,
            "sealed_key": self.sealed.key,
            "sealed_body": self.sealed.body,
        }


def write(
    happened: Happened, *, at: datetime, keys: KeySet, chance: Callable[[int], bytes]
) -> WrittenFact:
    """The fact under its id; its leaf commits to what was said, with a nonce sealed beside it."""
    fact_id = happened.id or uuid7(
        unix_ms=int(at.timestamp() * 1000), random=chance(UUID7_RANDOM_BYTES)
    )
    body = canonical.encode(happened.said)
    nonce = chance(COMMITMENT_NONCE_BYTES)
    fact = Fact(
        type=happened.type,
        id=fact_id,
        at=at,
        service=happened.service,
        projection=happened.projection,
    )
    return WrittenFact(
        id=fact_id,
        at=at,
        leaf=leaf.write(fact, body_commitment=leaf.commitment(body, nonce=nonce)),
        body=body,
        sealed=keys.seal(nonce + body, row=fact_id.bytes),
    )


def open_fact(sealed: Sealed, *, fact_id: UUID, keys: KeySet) -> bytes:
    """The RFC 8785 form of what was said; raises SealBroken."""
    return keys.open(sealed, row=fact_id.bytes)[COMMITMENT_NONCE_BYTES:]
