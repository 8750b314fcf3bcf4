"""What a version would have come to on the last week's public content, beside what is live."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.access.whose import Whose
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.rules.facts import facts_of
from tutela.detection.rules.governing.reading import check_one, read_one
from tutela.detection.rules.governing.room import RuleRoom
from tutela.detection.rules.governing.showing import one_row
from tutela.detection.rules.policies import Policies, RuleOutcome, evaluate
from tutela.detection.sample.trying import Kept, Languages, OfLanguage, last_week, of_languages
from tutela.domain.canonical import timestamp
from tutela.domain.signals import Result

EXAMPLES_MAX: Final = 20
_SHARE_DIGITS: Final = 6
_NS_A_MICROSECOND: Final = 1_000

_sql = queries.load("tutela.detection.rules.governing", file="events.sql")


class RuleExample(msgspec.Struct, frozen=True, kw_only=True):
    """One event on which the version matches, or on which it and the live one differ."""

    #: Its id, masked.
    content: str
    at: str
    language: str | None
    result: Result
    #: What the live version says; null where there is none.
    live: Result | None


class RulePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a version would have come to; every figure is of what was kept, which is a sample."""

    policy: str
    version: int
    #: What would have followed from each match.
    action: str
    events: int
    #: Of the first and the last of them.
    from_: str | None = msgspec.field(name="from")
    to: str | None
    matches: int
    no_matches: int
    unavailable: int
    why: dict[str, int]
    share: float
    by_language: list[OfLanguage]
    #: The live version that it is held against.
    live_version: int | None
    live_only: int
    this_only: int
    known_to_one: int
    examples: list[RuleExample]
    #: What one event costs: in the middle here, and at most by the bounds of the language.
    median_us: float
    steps_max: int


@dataclass(slots=True)
class _Tally:
    results: Counter[Result] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)
    languages: Languages = field(default_factory=dict)
    pairs: Counter[str] = field(default_factory=Counter)
    differing: list[RuleExample] = field(default_factory=list)
    matching: list[RuleExample] = field(default_factory=list)
    spent_ns: list[int] = field(default_factory=list)


async def preview(room: RuleRoom, *, caller: Caller, version_id: UUID) -> RulePreview:
    """What a version that was asked for would have come to.

    Raises Forbidden, UnknownRule, and RulesUnfit where the version is not fit any more.
    """
    refuse_unless(caller.role, right=Right.SEE_LISTS)
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        *_, key, body = await one_row(connection, caller=caller, version_id=version_id)
    text = room.keys.open(Sealed(key, body), row=version_id.bytes).decode()
    return await preview_of(room, caller=caller, text=text)


async def preview_of(room: RuleRoom, *, caller: Caller, text: str) -> RulePreview:
    """What the one policy of a text would have come to; nothing is written.

    Raises Forbidden, RulesUnfit with the place of each fault.
    """
    refuse_unless(caller.role, right=Right.SEE_LISTS)
    written = await asyncio.to_thread(read_one, text, vocabulary=room.vocabulary)
    policies = await asyncio.to_thread(check_one, written, vocabulary=room.vocabulary)
    whose = Whose.of(caller)
    asked = {**whose.columns, "policy": written.policy.id}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        week = await last_week(connection, whose=whose, now=room.clock())
        live = await _live(connection, room=room, asked=asked)
    kept = await week.opened(room.keys)
    return await asyncio.to_thread(_previewed, policies, kept=kept, live=live)


async def _live(
    connection: Connection, *, room: RuleRoom, asked: dict[str, Any]
) -> Policies | None:
    row = await (await connection.execute(_sql.text_of_live, asked)).fetchone()
    if row is None:
        return None
    version_id, _, *sealed = row
    text = room.keys.open(Sealed(*sealed), row=version_id.bytes).decode()
    written = read_one(text, vocabulary=room.vocabulary)
    return check_one(written, vocabulary=room.vocabulary)


def _previewed(policies: Policies, *, kept: Sequence[Kept], live: Policies | None) -> RulePreview:
    tally = _Tally()
    for each in kept:
        before = time.perf_counter_ns()
        mine = _said(policies, kept=each)
        tally.spent_ns.append(time.perf_counter_ns() - before)
        other = None if live is None else _said(live, kept=each)
        _hear(tally, kept=each, mine=mine, live=other)
    return _told(policies, kept=kept, tally=tally, live=live)


def _said(policies: Policies, *, kept: Kept) -> RuleOutcome | None:
    event = kept.event
    facts = facts_of(
        event.event, signals=event.signals, basis=event.basis, vocabulary=policies.vocabulary
    )
    return next(iter(evaluate(policies, facts=facts)), None)


def _hear(tally: _Tally, *, kept: Kept, mine: RuleOutcome | None, live: RuleOutcome | None) -> None:
    result = Result.NO_MATCH if mine is None else mine.result
    tally.results[result] += 1
    if mine is not None and mine.why is not None:
        tally.why[str(mine.why)] += 1
    of_language = tally.languages.setdefault(kept.language, [0, 0])
    of_language[0] += 1
    of_language[1] += result is Result.MATCH
    kind = None if live is None else _difference(result, live=live.result)
    if kind is not None:
        tally.pairs[kind] += 1
    into = tally.differing if kind is not None else tally.matching
    if (kind is not None or result is Result.MATCH) and len(into) < EXAMPLES_MAX:
        into.append(_example(kept, result=result, live=None if live is None else live.result))


def _difference(mine: Result, *, live: Result) -> str | None:
    if mine is live:
        return None
    if Result.UNAVAILABLE in (mine, live):
        return "known_to_one"
    return "live_only" if live is Result.MATCH else "this_only"


def _example(kept: Kept, *, result: Result, live: Result | None) -> RuleExample:
    return RuleExample(
        content=kept.masked_id,
        at=timestamp(kept.at),
        language=kept.language,
        result=result,
        live=live,
    )


def _told(
    policies: Policies, *, kept: Sequence[Kept], tally: _Tally, live: Policies | None
) -> RulePreview:
    policy, results = policies.policies[0], tally.results
    checked = [each for of in policies.by_event.values() for each in of.checked]
    return RulePreview(
        policy=policy.id,
        version=policy.version,
        action=str(policy.action.do),
        events=len(kept),
        from_=timestamp(kept[0].at) if kept else None,
        to=timestamp(kept[-1].at) if kept else None,
        matches=results[Result.MATCH],
        no_matches=results[Result.NO_MATCH],
        unavailable=results[Result.UNAVAILABLE],
        why=dict(tally.why.most_common()),
        share=round(results[Result.MATCH] / len(kept), _SHARE_DIGITS) if kept else 0.0,
        by_language=of_languages(tally.languages),
        live_version=None if live is None else live.policies[0].version,
        live_only=tally.pairs["live_only"],
        this_only=tally.pairs["this_only"],
        known_to_one=tally.pairs["known_to_one"],
        examples=[*tally.differing, *tally.matching][:EXAMPLES_MAX],
        median_us=round(median(tally.spent_ns or [0]) / _NS_A_MICROSECOND, 1),
        steps_max=max((each.program.cost.steps for each in checked), default=0),
    )
