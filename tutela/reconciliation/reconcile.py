"""Everything that was accepted, held against everything that is open or answered."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from tutela.database import queries
from tutela.database.pool import Connection, Pool, every_tenant_transaction
from tutela.decisions.carrying import not_carried_out
from tutela.decisions.unheard import UNANSWERED_MAX
from tutela.domain import canonical
from tutela.domain.harm import harm_family
from tutela.domain.vocabulary import Category, Keyword
from tutela.ledger.receipts import INCLUSION_SECONDS
from tutela.reconciliation.report import (
    Fault,
    FlaggerQueue,
    Found,
    Reconciliation,
    Total,
    conclude,
    fault,
)

KEEP_RUNS = timedelta(days=7)

_sql = queries.load("tutela.reconciliation")
_checks = queries.load("tutela.reconciliation", file="checks.sql")

#: The one check that the database can't make alone: the families are the domain's.
FAMILY_MIXED: Final = "family_mixed"

#: Alarms that put nothing accepted in doubt: doors that refuse, others that do not take.
ALARMS: Final = frozenset(
    {"refusals_rising", "endpoint_missing", "endpoint_gone", "filing_late", "filing_refused"}
    | {"witness_behind", "list_stale", "exchange_failed"}
    | {"guard_stale", "guard_probing", "guard_emergency", "guard_objection"}
    | {"guard_leaks", "guard_lagging", "guard_unseen", "guard_over_blocked"}
    | {"login_guesses", "guard_drift_late"}
)

#: What each check means to the person who reads it, in the order of gravity.
MEANINGS: Final[dict[str, str]] = {
    "item_missing": "A notice has fewer items than it was acknowledged with.",
    "notice_missing": "The ledger knows a fact whose record is gone.",
    "service_unknown": "A notice lies under a service that nobody reviews.",
    "open_item_in_closed_case": "An item waits for an answer in a closed case.",
    "case_missing": "An item has no case.",
    "marks_mixed": "A real notice stands among probes, or a probe among real notices.",
    FAMILY_MIXED: "An item stands in a case about another harm, where nobody weighs its own.",
    "lease_stuck": "One reviewer has kept a case from everyone else for too long.",
    "answer_missing": "An item was decided and its notifier not answered.",
    "decision_incomplete": "A decision lacks items, statements, measures or instructions.",
    "bulk_incomplete": "A decision about many lacks decisions or notices that it led to.",
    "incident_incomplete": "Items that a fault touched are missing from its frozen set.",
    "incident_left": "A fault was named, and what it touched is not made good.",
    "inclusion_late": "A receipt's promise is broken: the ledger is behind.",
    "frontier_wrong": "The ledger's size is not the number of its leaves.",
    "log_forked": "A witness was shown two histories of the log, both signed here.",
    "declaration_gap": "The platform says it sent more than came in.",
    "outbox_dead": "An instruction to the platform was given up.",
    "outbox_stuck": "An instruction to the platform is not being delivered.",
    "endpoint_missing": "Instructions wait, and the platform has set no endpoint to send them to.",
    "endpoint_gone": "The platform said that its endpoint is gone: nothing is sent to it any more.",
    "measure_left": "A measure should have ended, and the platform was not told to lift it.",
    "measure_failed": "The platform said that a measure in force is not.",
    "measure_unconfirmed": "The platform took a measure and never confirmed it, although asked.",
    "filing_refused": "The Transparency Database refused a statement of reasons.",
    "filing_late": "A statement of reasons is not in the Transparency Database for too long.",
    "witness_behind": "A witness that was asked to hold our heads has not for too long.",
    "list_stale": "A list is older than it may be: what is not on it may be known by now.",
    "exchange_failed": "A hotline's exchange that a list follows could not be read.",
    "guard_stale": "A process answers by a version of the guard that is too old.",
    "guard_probing": "Somebody tries out what the guard lists.",
    "guard_emergency": "One person's word changed what the guard shows; another must look at it.",
    "guard_objection": "An objection against the guard has waited for days.",
    "guard_leaks": "A surface of the platform shows what the guard blocks.",
    "guard_lagging": "A change of the guard does not hold on a surface for longer than a minute.",
    "guard_unseen": "A surface of the platform gave no answer: what it shows is not known.",
    "guard_over_blocked": "A surface of the platform shows nothing for what must be shown.",
    "guard_drift_late": "Nobody looks for what rises with those who used what is blocked.",
    "login_guesses": "Somebody guesses at passwords or codes of the staff.",
    "canary_lost": "A probe did not come through.",
    "canary_silent": "No probe travels a route.",
    "process_silent": "A process of the house has fallen silent.",
    "refusals_rising": "A door refuses more than it takes.",
    "clock_wrong": "Notices were refused because a clock was wrong.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From when on something is wrong; times in seconds."""

    lease_seconds_max: float = 8 * 3600
    inclusion_seconds: float = INCLUSION_SECONDS
    outbox_seconds_max: float = 900
    canary_seconds_max: float = 600
    beat_seconds_max: float = 15
    witness_seconds_max: float = 900
    #: How long a statement may wait for the Transparency Database; without one, for ever.
    filing_seconds_max: float = 1e9
    refusals_least: int = 20
    ending_seconds_max: float = 900
    incident_seconds_max: float = 24 * 3600
    unanswered_max: int = UNANSWERED_MAX
    #: Failed logins in an hour that people may make by mistake.
    guesses_max: int = 100
    kinds: tuple[str, ...] = ("web", "worker", "courier", "sequencer")
    doors: tuple[str, ...] = ("activitypub", "api", "batch", "coop", "form", "osprey", "xrpc")


async def reconcile(pool: Pool, *, now: datetime, limits: Limits) -> Reconciliation:
    """How all tenants stand now; every check is one statement, and so one snapshot."""
    asked = {"now": now, **asdict(limits), "kinds": list(limits.kinds)}
    asked["doors"] = list(limits.doors)
    async with every_tenant_transaction(pool, limit_seconds=None) as connection:
        totals = [
            Total(*_whole(row)) for row in await _rows(connection, sql=_sql.totals, asked=asked)
        ]
        flaggers = [
            FlaggerQueue(tenant, service, channel, open_, overdue, canonical.timestamp(oldest))
            for tenant, service, channel, open_, overdue, oldest in await _rows(
                connection, sql=_sql.flagger_queues, asked=asked
            )
        ]
        waiting = await not_carried_out(connection)
        faults = [
            _fault(check, rows=rows)
            for check in MEANINGS
            if (rows := await _found(connection, check=check, asked=asked))
        ]
    return conclude(
        totals,
        faults=faults,
        at=canonical.timestamp(now),
        flaggers=flaggers,
        not_carried_out=waiting,
    )


def is_lost(report: Reconciliation) -> bool:
    """Whether anything that was accepted is in doubt; what is in `ALARMS` is not that."""
    return report.lost > 0 or any(fault.check not in ALARMS for fault in report.faults)


async def keep(
    pool: Pool, *, report: Reconciliation, run_id: UUID, now: datetime, seconds: float
) -> None:
    """Writes a run down for those who ask, and forgets those of more than a week ago."""
    async with every_tenant_transaction(pool, limit_seconds=None) as connection:
        await connection.execute(
            _sql.keep_run,
            {
                "id": run_id,
                "at": now,
                "seconds": seconds,
                "ok": report.ok,
                "report": msgspec.json.encode(report).decode(),
            },
        )
        await connection.execute(_sql.forget_runs, {"before": now - KEEP_RUNS})


async def last(pool: Pool) -> Reconciliation | None:
    """The newest run that was written down; None where there was none yet."""
    async with every_tenant_transaction(pool, limit_seconds=None) as connection:
        cursor = await connection.execute(_sql.last_run)
        row = await cursor.fetchone()
    return None if row is None else msgspec.convert(row[2], Reconciliation)


async def _found(
    connection: Connection, *, check: str, asked: dict[str, object]
) -> list[tuple[Any, ...]]:
    if check != FAMILY_MIXED:
        return await _rows(connection, sql=getattr(_checks, check), asked=asked)
    kinds = await _rows(connection, sql=_checks.kinds_in_cases, asked=asked)
    return [
        (*item, f"{category} in a case of {family}")
        for family, category, keyword, items in kinds
        if harm_family(Category(category), keyword=keyword and Keyword(keyword)) != family
        for item in items
    ]


def _fault(check: str, *, rows: Sequence[Sequence[Any]]) -> Fault:
    found = [Found(*(str(value) for value in row)) for row in rows]
    return fault(check, meaning=MEANINGS[check], found=found)


def _whole(row: Sequence[Any]) -> list[Any]:
    return [*row[:6], *(int(count) for count in row[6:])]


async def _rows(
    connection: Connection, *, sql: LiteralString, asked: dict[str, object]
) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(sql, asked)
    return await cursor.fetchall()
