"""The ids of accounts: sealed beside the digests that stored edges hold, opened for few."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import structlog

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.access.whose import Whose
from tutela.cases.identity import subject_key
from tutela.database import queries
from tutela.database.pool import Connection
from tutela.domain.notice import Subject
from tutela.domain.vocabulary import SubjectKind

#: Shorter ids are told by their length alone.
_SHOWN_FROM = 4

_sql = queries.load("tutela.networks.stored", file="edges.sql")
_log = structlog.get_logger(__name__)


class Telling(StrEnum):
    """How ids of accounts are told."""

    #: Whole to those who may read them, masked to others.
    READABLE = "readable"
    #: Masked to everybody; each is opened by itself, for a reason.
    MASKED = "masked"


def account_key(account_id: str, *, whose: Whose, keys: KeySet) -> bytes:
    """By what an account is found again."""
    return subject_key(
        Subject(kind=SubjectKind.ACCOUNT, id=account_id),
        tenant=whose.tenant,
        service=whose.service,
        digest=keys.subject_digest,
    )


async def keep_names(
    connection: Connection, *, whose: Whose, account_ids: Iterable[str], keys: KeySet, on: date
) -> None:
    """Seals the ids that are not kept yet, in the transaction; the others were seen that day."""
    by_key = {account_key(each, whose=whose, keys=keys): each for each in set(account_ids)}
    if not by_key:
        return
    named = {**whose.columns, "on": on, "account_keys": sorted(by_key)}
    await connection.execute(_sql.see_accounts, named)
    cursor = await connection.execute(_sql.accounts_named, named)
    known = {bytes(key) for (key,) in await cursor.fetchall()}
    new = [key for key in sorted(by_key) if key not in known]
    if not new:
        return
    sealed = [keys.seal(by_key[key].encode(), row=_row(key)) for key in new]
    columns = {
        "account_keys": new,
        "sealed_keys": [each.key for each in sealed],
        "sealed_bodies": [each.body for each in sealed],
    }
    await connection.execute(_sql.keep_accounts, {**named, **columns})


async def read_names(
    connection: Connection, *, whose: Whose, account_keys: Sequence[bytes], keys: KeySet
) -> dict[bytes, str]:
    """The ids of those accounts that can be named."""
    named = {**whose.columns, "account_keys": list(account_keys)}
    cursor = await connection.execute(_sql.sealed_accounts, named)
    opened = (
        (bytes(key), open_name(Sealed(*sealed), key=bytes(key), keys=keys))
        for key, *sealed in await cursor.fetchall()
    )
    return {key: name for key, name in opened if name is not None}


def open_name(sealed: Sealed, *, key: bytes, keys: KeySet) -> str | None:
    """An account's id; None where the seal is broken, which holds up no other."""
    try:
        return keys.open(sealed, row=_row(key)).decode()
    except SealBroken as error:
        _log.warning("account_unreadable", code=error.code)
        return None


def mask(account_id: str) -> str:
    """First and last sign and the length of an id; of a short one the length alone."""
    if len(account_id) < _SHOWN_FROM:
        return f"… ({len(account_id)})"
    return f"{account_id[0]}…{account_id[-1]} ({len(account_id)})"


def _row(key: bytes) -> bytes:
    return b"network_account" + key
