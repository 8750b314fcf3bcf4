"""The witnesses of a log: who they are, how each stands, and cosignatures that they bring."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec

from tutela.database import queries
from tutela.database.pool import (
    EVERY_TENANT,
    Connection,
    Pool,
    every_tenant_transaction,
    tenant_transaction,
)
from tutela.domain import canonical
from tutela.errors import TutelaError
from tutela.ledger import heads, notes
from tutela.ledger.notes import (
    COSIGNATURE,
    NOTE_BYTES_MAX,
    MalformedNote,
    Note,
    Signature,
    Verifier,
)

#: A witness whose oldest head without a cosignature is older than this is behind.
BEHIND_SECONDS: Final = 120.0
#: How far the clock of a witness may lie from ours.
SKEW: Final = timedelta(minutes=5)

_sql = queries.load("tutela.publishing")


class BadWitness(TutelaError):
    """What was given is no witness that could be asked."""

    code = "bad_witness"
    title = "That is no witness"
    status = 422


class CosignatureRefused(TutelaError):
    """What was handed in cosigns no head of ours, or is of no witness of ours."""

    code = "cosignature_refused"
    title = "The cosignature is not taken"
    status = 422


class WitnessState(StrEnum):
    """How a witness stands."""

    #: It holds every head that is older than two minutes.
    HELD = "held"
    #: There are heads that it should hold by now and does not.
    BEHIND = "behind"
    #: It did not answer when it was asked last.
    AWAY = "away"
    #: It answered, and not with a cosignature that holds.
    REFUSED = "refused"


class Witnessed(msgspec.Struct, frozen=True, kw_only=True):
    """How one witness stands; `behind_by` in leaves."""

    name: str
    state: WitnessState
    last_size: int
    last_at: str | None
    behind_by: int
    last_error: str | None
    forked: bool


class Signed(msgspec.Struct, frozen=True):
    """A checkpoint with the cosignatures that somebody brings."""

    note: Annotated[str, msgspec.Meta(max_length=NOTE_BYTES_MAX)]


class Taken(msgspec.Struct, frozen=True):
    """How many cosignatures were taken."""

    taken: int


async def add(pool: Pool, *, tenant: str, url: str | None, key: str, now: datetime) -> Verifier:
    """The witness, asked from now on, or coming by itself without a URL; `BadWitness`."""
    try:
        verifier = notes.read_verifier(key)
    except MalformedNote as error:
        raise BadWitness(f"{key!r}: {error}.") from error
    if verifier.algorithm != COSIGNATURE:
        raise BadWitness(f"{verifier.name} is the key of a log; a witness signs with its time.")
    if url is not None and not url.startswith(("http://", "https://")):
        raise BadWitness(f"{url!r} is no http or https URL.")
    named = {
        "tenant": tenant,
        "name": verifier.name,
        "url": (url or "").rstrip("/"),
        "verifier_key": str(verifier),
        "now": now,
    }
    async with tenant_transaction(pool, tenant=tenant) as connection:
        await connection.execute(_sql.add_witness, named)
    return verifier


async def remove(pool: Pool, *, tenant: str, name: str) -> bool:
    """Whether there was such a witness; it is asked no more."""
    async with tenant_transaction(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.remove_witness, {"tenant": tenant, "name": name})
        return await cursor.fetchone() is not None


async def standings(pool: Pool, *, tenant: str, now: datetime) -> list[Witnessed]:
    """How each witness of the tenant stands; of all tenants for `EVERY_TENANT`."""
    async with tenant_transaction(pool, tenant=tenant) as connection:
        return await standings_in(connection, tenant=tenant, now=now)


async def standings_in(
    connection: Connection, *, tenant: str = EVERY_TENANT, now: datetime
) -> list[Witnessed]:
    """As `standings`, in a transaction that is under way."""
    cursor = await connection.execute(_sql.standings, {"tenant": tenant})
    return [_witnessed(row, now=now) for row in await cursor.fetchall()]


def holds(witness: Witnessed) -> bool:
    """Whether the witness holds the heads as they are now."""
    return witness.state is WitnessState.HELD and witness.last_size > 0


async def take(pool: Pool, *, signed: str, now: datetime) -> Taken:
    """The cosignatures of a checkpoint of ours by witnesses of ours; `CosignatureRefused`."""
    try:
        note = notes.read(signed.encode())
        checkpoint = notes.read_checkpoint(note.text)
    except MalformedNote as error:
        raise CosignatureRefused(f"{error}.") from error
    log_id = checkpoint.origin.removeprefix(heads.origin(""))
    named = {"log_id": log_id, "size": checkpoint.size}
    async with every_tenant_transaction(pool) as connection:
        row = await (await connection.execute(_sql.head_of_size, named)).fetchone()
        if row is None or notes.read(row[1].encode()).text != note.text:
            raise CosignatureRefused("It is of no head that this service signed.")
        tenant = row[0]
        cursor = await connection.execute(_sql.witness_keys, {"tenant": tenant})
        verifiers = [notes.read_verifier(key) for _, key in await cursor.fetchall()]
        found = list(_found(note, verifiers=verifiers, now=now))
        if not found:
            raise CosignatureRefused("No witness of this log signed it now.")
        for line, at in found:
            await keep(
                connection, tenant=tenant, size=checkpoint.size, cosigned=(line, at), retry_at=now
            )
    return Taken(len(found))


async def keep(
    connection: Connection,
    *,
    tenant: str,
    size: int,
    cosigned: tuple[Signature, datetime],
    retry_at: datetime,
) -> None:
    """A cosignature and its time, written down; the witness is asked again from `retry_at` on."""
    line, at = cosigned
    named = {
        "tenant": tenant,
        "size": size,
        "witness": line.name,
        "cosigned_at": at,
        "line": str(line),
        "now": at,
        "retry_at": retry_at,
    }
    await connection.execute(_sql.keep_cosignature, named)
    await connection.execute(_sql.note_cosigned, named)


def cosignature(
    text: str, *, lines: Sequence[Signature], verifier: Verifier, now: datetime
) -> tuple[Signature, datetime] | None:
    """The line by which the witness cosigned this text just now, and when; None without one."""
    for line in lines:
        at_seconds = notes.cosigned_at(text, line=line, verifier=verifier)
        if at_seconds is not None and abs(at_seconds - now.timestamp()) <= SKEW.total_seconds():
            return line, datetime.fromtimestamp(at_seconds, UTC)
    return None


def _found(
    note: Note, *, verifiers: Sequence[Verifier], now: datetime
) -> list[tuple[Signature, datetime]]:
    cosigned = (
        cosignature(note.text, lines=note.signatures, verifier=each, now=now) for each in verifiers
    )
    return [each for each in cosigned if each is not None]


def _witnessed(row: Sequence[Any], *, now: datetime) -> Witnessed:
    _, name, last_size, last_at, last_error, refused, forked, size, since = row
    late = since is not None and (now - since).total_seconds() > BEHIND_SECONDS
    state = WitnessState.BEHIND if late else WitnessState.HELD
    if refused or forked:
        state = WitnessState.REFUSED
    elif last_error is not None:
        state = WitnessState.AWAY
    return Witnessed(
        name=name,
        state=state,
        last_size=last_size,
        last_at=None if last_at is None else canonical.timestamp(last_at),
        behind_by=max(size - last_size, 0),
        last_error=last_error,
        forked=forked,
    )
