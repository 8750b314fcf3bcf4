"""Group commit: notices in flight share one transaction; none is answered before it is durable."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
import structlog

from tutela.database import queries
from tutela.database.errors import DatabaseUnavailable
from tutela.database.grouping import Full, Grouping
from tutela.database.pool import Connection, Pool, tenant_transaction
from tutela.errors import TutelaError
from tutela.intake.preparation import PreparedNotice, possible_minor

GROUP_MAX = 256
WAITING_MAX = 8_192
GROUPS_IN_FLIGHT = 2
#: How many gather behind a group under way before a second one starts: large groups cost less.
CROWD = 48
#: How long an unclear or failed commit is pursued before the caller is told to come back; not at
#: all while the database is known to be away, so that nobody waits behind those who wait in vain.
PURSUIT_SECONDS = 8.0
#: How long one attempt may take; a connection that is half open says nothing for ever.
ATTEMPT_SECONDS = 3.0
#: How long a connection that was given up may take to say so; the driver alone would wait longer.
LETTING_GO_SECONDS = 0.25
PAUSE_SECONDS = 0.05
CLOCK_CONSTRAINT = "notice_clock"

_sql = queries.load("tutela.intake", file="commit.sql")
_log = structlog.get_logger(__name__)

#: Errors after which the same notices are tried again.
_PASSING = (
    DatabaseUnavailable,
    psycopg.errors.UniqueViolation,
)


class IntakeFull(TutelaError):
    """More notices wait for their commit than may; the caller keeps theirs and comes back."""

    code = "intake_full"
    title = "Too many notices at once"
    status = 429


class ClockWrong(TutelaError):
    """The clocks of process and database differ so far that a receipt would be a lie."""

    code = "clock_wrong"
    title = "The service's clock is wrong"
    status = 503


class GroupCommitter:
    """Commits the notices of one tenant; one object a tenant and process."""

    def __init__(self, pool: Pool, *, tenant: str) -> None:
        self._pool = pool
        self._tenant = tenant
        self._patience_seconds = PURSUIT_SECONDS
        self._grouping = Grouping[PreparedNotice, bool | DatabaseUnavailable](
            self._flush,
            group_max=GROUP_MAX,
            waiting_max=WAITING_MAX,
            flights=GROUPS_IN_FLIGHT,
            crowd=CROWD,
        )

    async def commit(self, notice: PreparedNotice) -> bool:
        """True once the notice is durable; False where its key was already taken by an earlier one.

        Raises IntakeFull, ClockWrong, or DatabaseUnavailable where the outcome is no or unknown.
        """
        try:
            outcome = await self._grouping.submit(notice)
        except Full as cause:
            raise IntakeFull(
                detail="Nothing was stored. Send it again with the same key."
            ) from cause
        except psycopg.errors.CheckViolation as cause:
            if cause.diag.constraint_name != CLOCK_CONSTRAINT:
                raise
            raise ClockWrong(detail="Nothing was stored. The operator was told.") from cause
        if isinstance(outcome, DatabaseUnavailable):
            raise DatabaseUnavailable(detail=outcome.detail) from outcome
        return outcome

    async def _flush(
        self, notices: Sequence[PreparedNotice]
    ) -> Sequence[bool | DatabaseUnavailable]:
        patience = self._patience_seconds
        try:
            durable = await pursue(
                self._pool, tenant=self._tenant, notices=notices, patience_seconds=patience
            )
        except DatabaseUnavailable as cause:
            self._patience_seconds = 0.0
            return [cause] * len(notices)
        self._patience_seconds = PURSUIT_SECONDS
        return [notice.id in durable for notice in notices]


async def pursue(
    pool: Pool, *, tenant: str, notices: Sequence[PreparedNotice], patience_seconds: float
) -> set[UUID]:
    """The ids that are durable and new, found out even where a connection broke around COMMIT.

    Raises DatabaseUnavailable once that takes longer than `patience_seconds` and one attempt;
    other database errors as they are.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_seconds
    done: set[UUID] = set()
    left = list(notices)
    unclear = False
    while True:
        try:
            if unclear:
                done |= await _stored(pool, tenant=tenant, ids=[notice.id for notice in left])
                left = [notice for notice in left if notice.id not in done]
            return done | (await write(pool, tenant=tenant, notices=left) if left else set())
        except _PASSING as cause:
            if isinstance(cause, psycopg.errors.UniqueViolation) and not unclear:
                raise
            if loop.time() >= deadline:
                raise DatabaseUnavailable(
                    detail="It is not known to be stored. Send it again with the same key."
                ) from cause
            unclear = True
            _log.warning("commit_unclear", notices=len(left), cause=type(cause).__name__)
            await asyncio.sleep(PAUSE_SECONDS)


async def write(pool: Pool, *, tenant: str, notices: Sequence[PreparedNotice]) -> set[UUID]:
    """One transaction with all rows of the notices; the ids whose key was free."""
    async with _attempt(pool, tenant=tenant) as connection:
        cursor = await connection.execute(
            _sql.commit_notices, _columns(notices, tenant=tenant), prepare=True, binary=True
        )
        return {row[0] for row in await cursor.fetchall()}


@asynccontextmanager
async def _attempt(pool: Pool, *, tenant: str) -> AsyncIterator[Connection]:
    try:
        async with (
            asyncio.timeout(ATTEMPT_SECONDS + LETTING_GO_SECONDS),
            tenant_transaction(pool, tenant=tenant, limit_seconds=ATTEMPT_SECONDS) as connection,
        ):
            yield connection
    except TimeoutError as cause:
        raise DatabaseUnavailable(detail="The database gave no answer in time.") from cause


async def _stored(pool: Pool, *, tenant: str, ids: list[UUID]) -> set[UUID]:
    async with _attempt(pool, tenant=tenant) as connection:
        cursor = await connection.execute(_sql.stored_notices, {"tenant": tenant, "ids": ids})
        return {row[0] for row in await cursor.fetchall()}


def _columns(notices: Sequence[PreparedNotice], *, tenant: str) -> dict[str, object]:
    return {"tenant": tenant, **_notice_columns(notices), **_item_columns(notices)}


def _notice_columns(notices: Sequence[PreparedNotice]) -> dict[str, object]:
    bodies = [each.notice for each in notices]
    speakers = [each.speaker for each in notices]
    return {
        "ids": [each.id for each in notices],
        "services": [speaker.service for speaker in speakers],
        "keys": [each.key for each in notices],
        "channels": [str(speaker.channel) for speaker in speakers],
        "doors": [speaker.door for speaker in speakers],
        "marks": [str(speaker.mark) for speaker in speakers],
        "categories": [str(body.category) for body in bodies],
        "keywords": [_text(body.keyword) for body in bodies],
        "languages": [body.language for body in bodies],
        "countries": [body.country for body in bodies],
        "surfaces": [body.surface for body in bodies],
        "dangers": [bool(body.imminent_danger) for body in bodies],
        "minors": [possible_minor(body) for body in bodies],
        "item_counts": [len(each.items) for each in notices],
        "missing": [" ".join(each.missing) for each in notices],
        "submitted": [body.submitted_at for body in bodies],
        "received": [each.received_at for each in notices],
        "include_by": [each.include_by for each in notices],
        "code_hashes": [each.code_hash for each in notices],
        "key_ids": [each.key_id for each in notices],
        "signatures": [each.signature for each in notices],
        "sealed_keys": [each.sealed.key for each in notices],
        "sealed_bodies": [each.sealed.body for each in notices],
        "contents": [each.leaf.content for each in notices],
        "leaf_hashes": [each.leaf.leaf_hash for each in notices],
        "senders": [speaker.sender for speaker in speakers],
        "due_ats": [each.due_at for each in notices],
    }


def _item_columns(notices: Sequence[PreparedNotice]) -> dict[str, object]:
    pairs = [(each, item) for each in notices for item in each.items]
    return {
        "item_notices": [each.id for each, _ in pairs],
        "ordinals": [item.ordinal for _, item in pairs],
        "kinds": [str(item.subject.kind) for _, item in pairs],
        "subject_keys": [item.subject_key for _, item in pairs],
        "families": [str(each.family) for each, _ in pairs],
        "lanes": [str(each.lane) for each, _ in pairs],
        "dues": [each.due_at for each, _ in pairs],
        "specialists": [each.specialist for each, _ in pairs],
        "case_ids": [item.case_id for _, item in pairs],
        "account_keys": [item.account_key for _, item in pairs],
    }


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)
