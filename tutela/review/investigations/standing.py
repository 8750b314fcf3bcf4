"""What investigation rooms stand on, how one is held, and how an entry is written in it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, Pool
from tutela.domain import canonical
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.investigations import EntryKind, InvestigationState
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.ledger import leaf
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES, Fact
from tutela.networks.stored.room import NetworkRoom

KEY_BYTES: Final = 32
_GCM_NONCE_BYTES: Final = 12

_sql = queries.load("tutela.review.investigations", file="investigations.sql")
_ledger_sql = queries.load("tutela.ledger")


class UnknownInvestigation(TutelaError):
    """There is no such room, or the caller is none of its people or too near to whom it names."""

    code = "unknown_investigation"
    title = "No such investigation"
    status = 404


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigating:
    """What investigation rooms stand on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    networks: NetworkRoom

    def new_id(self, *, at: datetime) -> UUID:
        """An id greater than those before."""
        return uuid7(unix_ms=int(at.timestamp() * 1000), random=self.chance(UUID7_RANDOM_BYTES))


class RoomKey:
    """The key of one room: destroyed, and nothing in the room can be read any more."""

    def __init__(self, raw: bytes, *, chance: Callable[[int], bytes]) -> None:
        self._cipher = AESGCM(raw)
        self._chance = chance

    def seal(self, text: bytes, *, row: UUID) -> bytes:
        """Nonce and AES-GCM, good for this row alone."""
        nonce = self._chance(_GCM_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text, row.bytes)

    def open(self, sealed: bytes, *, row: UUID) -> bytes:
        """What was sealed; raises SealBroken."""
        try:
            return self._cipher.decrypt(
                sealed[:_GCM_NONCE_BYTES], sealed[_GCM_NONCE_BYTES:], row.bytes
            )
        except InvalidTag as error:
            raise SealBroken("An entry was sealed for another room or changed.") from error


@dataclass(slots=True, kw_only=True)
class Held:
    """A room under its lock; `entries` counts on as they are written."""

    id: UUID
    whose: Whose
    person: str
    state: InvestigationState
    entries: int
    key: RoomKey

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries take."""
        return {**self.whose.columns, "id": self.id, "person": self.person}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is written: its kind, what is said, and the key of the call that says it."""

    kind: EntryKind
    said: Mapping[str, object]
    key: str | None = None

    @property
    def body_key(self) -> bytes:
        """What two bodies of one key are compared by."""
        return digest({"kind": str(self.kind), **self.said})


def room_key(house: Investigating, *, room_id: UUID, sealed: Sealed) -> RoomKey:
    """The key of a room; raises SealBroken."""
    return RoomKey(house.keys.open(sealed, row=room_id.bytes), chance=house.chance)


async def write_entry(
    connection: Connection, *, house: Investigating, held: Held, entry: Entry
) -> int:
    """The number of the entry, with its leaf; of the one before where the key was used for it.

    Raises KeyReused.
    """
    earlier = await _earlier(connection, held=held, entry=entry)
    if earlier is not None:
        return earlier
    now = house.clock()
    entry_id, number = house.new_id(at=now), held.entries + 1
    body = canonical.encode({"by": held.person, **entry.said})
    nonce = house.chance(COMMITMENT_NONCE_BYTES)
    fact = Fact(
        type=f"investigation.{entry.kind}",
        id=entry_id,
        at=now,
        service=held.whose.service,
        projection={"mark": str(held.whose.mark), "room": str(held.id), "number": number},
    )
    written = leaf.write(fact, body_commitment=leaf.commitment(body, nonce=nonce))
    columns = {**written.columns, "tenant": held.whose.tenant, "at": now}
    await connection.execute(_ledger_sql.add_leaf, columns)
    row = {
        "number": number,
        "entry_id": entry_id,
        "kind": str(entry.kind),
        "now": now,
        "key": entry.key,
        "body_key": entry.body_key,
        "sealed": held.key.seal(nonce + body, row=entry_id),
    }
    await connection.execute(_sql.add_entry, {**held.columns, **row})
    await connection.execute(_sql.count_entry, {**held.columns, "number": number})
    held.entries = number
    return number


async def _earlier(connection: Connection, *, held: Held, entry: Entry) -> int | None:
    if entry.key is None:
        return None
    named = {**held.columns, "key": entry.key}
    row = await (await connection.execute(_sql.entry_of_key, named)).fetchone()
    if row is None:
        return None
    if bytes(row[1]) != entry.body_key:
        raise key_reused()
    return int(row[0])


def opened(sealed: bytes, *, row: UUID, key: RoomKey) -> tuple[bytes, bytes]:
    """The nonce of an entry's commitment, and what was said in its RFC 8785 form."""
    whole = key.open(sealed, row=row)
    return whole[:COMMITMENT_NONCE_BYTES], whole[COMMITMENT_NONCE_BYTES:]


def digest(value: object) -> bytes:
    """What two bodies are compared by."""
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).digest()


def key_reused() -> KeyReused:
    """The refusal of a key that came with another body before."""
    return KeyReused(
        detail="The key was used for another body.",
        errors=[FieldError("/external_id", "used before")],
    )


def unknown() -> UnknownInvestigation:
    """The error for a room that is none of the caller's."""
    return UnknownInvestigation("There is no such investigation, or you are none of its people.")
