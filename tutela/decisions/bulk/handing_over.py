"""Subjects that were taken out of a decision about many come to a person, each by a notice."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.database import queries
from tutela.database.pool import tenant_transaction
from tutela.decisions.bulk.moving import Moving
from tutela.decisions.bulk.reading import BulkLine, line_in
from tutela.decisions.bulk.room import BulkRoom
from tutela.decisions.bulk.uploading import row_of
from tutela.domain.decision import Decision
from tutela.domain.notice import Notice, PossibleMinor
from tutela.domain.vocabulary import Category, Channel
from tutela.intake.door import Sending

DOOR: Final = "bulk"
#: Subjects that are handed over at once.
STRIDE_SUBJECTS: Final = 128

_sql = queries.load("tutela.decisions.bulk", file="bulk.sql")
_encode = msgspec.json.Encoder().encode


async def hand_over(room: BulkRoom, *, moving: Moving) -> int:
    """How many subjects have come to a person now; 0 where none was left.

    The notice of a subject has a key of its own, so that one sent twice is one.
    """
    async with tenant_transaction(room.pool, tenant=moving.caller.tenant) as connection:
        cursor = await connection.execute(
            _sql.unsent_subjects, {**moving.where, "most": STRIDE_SUBJECTS}
        )
        unsent = await cursor.fetchall()
    if not unsent:
        return 0
    notice_ids = await asyncio.gather(*(_send(room, moving=moving, row=row) for row in unsent))
    async with tenant_transaction(room.pool, tenant=moving.caller.tenant) as connection:
        sent = {"subject_keys": [row[0] for row in unsent], "notice_ids": notice_ids}
        await connection.execute(_sql.sent, {**moving.where, **sent})
    return len(unsent)


async def _send(room: BulkRoom, *, moving: Moving, row: Sequence[Any]) -> UUID:
    subject_key, why, sealed_key, sealed_body = row
    key = bytes(subject_key)
    line = line_in(room.keys.open(Sealed(sealed_key, sealed_body), row=row_of(moving.id, key=key)))
    notice = _notice(line, template=moving.template, why=why)
    sending = Sending(
        caller=replace(moving.caller, channels=(Channel.INTERNAL,)),
        door=DOOR,
        key=f"bulk:{moving.id}:{key.hex()}",
    )
    taken = await room.intake.take(room.intake.read(_encode(notice)), sending=sending)
    return UUID(taken.accepted.id)


def _notice(line: BulkLine, *, template: Decision, why: str) -> Notice:
    return Notice(
        category=template.category or Category.NOT_SPECIFIED_NOTICE,
        keyword=template.keyword,
        subjects=(line.subject,),
        explanation=f"Taken out of a decision about many ({why}). {line.facts}",
        possible_minor=PossibleMinor(account_holder=True) if why == "possible_minor" else None,
        country=line.country,
    )
