"""The open items of a case as they were shown: what came in later is not answered unseen."""

from dataclasses import dataclass
from uuid import UUID

from tutela.access.keys import KeySet, Sealed
from tutela.access.sight import sight
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Pool, tenant_transaction
from tutela.domain.notice import Subject
from tutela.errors import TutelaError
from tutela.intake.acknowledgement import item_id
from tutela.intake.opening import notice_in
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES
from tutela.review.case_view import OPEN_ITEMS_MAX

_sql = queries.load("tutela.review")
_shown_sql = queries.load("tutela.review", file="shown.sql")


class CaseMoved(TutelaError):
    """Items were answered, or others came in, since the page was made."""

    code = "case_moved"
    title = "The case changed while you looked at it"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page said of the open items: how many, and the last by its id."""

    count: int
    last: str


async def open_items(pool: Pool, *, caller: Caller, case_id: UUID) -> list[str]:
    """The ids of what a decision can name now, in their order."""
    named = {**sight(caller), "id": case_id, "limit": OPEN_ITEMS_MAX}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_sql.open_items_of_case, named)
        return [item_id(notice, ordinal=ordinal) for notice, ordinal in await cursor.fetchall()]


async def subject_of(pool: Pool, *, caller: Caller, case_id: UUID, keys: KeySet) -> Subject | None:
    """What the case is about, as its first notice names it; None where all were erased."""
    named = {**sight(caller), "id": case_id}
    async with tenant_transaction(pool, tenant=caller.tenant) as connection:
        cursor = await connection.execute(_shown_sql.sealed_notice_of_case, named)
        row = await cursor.fetchone()
    if row is None:
        return None
    notice_id, ordinal, sealed_key, sealed_body = row
    opened = keys.open(Sealed(sealed_key, sealed_body), row=notice_id.bytes)
    return notice_in(opened[COMMITMENT_NONCE_BYTES:]).subjects[int(ordinal)]


def as_shown(items: list[str], *, shown: Shown) -> list[str]:
    """The items that the page was about. Raises CaseMoved where it is not the same ones any more.

    Ids of notices grow with time, so what came in later stands behind the last one that was shown.
    """
    if shown.count == 0 or shown.last not in items:
        raise _moved()
    upto = items[: items.index(shown.last) + 1]
    if len(upto) != shown.count:
        raise _moved()
    return upto


def _moved() -> CaseMoved:
    return CaseMoved(
        "Other items are open than those that this page showed. What you wrote is still here:"
        " open the case again, look at what is new, and decide."
    )
