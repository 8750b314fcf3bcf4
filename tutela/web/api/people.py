"""`/v1/people`: who may log in as what; changed by two admins, shut out by one."""

from typing import Annotated
from uuid import UUID

import msgspec

from tutela.domain.canonical import timestamp
from tutela.domain.vocabulary import Role
from tutela.intake.reading import read_struct
from tutela.staff import changing, showing
from tutela.staff.room import (
    REASON_MAX,
    Change,
    ChangeKind,
    Done,
    StaffRoom,
    UnknownStaffChange,
    Wanted,
)
from tutela.staff.showing import ActDone, ActsAsked, Member
from tutela.web.answer import Answer, answer
from tutela.web.api.cases import refuse_said
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

NAME_MAX = 64
NOTHING_TO_SAY = Answer(204, b"")

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the staff."""

    name: str
    role: str
    created_at: str
    shut_out_at: str | None
    logged_in_at: str | None
    guesses: int
    has_password: bool
    has_authenticator: bool


class StaffChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change that waits for another admin."""

    id: str
    kind: ChangeKind
    name: str
    role: str
    reason: str
    proposed_by: str
    proposed_at: str
    ends_at: str


class StaffShown(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody, by name, whoever is shut out last; and what waits, the oldest first."""

    people: list[StaffMember]
    waiting: list[StaffChange]


class StaffActShown(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done: to whom, by whom and why."""

    id: str
    event: str
    at: str
    kind: str
    role: str
    name: str
    by: str
    reason: str
    is_agreed: bool


class StaffActs(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, the newest first."""

    acts: list[StaffActShown]
    next: str | None


class StaffChangeAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/people/changes`."""

    kind: ChangeKind
    name: _Name
    reason: _Reason
    role: Role | None = None


class StaffChangeDone(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a change: it holds, or waits for another admin."""

    id: str
    is_made: bool
    name: str
    password: str | None


class StaffNamed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom it is about, and why."""

    name: _Name
    reason: _Reason


class StaffLoggedOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many sessions ended."""

    sessions: int


def show_people(room: StaffRoom) -> Handler:
    """200 with everybody and with what waits."""

    async def handle(asked: Asked) -> Answer:
        staff = await showing.show(room, caller=asked.caller)
        people = [_member(each) for each in staff.people]
        waiting = [_change(each) for each in staff.waiting]
        return answer(StaffShown(people=people, waiting=waiting))

    return handle


def show_acts(room: StaffRoom) -> Handler:
    """200 with a page of what was done."""

    async def handle(asked: Asked) -> Answer:
        page = page_asked(asked, states=())
        wanted = ActsAsked(limit=page.limit + 1, after=page.after)
        found = await showing.acts(room, caller=asked.caller, asked=wanted)
        shown = [_act(each) for each in found[: page.limit]]
        following = shown[-1].id if len(found) > len(shown) else None
        return answer(StaffActs(acts=shown, next=following))

    return handle


def propose(room: StaffRoom) -> Handler:
    """201 with the change, waiting or made; 200 with the one that the caller asked for before."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=StaffChangeAsked)
        wanted = Wanted(kind=said.kind, name=said.name, role=said.role, reason=said.reason)
        done = await changing.propose(room, caller=asked.caller, wanted=wanted)
        return answer(_done(done), status=201 if done.is_new else 200)

    return handle


def agree(room: StaffRoom) -> Handler:
    """200 with the change, which holds; a new password is told this once."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        done = await changing.agree(room, caller=asked.caller, change_id=_change_id(asked))
        return answer(_done(done))

    return handle


def refuse(room: StaffRoom) -> Handler:
    """204 once the change is off."""

    async def handle(asked: Asked) -> Answer:
        refuse_said(asked)
        await changing.refuse(room, caller=asked.caller, change_id=_change_id(asked))
        return NOTHING_TO_SAY

    return handle


def shut_out(room: StaffRoom) -> Handler:
    """204 once the person is out."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=StaffNamed)
        await changing.shut_out(room, caller=asked.caller, name=said.name, reason=said.reason)
        return NOTHING_TO_SAY

    return handle


def log_out(room: StaffRoom) -> Handler:
    """200 with how many sessions ended."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=StaffNamed)
        ended = await changing.log_out(
            room, caller=asked.caller, name=said.name, reason=said.reason
        )
        return answer(StaffLoggedOut(sessions=ended))

    return handle


def _change_id(asked: Asked) -> UUID:
    found = uuid_or_none(asked.path["change_id"])
    if found is None:
        raise UnknownStaffChange("There is no such change.")
    return found


def _member(of: Member) -> StaffMember:
    return StaffMember(
        name=of.name,
        role=str(of.role),
        created_at=timestamp(of.created_at),
        shut_out_at=None if of.shut_out_at is None else timestamp(of.shut_out_at),
        logged_in_at=None if of.logged_in_at is None else timestamp(of.logged_in_at),
        guesses=of.guesses,
        has_password=of.has_password,
        has_authenticator=of.has_factor,
    )


def _change(of: Change) -> StaffChange:
    return StaffChange(
        id=str(of.id),
        kind=of.kind,
        name=of.name,
        role=str(of.role),
        reason=of.reason,
        proposed_by=of.proposed_by,
        proposed_at=timestamp(of.proposed_at),
        ends_at=timestamp(of.ends_at),
    )


def _act(of: ActDone) -> StaffActShown:
    return StaffActShown(
        id=str(of.id), event=of.event, at=timestamp(of.at), **msgspec.structs.asdict(of.said)
    )


def _done(of: Done) -> StaffChangeDone:
    return StaffChangeDone(id=str(of.id), is_made=of.is_made, name=of.name, password=of.password)
