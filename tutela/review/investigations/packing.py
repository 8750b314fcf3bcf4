"""A room as a signed pack: its entries as ledger leaves, which a stranger confirms without us."""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tutela.access.roles import Right, refuse_unless
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.domain import canonical
from tutela.domain.investigations import EntryKind, InvestigationEvent
from tutela.domain.states import transition
from tutela.domain.text import is_blank
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import refuse_if_any
from tutela.ledger import heads, proofs, tiles, tree
from tutela.ledger.heads import Head
from tutela.review.investigations.asked import Contents, InvestigationTakenOut
from tutela.review.investigations.holding import hold
from tutela.review.investigations.standing import (
    Entry,
    Held,
    Investigating,
    opened,
    write_entry,
)
from tutela.review.investigations.writing import Writing

FORMAT: Final = "tutela-room-pack"
PURPOSE: Final = "room.pack"

_sql = queries.load("tutela.review.investigations", file="investigations.sql")
_ledger_sql = queries.load("tutela.ledger")


class NotInLedgerYet(TutelaError):
    """An entry of the room has no place in the ledger yet; it will within a minute."""

    code = "not_in_ledger_yet"
    title = "The ledger has not caught up"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packing:
    held: Held
    log_id: str
    at: str
    contents: Contents
    head: Head
    entries: Sequence[tuple[Any, ...]]


async def take_out(house: Investigating, *, writing: Writing, said: InvestigationTakenOut) -> bytes:
    """The pack, up to the last entry before this one; that it was taken out is the next entry.

    Raises Forbidden, NeedsPerson, Unfit, UnknownInvestigation, NotInLedgerYet.
    """
    caller = writing.caller
    refuse_unless(caller.role, right=Right.RUN_ROOMS)
    refuse_if_any([FieldError("/reason", "blank")] if is_blank(said.reason) else [])
    async with tenant_transaction(house.pool, tenant=caller.tenant) as connection:
        held = await hold(connection, house=house, caller=caller, room_id=writing.room_id)
        transition(held.state, event=InvestigationEvent.TAKEN_OUT)
        rows = await (await connection.execute(_sql.entries_of, held.columns)).fetchall()
        packing = _Packing(
            held=held,
            log_id=caller.log_id,
            at=canonical.timestamp(house.clock()),
            contents=said.contents,
            head=await _head(connection, tenant=caller.tenant, log_id=caller.log_id, rows=rows),
            entries=rows,
        )
        keys = await (await connection.execute(_ledger_sql.export_keys)).fetchall()
        paths = await _paths(connection, tenant=caller.tenant, packing=packing)
        entry = Entry(
            kind=EntryKind.TAKEN_OUT, said={"ref": str(said.contents), "text": said.reason}
        )
        await write_entry(connection, house=house, held=held, entry=entry)
    text = b"".join(_lines(packing, keys=keys, paths=paths))
    return text + _end(house, packing=packing, text=text)


async def _head(
    connection: Connection, *, tenant: str, log_id: str, rows: Sequence[tuple[Any, ...]]
) -> Head:
    """The newest head; raises NotInLedgerYet where it does not cover every entry."""
    row = await (await connection.execute(_ledger_sql.last_head, {"tenant": tenant})).fetchone()
    if row is not None:
        head = heads.of_row(row, log_id=log_id)
        if all(index is not None and index < head.size for *_, index in rows):
            return head
    raise NotInLedgerYet("The newest entries wait for their place in the ledger; try again soon.")


async def _paths(
    connection: Connection, *, tenant: str, packing: _Packing
) -> list[Sequence[bytes]]:
    size, indexes = packing.head.size, [index for *_, index in packing.entries]
    places = {
        place for index in indexes for place in tree.tiles_for_inclusion(index=index, size=size)
    }
    fetched = await tiles.fetch(connection, tenant=tenant, places=sorted(places))
    return [tree.inclusion_path(fetched, index=index, size=size) for index in indexes]


def _lines(
    packing: _Packing, *, keys: Sequence[Sequence[Any]], paths: Sequence[Sequence[bytes]]
) -> Iterator[bytes]:
    yield _line(
        "pack",
        value={
            "v": 1,
            "format": FORMAT,
            "log_id": packing.log_id,
            "room": str(packing.held.id),
            "entries": len(packing.entries),
            "contents": str(packing.contents),
            "exported_at": packing.at,
        },
    )
    for row in keys:
        yield _line("key", value={**proofs.key_fields(row), "purpose": "ledger"})
    yield _line("head", value=packing.head)
    for row, path in zip(packing.entries, paths, strict=True):
        yield _line("entry", value=_entry(row, packing=packing, path=path))


def _entry(row: Sequence[Any], *, packing: _Packing, path: Sequence[bytes]) -> dict[str, object]:
    number, entry_id, _, _, _, sealed, content, _, leaf_index = row
    told: dict[str, object] = {
        "number": number,
        "leaf": json.loads(bytes(content)),
        "leaf_index": leaf_index,
        "path": [step.hex() for step in path],
    }
    if packing.contents is Contents.LEFT_OUT:
        return told
    nonce, body = opened(bytes(sealed), row=entry_id, key=packing.held.key)
    return {**told, "body": json.loads(body), "nonce": base64.b64encode(nonce).decode()}


def _end(house: Investigating, *, packing: _Packing, text: bytes) -> bytes:
    """The last line: a signature over all before it."""
    count, digest = len(packing.entries), hashlib.sha256(text).hexdigest()
    signed = canonical.encode(
        {
            "v": 1,
            "purpose": PURPOSE,
            "log_id": packing.log_id,
            "entries": count,
            "sha256": digest,
            "at": packing.at,
        }
    )
    signature = base64.b64encode(house.keys.sign(signed)).decode()
    value = {
        "entries": count,
        "sha256": digest,
        "key_id": house.keys.key_id,
        "signature": signature,
    }
    return _line("end", value=value)


def _line(kind: str, *, value: object) -> bytes:
    return f"{kind}\t".encode() + canonical.encode(value) + b"\n"
