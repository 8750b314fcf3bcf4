"""Who may log in as what: seen, changed by two admins, shut out by one."""

from collections.abc import Sequence
from http import HTTPStatus

from tutela.access.roles import Right
from tutela.access.users import PROGRAM_ROLES
from tutela.domain.vocabulary import Role
from tutela.errors import FieldError
from tutela.intake.reading import Unfit
from tutela.staff import changing, showing
from tutela.staff.room import ChangeKind, Done, StaffRoom, UnknownStaffChange, Wanted
from tutela.web.answer import Answer
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Screen
from tutela.web.console.visit import Visit
from tutela.web.paging import uuid_or_none

PLACE = "/console/{service}/people"
_ROLES = tuple(role for role in Role if role not in PROGRAM_ROLES)


def people_screens(room: StaffRoom) -> Sequence[Screen]:
    """The staff, and what an admin does about it."""
    desk = _Desk(room)
    return (
        Screen("GET", PLACE, Right.SEE_PEOPLE, desk.show),
        Screen("POST", f"{PLACE}/changes", Right.CHANGE_PEOPLE, desk.propose),
        Screen("POST", f"{PLACE}/changes/{{change_id}}/agree", Right.CHANGE_PEOPLE, desk.agree),
        Screen("POST", f"{PLACE}/changes/{{change_id}}/refuse", Right.CHANGE_PEOPLE, desk.refuse),
        Screen("POST", f"{PLACE}/shut-out", Right.CHANGE_PEOPLE, desk.shut_out),
        Screen("POST", f"{PLACE}/log-out", Right.CHANGE_PEOPLE, desk.log_out),
    )


class _Desk:
    def __init__(self, room: StaffRoom) -> None:
        self._room = room

    async def show(self, visit: Visit) -> Answer:
        return await self._people(visit)

    async def propose(self, visit: Visit) -> Answer:
        form = visit.form
        kind = form.text("kind")
        if kind not in list(ChangeKind):
            raise Unfit(detail="Choose what is to change.", errors=[FieldError("/kind", "unknown")])
        wanted = Wanted(
            kind=ChangeKind(kind),
            name=form.text("name"),
            role=_role(form.text("role")),
            reason=form.text("reason"),
        )
        return await self._told(
            visit, done=await changing.propose(self._room, caller=visit.caller, wanted=wanted)
        )

    async def agree(self, visit: Visit) -> Answer:
        change_id = uuid_or_none(visit.path["change_id"])
        if change_id is None:
            raise UnknownStaffChange("There is no such change.")
        done = await changing.agree(self._room, caller=visit.caller, change_id=change_id)
        return await self._told(visit, done=done)

    async def refuse(self, visit: Visit) -> Answer:
        change_id = uuid_or_none(visit.path["change_id"])
        if change_id is None:
            raise UnknownStaffChange("There is no such change.")
        await changing.refuse(self._room, caller=visit.caller, change_id=change_id)
        return moved(_place(visit))

    async def shut_out(self, visit: Visit) -> Answer:
        form = visit.form
        await changing.shut_out(
            self._room,
            caller=visit.caller,
            name=form.text("name"),
            reason=form.text("reason"),
        )
        return moved(_place(visit))

    async def log_out(self, visit: Visit) -> Answer:
        form = visit.form
        await changing.log_out(
            self._room,
            caller=visit.caller,
            name=form.text("name"),
            reason=form.text("reason"),
        )
        return moved(_place(visit))

    async def _told(self, visit: Visit, *, done: Done) -> Answer:
        """The page with the password, which is shown this once; else where one comes back to."""
        if done.password is None:
            return moved(_place(visit))
        return await self._people(visit, done=done)

    async def _people(self, visit: Visit, *, done: Done | None = None) -> Answer:
        staff = await showing.show(self._room, caller=visit.caller)
        return page(
            visit,
            template="people.html",
            http_status=HTTPStatus.OK,
            people=staff.people,
            waiting=staff.waiting,
            acts=staff.acts,
            roles=_ROLES,
            made=done,
        )


def _role(text: str) -> Role | None:
    return Role(text) if text in list(Role) else None


def _place(visit: Visit) -> str:
    return f"/console/{visit.service}/people"
