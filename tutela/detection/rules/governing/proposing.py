"""Somebody asks for a version of a policy: checked, sealed, ledgered, and without effect."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from tutela.access.roles import Right, refuse_unless
from tutela.access.tokens import Caller
from tutela.database import queries
from tutela.detection.rules.governing import due
from tutela.detection.rules.governing.reading import check_one, read_one
from tutela.detection.rules.governing.room import (
    ANSWER,
    Act,
    Acting,
    Reason,
    RuleRoom,
    RuleTaken,
    RuleUnfit,
    acting,
    refuse_blank,
    write,
)
from tutela.detection.rules.policy import Policy
from tutela.domain.canonical import timestamp
from tutela.domain.rules import RuleState
from tutela.errors import FieldError

TEXT_MAX_CODE_POINTS: Final = 200_000
USUAL_DAYS: Final = 180
DAYS_MAX: Final = 366
#: States of versions that stood in force once, or do now.
_STOOD: Final = frozenset(
    {RuleState.SHADOW, RuleState.LIVE, RuleState.LEAVING}
    | {RuleState.REPLACED, RuleState.RETIRED, RuleState.EXPIRED}
)

_sql = queries.load("tutela.detection.rules.governing", file="versions.sql")


Text = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX_CODE_POINTS)]


class RuleText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rules/preview`: one policy, without effect."""

    text: Text


class RuleProposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rules/versions`: one policy as `tutela rules check` reads it."""

    #: The YAML of a file of policies that holds this one policy.
    text: Text
    reason: Reason
    #: From now to its end.
    days: Annotated[int, msgspec.Meta(ge=1, le=DAYS_MAX)] = USUAL_DAYS
    #: The share of its matches that people are to confirm at least.
    precision_min: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None


class RuleProposed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of `POST /v1/rules/versions`."""

    id: str
    policy: str
    version: int
    state: str
    expires_at: str
    #: Until when another person has to agree.
    answer_by: str


async def propose(
    room: RuleRoom, *, caller: Caller, proposal: RuleProposal
) -> tuple[RuleProposed, bool]:
    """What was asked for, and whether it is new: the same text asked for again is the same.

    Raises Forbidden, NeedsPerson, RulesUnfit with the place of each fault, RuleUnfit, RuleTaken;
    nothing is written then.
    """
    refuse_unless(caller.role, right=Right.PROPOSE_RULES)
    refuse_blank(proposal.reason)
    policy = await asyncio.to_thread(_checked, proposal.text, room=room)
    if policy.id in await room.ids_in_files():
        raise RuleTaken(
            f"The rule {policy.id} stands in the files of the operator; change it there."
        )
    async with acting(room, caller=caller, right=Right.PROPOSE_RULES) as by:
        await due.settle(by.connection, room=room, owned=by.owned, now=by.now)
        row = _row(proposal, policy=policy, by=by, room=room)
        earlier = await _earlier(by, row=row)
        if earlier is None:
            await by.connection.execute(_sql.add_version, row)
            await write(
                by.connection, room=room, owned=by.owned, act=_act(row, by=by, why=proposal)
            )
            return _told(row), True
    return _told({**row, "id": earlier}), False


def _checked(text: str, *, room: RuleRoom) -> Policy:
    if "\0" in text:
        raise RuleUnfit("The text can't be kept.", errors=[FieldError("/text", "holds U+0000")])
    written = read_one(text, vocabulary=room.vocabulary)
    check_one(written, vocabulary=room.vocabulary)
    return written.policy


def _row(proposal: RuleProposal, *, policy: Policy, by: Acting, room: RuleRoom) -> dict[str, Any]:
    version_id = room.new_id(by.now)
    sealed = room.keys.seal(proposal.text.encode(), row=version_id.bytes)
    expires_at = by.now + timedelta(days=proposal.days)
    return {
        **by.columns,
        "id": version_id,
        "policy": policy.id,
        "version": policy.version,
        "title": policy.title,
        "owner": policy.owner,
        "action": str(policy.action.do),
        "state": str(RuleState.PROPOSED),
        "text_key": room.text_key(proposal.text),
        "sealed_key": sealed.key,
        "sealed_body": sealed.body,
        "precision_min": proposal.precision_min,
        "answer_by": min(by.now + ANSWER, expires_at),
        "expires_at": expires_at,
    }


async def _earlier(by: Acting, *, row: dict[str, Any]) -> UUID | None:
    """The id under which the same is asked for already; RuleTaken where something else stands."""
    rows = await (await by.connection.execute(_sql.of_policy, row)).fetchall()
    for version_id, version, state, text_key, proposed_by in rows:
        if RuleState(state) is RuleState.PROPOSED:
            same = bytes(text_key) == row["text_key"] and proposed_by == by.person
            if same:
                return UUID(str(version_id))
            raise RuleTaken(f"Version {version} of {row['policy']} waits for a second person.")
    newest = max((each[1] for each in rows if RuleState(each[2]) in _STOOD), default=0)
    if row["version"] <= newest:
        raise RuleUnfit(
            f"Version {newest} of {row['policy']} stood in force; give this one a higher number.",
            errors=[FieldError("/text/version", f"higher than {newest}")],
        )
    return None


def _act(row: dict[str, Any], *, by: Acting, why: RuleProposal) -> Act:
    return Act(
        event="proposed",
        at=by.now,
        person=by.person,
        subject=row["id"],
        projection={
            "rule": str(row["id"]),
            "policy": row["policy"],
            "version": row["version"],
            "state": row["state"],
            "expires_at": timestamp(row["expires_at"]),
        },
        reason=why.reason,
        said={"text": row["text_key"].hex()},
    )


def _told(row: dict[str, Any]) -> RuleProposed:
    answer_by: datetime = row["answer_by"]
    return RuleProposed(
        id=str(row["id"]),
        policy=row["policy"],
        version=row["version"],
        state=row["state"],
        expires_at=timestamp(row["expires_at"]),
        answer_by=timestamp(answer_by),
    )
