"""Cases as reviewers see them: what is reported and why, never by whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet, Sealed
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.domain.canonical import timestamp
from tutela.domain.harm import harm_family
from tutela.domain.notice import Notice, Subject
from tutela.domain.signals import Result, Signal
from tutela.domain.states import CaseState, ItemState
from tutela.domain.vocabulary import Category, Keyword, SubjectKind
from tutela.intake.acknowledgement import item_id
from tutela.intake.opening import notice_in
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES
from tutela.review.queue import unknown_case
from tutela.review.views.noting import Reading, View, Way, note_reading, note_view

#: Items of one case that are shown with all they say; the others by their ids alone.
ITEMS_SHOWN_MAX = 200
#: Ids of open items that are listed: as many as one decision may name.
OPEN_ITEMS_MAX = 10_000
DECISIONS_SHOWN_MAX = 50
EVIDENCE_SHOWN_MAX = 200
LOOKS_SHOWN_MAX = 50

_sql = queries.load("tutela.review")


class _Words(msgspec.Struct, frozen=True):
    """Of a decision's body, what it was founded on; a decision about many has no items or lease."""

    facts: str | None = None
    explanation: str | None = None


_read_words = msgspec.json.Decoder(_Words).decode


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list."""

    id: str
    state: CaseState
    family: str
    lane: str
    mark: str
    specialist: bool
    due_at: str
    opened_at: str
    merged_at: str
    closed_at: str | None
    leased: bool
    item_count: int
    open_item_count: int


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A notice without its notifier; `explanation` is None where there is none (any more)."""

    id: str
    channel: str
    category: str
    keyword: str | None
    explanation: str | None
    language: str | None
    country: str | None
    surface: str | None
    imminent_danger: bool
    possible_minor: bool
    received_at: str
    erased: bool


class ItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One reported subject of one notice; an erased notice leaves of it the kind alone."""

    id: str
    state: ItemState
    answered_at: str | None
    subject: Subject
    notice: NoticeView


class EarlierDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided about the same subject before; its words are None where they were erased."""

    id: str
    #: None where it was one of many that were decided together.
    case_id: str | None
    bulk_id: str | None
    decided_at: str
    #: Since when it does not hold any more.
    undone_at: str | None
    outcome: str
    category: str | None
    keyword: str | None
    ground: str | None
    guideline_version: str | None
    facts: str | None
    explanation: str | None


class AddedView(msgspec.Struct, frozen=True, kw_only=True):
    """What a notifier added to a notice; `text` is None where it was erased."""

    notice_id: str
    received_at: str
    text: str | None


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    """What detectors saw when they looked at the subject, all together and each by itself."""

    looked_at: str
    result: Result
    #: Why nothing was known.
    why: str | None
    #: The legal basis on which they looked.
    basis: str | None
    detectors: list[Signal]


class CaseView(CaseSummary, frozen=True, kw_only=True):
    """A case with its items, open ones first; `open_items` is what a decision can name."""

    items: list[ItemView]
    open_items: list[str]
    decisions: list[EarlierDecision]
    #: What notifiers added to the notices of the case, newest first.
    evidence: list[AddedView]
    #: What detectors saw in the subject, newest first.
    signals: list[LookView]


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Cases in the order in which they were opened; `next` is where the following page begins."""

    cases: list[CaseSummary]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which cases of a list: `after` a case's id, at most `limit`, in a `state` or in any."""

    limit: int
    after: UUID | None = None
    state: str | None = None


async def list_cases(pool: Pool, *, caller: Caller, page: Page, now: datetime) -> CasePage:
    """One page of the cases that the caller may see; the look is noted, once for the page."""
    wanted = {"after": page.after, "state": page.state, "limit": page.limit + 1, "id": None}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.list_cases, {**sight(caller), **wanted, "now": now})
        cases = [CaseSummary(**_summary(row)) for row in await cursor.fetchall()]
        reading = Reading(caller=caller, way=Way.FOUND, what="cases", at=now)
        await note_reading(connection, reading=reading)
    shown = cases[: page.limit]
    return CasePage(cases=shown, next=shown[-1].id if len(cases) > len(shown) else None)


async def show_case(
    pool: Pool, *, caller: Caller, case_id: UUID, keys: KeySet, now: datetime
) -> CaseView:
    """The case with all a reviewer needs; the look is noted.

    Raises UnknownCase, also where they may not see it.
    """
    named = {**sight(caller), "id": case_id, "now": now}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        shown = await read_case(connection, named=named, keys=keys)
        view = View(caller=caller, case_id=case_id, way=Way.OPENED, at=now)
        await note_view(connection, view=view)
    return shown


async def read_case(
    connection: Connection, *, named: Mapping[str, object], keys: KeySet
) -> CaseView:
    """The case, without a note of the look: whoever calls notes it in the same transaction.

    `named` has what `sight` gives, and `id` and `now`. Raises UnknownCase.
    """
    one = {**named, "after": None, "state": None, "limit": 1}
    rows = await _rows(connection, sql=_sql.list_cases, named=one)
    if not rows:
        raise unknown_case()
    (row,) = rows
    items = await _rows(connection, sql=_sql.items_of_case, named=named, limit=ITEMS_SHOWN_MAX)
    open_items = await _rows(
        connection, sql=_sql.open_items_of_case, named=named, limit=OPEN_ITEMS_MAX
    )
    decisions = await _rows(
        connection, sql=_sql.earlier_decisions, named=named, limit=DECISIONS_SHOWN_MAX
    )
    evidence = await _rows(
        connection, sql=_sql.evidence_of_case, named=named, limit=EVIDENCE_SHOWN_MAX
    )
    looks = await _rows(connection, sql=_sql.looks_of_case, named=named, limit=LOOKS_SHOWN_MAX)
    return CaseView(
        **_summary(row),
        items=[_item(item, keys=keys) for item in items],
        open_items=[item_id(notice_id, ordinal=ordinal) for notice_id, ordinal in open_items],
        decisions=[_decision(each, keys=keys) for each in decisions if _is_of_known_harm(each)],
        evidence=[_added(each, keys=keys) for each in evidence],
        signals=[_look(each) for each in looks],
    )


async def _rows(
    connection: Connection,
    *,
    sql: LiteralString,
    named: Mapping[str, object],
    limit: int = 1,
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(sql, {**named, "limit": limit})
    return await cursor.fetchall()


def _summary(row: Sequence[Any]) -> dict[str, Any]:
    case_id, family, lane, mark, specialist, due_at, opened_at, merged_at, closed_at, *rest = row
    leased, under_way, items, open_items = rest
    return {
        "id": str(case_id),
        "state": _state(closed_at, under_way=under_way),
        "family": family,
        "lane": lane,
        "mark": mark,
        "specialist": specialist,
        "due_at": timestamp(due_at),
        "opened_at": timestamp(opened_at),
        "merged_at": timestamp(merged_at),
        "closed_at": _when(closed_at),
        "leased": leased,
        "item_count": items,
        "open_item_count": open_items,
    }


def _state(closed_at: datetime | None, *, under_way: bool) -> CaseState:
    if closed_at is None:
        return CaseState.OPEN
    return CaseState.DECIDED if under_way else CaseState.CLOSED


def _item(row: Sequence[Any], *, keys: KeySet) -> ItemView:
    notice_id, ordinal, kind, answered_at, *of_notice, sealed_key, sealed_body = row
    body = _opened(notice_id, sealed_key=sealed_key, sealed_body=sealed_body, keys=keys)
    notice = None if body is None else notice_in(body)
    return ItemView(
        id=item_id(notice_id, ordinal=ordinal),
        state=ItemState.OPEN if answered_at is None else ItemState.ANSWERED,
        answered_at=_when(answered_at),
        subject=Subject(kind=SubjectKind(kind)) if notice is None else notice.subjects[ordinal],
        notice=_notice(notice_id, columns=of_notice, notice=notice),
    )


def _notice(notice_id: UUID, *, columns: Sequence[Any], notice: Notice | None) -> NoticeView:
    channel, category, keyword, language, country, surface, danger, minor, received_at = columns
    return NoticeView(
        id=str(notice_id),
        channel=channel,
        category=category,
        keyword=keyword,
        explanation=None if notice is None else notice.explanation,
        language=language,
        country=country,
        surface=surface,
        imminent_danger=danger,
        possible_minor=minor,
        received_at=timestamp(received_at),
        erased=notice is None,
    )


def _is_of_known_harm(row: Sequence[Any]) -> bool:
    """Whether the reader works on its harm, of one among many; of a case the query has asked."""
    case_id, category, keyword, known = row[1], row[4], row[5], row[-1]
    if case_id is not None or known is None or category is None:
        return True
    family = harm_family(Category(category), keyword=None if keyword is None else Keyword(keyword))
    return family in known


def _decision(row: Sequence[Any], *, keys: KeySet) -> EarlierDecision:
    decision_id, case_id, decided_at, outcome, category, keyword, ground, version, *more = row
    sealed_key, sealed_body, bulk_id, undone_at, _ = more
    body = _opened(decision_id, sealed_key=sealed_key, sealed_body=sealed_body, keys=keys)
    words = None if body is None else _read_words(body)
    return EarlierDecision(
        id=str(decision_id),
        case_id=None if case_id is None else str(case_id),
        bulk_id=None if bulk_id is None else str(bulk_id),
        decided_at=timestamp(decided_at),
        undone_at=None if undone_at is None else timestamp(undone_at),
        outcome=outcome,
        category=category,
        keyword=keyword,
        ground=ground,
        guideline_version=version,
        facts=None if words is None else words.facts,
        explanation=None if words is None else words.explanation,
    )


def _added(row: Sequence[Any], *, keys: KeySet) -> AddedView:
    evidence_id, notice_id, received_at, sealed_key, sealed_body = row
    body = _opened(evidence_id, sealed_key=sealed_key, sealed_body=sealed_body, keys=keys)
    return AddedView(
        notice_id=str(notice_id),
        received_at=timestamp(received_at),
        text=None if body is None else msgspec.json.decode(body)["text"],
    )


def _look(row: Sequence[Any]) -> LookView:
    looked_at, result, why, basis, signals = row
    return LookView(
        looked_at=timestamp(looked_at),
        result=Result(result),
        why=why,
        basis=basis,
        detectors=msgspec.convert(signals, list[Signal]),
    )


def _opened(
    row_id: UUID, *, sealed_key: bytes | None, sealed_body: bytes | None, keys: KeySet
) -> bytes | None:
    if sealed_key is None or sealed_body is None:
        return None
    return keys.open(Sealed(sealed_key, sealed_body), row=row_id.bytes)[COMMITMENT_NONCE_BYTES:]


def _when(instant: datetime | None) -> str | None:
    return None if instant is None else timestamp(instant)
