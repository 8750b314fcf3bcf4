"""Somebody says that they are too near: from then on what is about it is not there for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tutela.access.persons import person_of
from tutela.access.roles import Right, refuse_unless
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.cases.identity import account_of, subject_key
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.decisions.interests.room import (
    Act,
    Interest,
    add_act,
    add_leaf,
    interest_of,
    ledger_fact,
)
from tutela.decisions.quality.room import QualityRoom
from tutela.domain.canonical import timestamp
from tutela.domain.interests import InterestKind, InterestState
from tutela.domain.notice import Subject
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.review.queue import holder, unknown_case

_sql = queries.load("tutela.decisions.interests")
_review_sql = queries.load("tutela.review", file="around.sql")

_COLUMNS: Final = ("decision_id", "case_id", "first_by", "outcome", "category", "ground")


class InterestDeclared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/interests`: a subject or a case, and how near it is."""

    kind: InterestKind
    #: An account or whatever else can be reported; only its keyed digest is kept.
    subject: Subject | None = None
    #: A case that the caller may see: its subject, and the account named beside it.
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Declaring:
    caller: Caller
    person: str
    kind: InterestKind
    keys: tuple[bytes, ...]
    at: datetime

    @property
    def named(self) -> dict[str, object]:
        return {
            **Whose.of(self.caller).columns,
            "person": self.person,
            "holder": holder(self.caller),
            "kind": str(self.kind),
            "keys": list(self.keys),
            "at": self.at,
        }


async def declare(
    room: QualityRoom, *, caller: Caller, asked: InterestDeclared
) -> tuple[Interest, bool]:
    """What holds from now on, and whether it is new.

    What the caller holds of it goes back, and what they decided about it before waits for a second
    look by somebody else. Raises Forbidden, NeedsPerson, Unfit, UnknownCase.
    """
    refuse_unless(caller.role, right=Right.DECLARE_INTERESTS)
    person = person_of(caller)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        keys = await _keys(connection, room=room, caller=caller, asked=asked)
        declaring = _Declaring(
            caller=caller, person=person, kind=asked.kind, keys=keys, at=room.clock()
        )
        await connection.execute(_sql.lock_declarer, declaring.named)
        cursor = await connection.execute(_sql.held_interest, declaring.named)
        held = await cursor.fetchone()
        if held is not None:
            return interest_of(held), False
        return await _declare(connection, room=room, declaring=declaring), True


async def _declare(connection: Connection, *, room: QualityRoom, declaring: _Declaring) -> Interest:
    caller, named = declaring.caller, declaring.named
    act = Act(
        event="declared",
        person=declaring.person,
        projection={"kind": str(declaring.kind)},
        said={"keys": [key.hex() for key in declaring.keys]},
    )
    fact = ledger_fact(room, caller=caller, act=act, at=declaring.at)
    named |= {"id": fact.id, "state": str(InterestState.HOLDS)}
    await add_leaf(connection, caller=caller, fact=fact)
    await connection.execute(_sql.add_interest, named)
    await add_act(connection, caller=caller, act=act, fact=fact)
    for let_go in (_sql.give_back, _sql.put_back_looks, _sql.hide_reveals):
        await connection.execute(let_go, named)
    decided = await _look_again(connection, room=room, declaring=declaring)
    await connection.execute(_sql.count_decided, {**named, "decided": decided})
    return Interest(
        id=str(fact.id),
        kind=declaring.kind,
        state=InterestState.HOLDS,
        declared_at=timestamp(declaring.at),
        decided_before=decided,
        ended_at=None,
    )


async def _look_again(connection: Connection, *, room: QualityRoom, declaring: _Declaring) -> int:
    """How much they had decided about it; each of it on a case waits for a second look."""
    cursor = await connection.execute(_sql.decided_before, declaring.named)
    rows = await cursor.fetchall()
    again = [row for row in rows if row[1] is not None and row[-1]]
    listed: dict[str, list[object]] = {
        name: [row[place] for row in again] for place, name in enumerate(_COLUMNS)
    }
    ids: list[object] = [room.new_id() for _ in again]
    await connection.execute(_sql.look_again, {**declaring.named, **listed, "id": ids})
    return len(rows)


async def _keys(
    connection: Connection, *, room: QualityRoom, caller: Caller, asked: InterestDeclared
) -> tuple[bytes, ...]:
    if (asked.subject is None) == (asked.case_id is None):
        raise _unfit("/subject", why="name either a subject or a case")
    if asked.subject is not None:
        return _of_subject(asked.subject, room=room, caller=caller)
    named = {**sight(caller), "id": asked.case_id}
    row = await (await connection.execute(_review_sql.keys_of_case, named)).fetchone()
    if row is None:
        raise unknown_case()
    return _distinct([bytes(key) for key in row[:2] if key is not None])


def _of_subject(subject: Subject, *, room: QualityRoom, caller: Caller) -> tuple[bytes, ...]:
    if subject.id is None and subject.url is None:
        raise _unfit("/subject/id", why="or its url is required")
    account = account_of(subject)
    return _distinct(
        [
            subject_key(
                each, tenant=caller.tenant, service=caller.service, digest=room.keys.subject_digest
            )
            for each in (subject, account)
            if each is not None
        ]
    )


def _distinct(keys: Sequence[bytes]) -> tuple[bytes, ...]:
    return tuple(sorted(set(keys)))


def _unfit(pointer: str, *, why: str) -> Unfit:
    return Unfit("Nothing was declared.", errors=[FieldError(pointer, why)])
