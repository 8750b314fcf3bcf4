"""One commit: decision, leaf, answered items, statements, measures and messages, or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.decisions import rows
from tutela.decisions.accounts import knowing_readers
from tutela.decisions.endpoints import Station
from tutela.decisions.instructions import instructions
from tutela.decisions.preparation import (
    CaseDecided,
    Mint,
    NamedItem,
    PreparedDecision,
    Ruling,
    prepare,
)
from tutela.decisions.quality.drawing import draw
from tutela.decisions.readers import Readers
from tutela.decisions.reading import DecisionRead
from tutela.decisions.revisions import advance
from tutela.decisions.rows import Complete
from tutela.decisions.terms import cited
from tutela.decisions.withholding import withhold, withholding
from tutela.domain.lanes import Lane
from tutela.domain.states import (
    CaseEvent,
    CaseState,
    IllegalTransition,
    ItemEvent,
    ItemState,
    transition,
)
from tutela.domain.vocabulary import Channel, Outcome
from tutela.errors import FieldError, TutelaError
from tutela.intake.acknowledgement import KeyReused
from tutela.intake.opening import notice_in
from tutela.intake.reading import refuse_if_any
from tutela.law.withholding import REGISTER, Bases
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES
from tutela.review.queue import holder, lease_token, stale_lease, unknown_case

ORDINAL_MAX = 32_767

_sql = queries.load("tutela.decisions")

_ITEM_EVENTS = {
    Outcome.ACT: ItemEvent.DECIDED,
    Outcome.DISMISS: ItemEvent.DECIDED,
    Outcome.ESCALATE: ItemEvent.ESCALATED,
}


class ItemNotOpen(TutelaError):
    """A named item was answered by an earlier decision."""

    code = "item_not_open"
    title = "An item is not open"
    status = 409


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /v1/cases/{id}/decisions`: ids of the decision, statements and items."""

    id: str
    statements: list[str]
    answered: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A decision as a door hands it in: whose, on which case, under which key."""

    caller: Caller
    case_id: UUID
    read: DecisionRead
    key: str | None = None
    #: The language of whoever is told, where nothing else says one that there are words in.
    language: str | None = None
    #: The legal bases on which people may be told later.
    bases: Bases = field(default_factory=REGISTER.built_in)


@dataclass(frozen=True, slots=True)
class Taken:
    """What the caller is told, and whether the decision is new or was taken before."""

    decided: Decided
    fresh: bool


async def decide(
    pool: Pool,
    *,
    keys: KeySet,
    submission: Submission,
    now: datetime,
    chance: Callable[[int], bytes],
) -> Taken:
    """The answer, once the decision and all that follows from it is durable.

    Raises UnknownCase, StaleLease, ItemNotOpen, Unfit for items that are not of the case, KeyReused
    for a key that was used for another body, Unfit for terms that were not in force, Unfit and
    Forbidden for a decision that may not be withheld so, DatabaseUnavailable where the outcome is
    no or open.
    """
    mint = Mint(at=now, chance=chance)
    (decision_id,) = mint.ids(1)
    tenant = submission.caller.tenant
    async with tenant_transaction(pool, tenant=tenant) as connection:
        if not await _take_key(connection, submission=submission, decision_id=decision_id):
            return Taken(await _earlier(connection, submission=submission, keys=keys), fresh=False)
        case = await _lock_case(connection, submission=submission, now=now, keys=keys)
        ruling = await _ruling(
            connection, submission=submission, case=case, decision_id=decision_id, now=now
        )
        ruling = await knowing_readers(connection, ruling=ruling, keys=keys)
        prepared = prepare(ruling, mint=mint, keys=keys)
        await _write(connection, prepared=prepared, mint=mint, keys=keys)
        await _move_case(connection, ruling=ruling, now=now)
        await draw(connection, ruling=ruling, mint=mint)
    return Taken(
        _answer(
            submission,
            decision_id=decision_id,
            statements=[each.id for each in prepared.statements],
        ),
        fresh=True,
    )


async def _ruling(
    connection: Connection,
    *,
    submission: Submission,
    case: CaseDecided,
    decision_id: UUID,
    now: datetime,
) -> Ruling:
    caller, decision = submission.caller, submission.read.decision
    station = Station(tenant=caller.tenant, service=caller.service)
    return Ruling(
        id=decision_id,
        caller=caller,
        read=submission.read,
        matter=case,
        readers=Readers(default_language=submission.language),
        terms=await cited(connection, station=station, decision=decision),
        withholding=withholding(decision, caller=caller, bases=submission.bases, now=now),
    )


async def _write(
    connection: Connection, *, prepared: PreparedDecision, mint: Mint, keys: KeySet
) -> None:
    caller = prepared.ruling.caller
    revisions = await advance(
        connection,
        tenant=caller.tenant,
        service=caller.service,
        subject_keys=[each.subject_key for each in prepared.measures],
    )
    complete = Complete(prepared=prepared, messages=instructions(prepared, revisions=revisions))
    await rows.write(connection, complete=[complete], mint=mint, keys=keys)
    if prepared.ruling.withholding is not None:
        decision = {
            "tenant": caller.tenant,
            "service": caller.service,
            "decision_id": prepared.ruling.id,
        }
        await withhold(connection, decision=decision, withheld=prepared.ruling.withholding)


async def _take_key(connection: Connection, *, submission: Submission, decision_id: UUID) -> bool:
    if submission.key is None:
        return True
    named = {**_named(submission), "key": submission.key, "decision_id": decision_id}
    cursor = await connection.execute(_sql.take_key, named)
    return await cursor.fetchone() is not None


async def _earlier(connection: Connection, *, submission: Submission, keys: KeySet) -> Decided:
    named = {**_named(submission), "key": submission.key}
    cursor = await connection.execute(_sql.decision_of_key, named)
    row = await cursor.fetchone()
    if row is None:
        raise _reused("The key was used for a record of another kind.")
    decision_id, case_id, sealed_key, sealed_body, statements = row
    if sealed_key is None:
        raise _reused("The decision sent under this key was erased and can't be compared.")
    opened = keys.open(Sealed(sealed_key, sealed_body), row=decision_id.bytes)
    same = opened[COMMITMENT_NONCE_BYTES:] == submission.read.body
    if case_id != submission.case_id or not same:
        raise _reused("The decision sent under this key had another body or case.")
    return _answer(submission, decision_id=decision_id, statements=statements)


async def _lock_case(
    connection: Connection, *, submission: Submission, now: datetime, keys: KeySet
) -> CaseDecided:
    named = _named(submission)
    cursor = await connection.execute(_sql.lock_case, named)
    row = await cursor.fetchone()
    if row is None:
        raise unknown_case()
    subject_key, lane, token, held_by, until = row
    said = lease_token(submission.read.decision.lease_token)
    current = token is not None and token == said and until > now
    if not current or held_by != holder(submission.caller):
        raise stale_lease()
    return CaseDecided(
        id=submission.case_id,
        subject_key=subject_key,
        lane=Lane(lane),
        lease_token=token,
        items=await _named_items(connection, submission=submission, keys=keys),
    )


async def _named_items(
    connection: Connection, *, submission: Submission, keys: KeySet
) -> tuple[NamedItem, ...]:
    names = submission.read.decision.items
    places = [parse_item_id(name) for name in names]
    known = [place for place in places if place is not None]
    cursor = await connection.execute(
        _sql.named_items,
        {
            **_named(submission),
            "notice_ids": [notice_id for notice_id, _ in known],
            "ordinals": [ordinal for _, ordinal in known],
        },
    )
    found = {(row[0], row[1]): row for row in await cursor.fetchall()}
    refuse_if_any(
        [
            FieldError(f"/items/{index}", "is no item of this case")
            for index, place in enumerate(places)
            if place not in found
        ]
    )
    in_order = [found[place] for place in known]
    _refuse_answered(in_order, outcome=submission.read.decision.outcome)
    return tuple(_named_item(row, keys=keys) for row in in_order)


def _refuse_answered(items: Sequence[Sequence[Any]], *, outcome: Outcome) -> None:
    errors = []
    for index, (_, _, answered, *_) in enumerate(items):
        state = ItemState.ANSWERED if answered else ItemState.OPEN
        try:
            transition(state, event=_ITEM_EVENTS[outcome])
        except IllegalTransition:
            errors.append(FieldError(f"/items/{index}", "was answered before"))
    if errors:
        raise ItemNotOpen("Name open items alone; nothing was decided.", errors=errors)


def _named_item(row: Sequence[Any], *, keys: KeySet) -> NamedItem:
    notice_id, ordinal, _, channel, received_at, sealed_key, sealed_body = row
    notice = None
    if sealed_key is not None:
        opened = keys.open(Sealed(sealed_key, sealed_body), row=notice_id.bytes)
        notice = notice_in(opened[COMMITMENT_NONCE_BYTES:])
    return NamedItem(
        notice_id=notice_id,
        ordinal=ordinal,
        channel=Channel(channel),
        received_at=received_at,
        notice=notice,
    )


async def _move_case(connection: Connection, *, ruling: Ruling, now: datetime) -> None:
    named = {
        "tenant": ruling.caller.tenant,
        "service": ruling.caller.service,
        "case_id": ruling.matter.id,
        "at": now,
        "escalated": not ruling.answers,
    }
    cursor = await connection.execute(_sql.count_open_items, named)
    (open_items,) = (await cursor.fetchall())[0]
    after = transition(CaseState.OPEN, event=_case_event(ruling, open_items=open_items))
    await connection.execute(_sql.leave_case if after is CaseState.OPEN else _sql.close_case, named)


def _case_event(ruling: Ruling, *, open_items: int) -> CaseEvent:
    if not ruling.answers:
        return CaseEvent.ESCALATED
    return CaseEvent.ANSWERED_IN_PART if open_items else CaseEvent.ANSWERED


def parse_item_id(text: str) -> tuple[UUID, int] | None:
    """The notice and the place in it that an item's id names; None for a text that is none."""
    notice, dot, ordinal = text.partition(".")
    try:
        place = (UUID(notice), int(ordinal))
    except ValueError:
        return None
    canonical = f"{place[0]}{dot}{place[1]}" == text and 0 <= place[1] <= ORDINAL_MAX
    return place if canonical else None


def _answer(submission: Submission, *, decision_id: UUID, statements: Sequence[UUID]) -> Decided:
    decision = submission.read.decision
    answered = [] if decision.outcome is Outcome.ESCALATE else list(decision.items)
    return Decided(
        id=str(decision_id), statements=[str(each) for each in statements], answered=answered
    )


def _named(submission: Submission) -> dict[str, object]:
    return {**sight(submission.caller), "case_id": submission.case_id}


def _reused(detail: str) -> KeyReused:
    return KeyReused(detail, errors=[FieldError("/external_id", "used before")])
