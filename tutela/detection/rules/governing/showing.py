"""The versions of policies that a service keeps, and how each came to stand where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import Sealed
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.database.pool import Connection, tenant_transaction
from tutela.detection.rules.governing.room import Owned, RuleRoom, UnknownRule
from tutela.domain import rules
from tutela.domain.canonical import timestamp
from tutela.domain.rules import ASKED, RuleState
from tutela.ledger.facts import open_fact

_sql = queries.load("tutela.detection.rules.governing", file="versions.sql")
_acts_sql = queries.load("tutela.detection.rules.governing", file="acts.sql")


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to a version, by whom and why."""

    event: str
    at: str
    #: Null where a time was over.
    by: str | None
    reason: str


class RuleVersion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of a policy."""

    id: str
    policy: str
    version: int
    title: str
    owner: str
    #: What follows from a match while it is live.
    action: str
    state: str
    proposed_by: str
    created_at: str
    expires_at: str
    precision_min: float | None = None
    approved_by: str | None = None
    promoted_by: str | None = None
    shadow_at: str | None = None
    live_at: str | None = None
    #: Who waits for another person's answer, and until when.
    asked_by: str | None = None
    answer_by: str | None = None
    #: Of one version: its text, and what was done to it, the oldest first.
    text: str | None = None
    history: list[RuleChange] | None = None


class RulePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of versions, the newest first; `next` is what the next one comes after."""

    versions: list[RuleVersion]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """At most `limit` versions `after` an id, in some states or in any, of a policy or of all."""

    limit: int
    after: UUID | None = None
    states: tuple[str, ...] | None = None
    policy: str | None = None


#: What is asked about events now, and what waits for a second person.
IN_FORCE: Final = Wanted(limit=200, states=tuple(str(each) for each in rules.IN_FORCE))
STANDING: Final = Wanted(limit=200, states=(str(RuleState.PROPOSED), *(IN_FORCE.states or ())))


async def list_versions(room: RuleRoom, *, caller: Caller, wanted: Wanted) -> RulePage:
    """A page of the versions of the caller's service."""
    states = None if wanted.states is None else list(wanted.states)
    asked = {**_owned(caller).columns, "states": states, "policy": wanted.policy}
    asked |= {"after": wanted.after, "limit": wanted.limit + 1}
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        rows = await (await connection.execute(_sql.page, asked)).fetchall()
    shown = [_view(row) for row in rows[: wanted.limit]]
    return RulePage(versions=shown, next=shown[-1].id if len(rows) > wanted.limit else None)


async def show_version(room: RuleRoom, *, caller: Caller, version_id: UUID) -> RuleVersion:
    """One version with its text and its history; raises UnknownRule."""
    async with tenant_transaction(room.pool, tenant=caller.tenant) as connection:
        row = await one_row(connection, caller=caller, version_id=version_id)
        history = await _history(connection, room=room, caller=caller, subject=version_id)
    *told, sealed_key, sealed_body = row
    text = room.keys.open(Sealed(sealed_key, sealed_body), row=version_id.bytes).decode()
    return msgspec.structs.replace(_view(told), text=text, history=history)


async def one_row(connection: Connection, *, caller: Caller, version_id: UUID) -> Sequence[Any]:
    """The row of one version, its text sealed at the end; raises UnknownRule."""
    asked = {**_owned(caller).columns, "id": version_id}
    row: Sequence[Any] | None = await (await connection.execute(_sql.one, asked)).fetchone()
    if row is None:
        raise UnknownRule("This service keeps no such version of a rule.")
    return row


async def _history(
    connection: Connection, *, room: RuleRoom, caller: Caller, subject: UUID
) -> list[RuleChange]:
    cursor = await connection.execute(
        _acts_sql.changes_of, {**_owned(caller).columns, "id": subject}
    )
    told = []
    for change_id, event, person, at, *sealed in await cursor.fetchall():
        said = msgspec.json.decode(open_fact(Sealed(*sealed), fact_id=change_id, keys=room.keys))
        told.append(
            RuleChange(event=event, at=timestamp(at), by=person, reason=said.get("reason", ""))
        )
    return told


def _owned(caller: Caller) -> Owned:
    return Owned(tenant=caller.tenant, service=caller.service)


def _view(row: Sequence[Any]) -> RuleVersion:
    version_id, policy, version, title, owner, action, state, precision_min, *rest = row
    proposed_by, approved_by, promoted_by, asked_by, answer_by, *times = rest
    created_at, shadow_at, live_at, expires_at = times
    waits = RuleState(state) in ASKED
    return RuleVersion(
        id=str(version_id),
        policy=policy,
        version=version,
        title=title,
        owner=owner,
        action=action,
        state=state,
        proposed_by=proposed_by,
        created_at=timestamp(created_at),
        expires_at=timestamp(expires_at),
        precision_min=precision_min,
        approved_by=approved_by,
        promoted_by=promoted_by,
        shadow_at=_told(shadow_at),
        live_at=_told(live_at),
        asked_by=asked_by if waits else None,
        answer_by=_told(answer_by) if waits else None,
    )


def _told(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)
