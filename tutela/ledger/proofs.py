"""Proofs for anyone: heads, inclusion of a leaf, consistency of two sizes; no content."""

import base64
from collections.abc import Sequence
from typing import Any

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.domain import canonical
from tutela.errors import FieldError, TutelaError
from tutela.ledger import heads, tiles, tree
from tutela.ledger.heads import Head

_sql = queries.load("tutela.ledger")


class NotInLedger(TutelaError):
    """No such leaf, log or head."""

    code = "not_in_ledger"
    title = "Not in the ledger"
    status = 404


class WhichLog(TutelaError):
    """There are several logs and the call names none."""

    code = "which_log"
    title = "Name the log"
    status = 422


class NoSuchSize(TutelaError):
    """The log never had the size that was asked for."""

    code = "no_such_size"
    title = "The log has no such size"
    status = 422


class Inclusion(msgspec.Struct, frozen=True, kw_only=True):
    """That a leaf stands in the log: index, path to the root (RFC 6962, 2.1.1), signed head."""

    log_id: str
    leaf_hash: str
    leaf_index: int
    size: int
    path: list[str]
    head: Head


class Consistency(
    msgspec.Struct, frozen=True, kw_only=True, rename={"from_size": "from", "to_size": "to"}
):
    """That the log of one size begins with the log of a smaller one (RFC 6962, 2.1.2)."""

    log_id: str
    from_size: int
    to_size: int
    path: list[str]


class LogKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public key that signs or signed here, base64; with what introduced it, where one did."""

    key_id: str
    public_key: str
    valid_from: str
    valid_to: str | None = None
    introduced_by: str | None = None
    introduced_at: str | None = None
    introduction: str | None = None


class LogKeys(msgspec.Struct, frozen=True):
    """Every key that ever signed here, in the order of their use."""

    keys: list[LogKey]


async def log_keys(pool: Pool) -> LogKeys:
    """Every key that ever signed here; who never held one before has to compare it elsewhere."""
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.export_keys)
        rows = await cursor.fetchall()
    return LogKeys([LogKey(**key_fields(row)) for row in rows])


def key_fields(row: Sequence[Any]) -> dict[str, str]:
    """A key as it is told, from its stored row; what is not there is left out."""
    key_id, public_key, valid_from, valid_to, introduced_by, introduced_at, signature = row
    told = {
        "key_id": key_id,
        "public_key": base64.b64encode(public_key).decode(),
        "valid_from": canonical.timestamp(valid_from),
    }
    if valid_to is not None:
        told["valid_to"] = canonical.timestamp(valid_to)
    if introduced_by is not None:
        told["introduced_by"] = introduced_by
        told["introduced_at"] = canonical.timestamp(introduced_at)
        told["introduction"] = base64.b64encode(signature).decode()
    return told


async def head(pool: Pool, *, log_id: str | None) -> Head:
    """The newest signed head of a log; `WhichLog` where none is named and there are several."""
    async with every_tenant_transaction(pool) as connection:
        tenant, log, _ = await _log(connection, log_id=log_id)
        cursor = await connection.execute(_sql.last_head, {"tenant": tenant})
        row = await cursor.fetchone()
    if row is None:
        raise NotInLedger(detail="Nothing is in this log yet.")
    return heads.of_row(row, log_id=log)


async def checkpoint(pool: Pool, *, log_id: str | None) -> str:
    """The newest head as a signed note with all cosignatures (C2SP tlog-checkpoint).

    Errors: as `head`; `NotInLedger` also where every head is older than checkpoints are.
    """
    async with every_tenant_transaction(pool) as connection:
        tenant, _, _ = await _log(connection, log_id=log_id)
        cursor = await connection.execute(_sql.last_checkpoint, {"tenant": tenant})
        row = await cursor.fetchone()
    if row is None:
        raise NotInLedger(detail="There is no checkpoint of this log yet.")
    return f"{row[0]}{row[1]}"


async def inclusion(pool: Pool, *, leaf_hash: bytes) -> Inclusion | None:
    """The proof under the newest head; None while the leaf waits; `NotInLedger` if unknown."""
    async with every_tenant_transaction(pool) as connection:
        cursor = await connection.execute(_sql.leaf_by_hash, {"leaf_hash": leaf_hash})
        row = await cursor.fetchone()
        if row is None:
            raise NotInLedger(detail="No leaf has this hash.")
        tenant, log_id, index = row
        cursor = await connection.execute(_sql.last_head, {"tenant": tenant})
        newest = await cursor.fetchone()
        if index is None or newest is None:
            return None
        size = newest[0]
        places = tree.tiles_for_inclusion(index=index, size=size)
        path = tree.inclusion_path(
            await tiles.fetch(connection, tenant=tenant, places=places), index=index, size=size
        )
    return Inclusion(
        log_id=log_id,
        leaf_hash=leaf_hash.hex(),
        leaf_index=index,
        size=size,
        path=[step.hex() for step in path],
        head=heads.of_row(newest, log_id=log_id),
    )


async def consistency(
    pool: Pool, *, log_id: str | None, old_size: int, new_size: int
) -> Consistency:
    """The proof between two sizes; `NoSuchSize` unless 0 <= from <= to <= the log's size."""
    async with every_tenant_transaction(pool) as connection:
        tenant, log, size = await _log(connection, log_id=log_id)
        if not 0 <= old_size <= new_size <= size:
            raise NoSuchSize(
                detail=f"The log has {size} leaves.",
                errors=[FieldError("?from", "must be 0 <= from <= to <= size")],
            )
        places = tree.tiles_for_consistency(old_size=old_size, new_size=new_size)
        fetched = await tiles.fetch(connection, tenant=tenant, places=places)
        path = tree.consistency_path(fetched, old_size=old_size, new_size=new_size)
    return Consistency(
        log_id=log, from_size=old_size, to_size=new_size, path=[step.hex() for step in path]
    )


async def _log(connection: Connection, *, log_id: str | None) -> tuple[str, str, int]:
    if log_id is not None:
        cursor = await connection.execute(_sql.log_by_id, {"log_id": log_id})
    else:
        cursor = await connection.execute(_sql.logs)
    rows = await cursor.fetchmany(2)
    if not rows:
        raise NotInLedger(detail="There is no such log.")
    if len(rows) > 1:
        raise WhichLog(
            detail="Several tenants have a log; send `log_id`, as your receipts name it.",
            errors=[FieldError("?log_id", "required here")],
        )
    tenant, log, size = rows[0]
    return tenant, log, size
