"""`/v1/networks`: searches for networks in what the platform told, their leads and their cases."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

from tutela.app.joint_action import HandingOver, NetworkCaseHandedOver, hand_over
from tutela.decisions.bulk.room import BulkRoom
from tutela.domain.networks import NetworkCaseState, NetworkRunState
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.batch import Line
from tutela.intake.door import usable_key
from tutela.intake.reading import Unfit, read_struct
from tutela.intake.refusals import Refusal
from tutela.networks.stored import showing
from tutela.networks.stored.asking import Asking, NetworkRunAsked, ask
from tutela.networks.stored.judging import NetworkCaseDismissed, dismiss
from tutela.networks.stored.names import Telling
from tutela.networks.stored.opening import (
    NetworkLeadOpened,
    Opening,
    open_lead,
    unknown_lead,
)
from tutela.networks.stored.room import NetworkRoom, unknown_case, unknown_run
from tutela.networks.stored.showing import Page
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

DOOR = "networks"
RUN_STATES = tuple(str(state) for state in NetworkRunState)
CASE_STATES = tuple(str(state) for state in NetworkCaseState)

Record = Callable[[Refusal], Awaitable[None]]


def ask_run(room: NetworkRoom) -> Handler:
    """201 once it waits for a worker; 200 with the same one where it was asked by its key."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=NetworkRunAsked)
        key = usable_key(idempotency_key(asked))
        run_id, is_new = await ask(room, asking=Asking(caller=asked.caller, asked=said, key=key))
        shown = await showing.show_run(room, caller=asked.caller, run_id=run_id)
        return answer(shown, status=201 if is_new else 200)

    return handle


def show_runs(room: NetworkRoom) -> Handler:
    """200 with a page of searches, the newest first."""

    async def handle(asked: Asked) -> Answer:
        return answer(
            await showing.list_runs(room, caller=asked.caller, page=_page(asked, states=RUN_STATES))
        )

    return handle


def show_one_run(room: NetworkRoom) -> Handler:
    """200 with one search: how far it is, and what it found in figures."""

    async def handle(asked: Asked) -> Answer:
        return answer(await showing.show_run(room, caller=asked.caller, run_id=_run_id(asked)))

    return handle


def show_leads(room: NetworkRoom) -> Handler:
    """200 with a page of the leads of a search, the best first."""

    async def handle(asked: Asked) -> Answer:
        page = replace(_page(asked), telling=_telling(asked))
        return answer(
            await showing.list_leads(room, caller=asked.caller, run_id=_run_id(asked), page=page)
        )

    return handle


def open_one_lead(room: NetworkRoom) -> Handler:
    """200 with the lead and its whole id; the reason stays."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=NetworkLeadOpened)
        lead_id = uuid_or_none(asked.path["lead_id"])
        if lead_id is None:
            raise unknown_lead()
        opening = Opening(caller=asked.caller, lead_id=lead_id, said=said)
        return answer(await open_lead(room, opening=opening))

    return handle


def show_looks(room: NetworkRoom) -> Handler:
    """200 with a page of who looked at leads of a search, the newest first."""

    async def handle(asked: Asked) -> Answer:
        shown = await showing.list_looks(
            room, caller=asked.caller, run_id=_run_id(asked), page=_page(asked)
        )
        return answer(shown)

    return handle


def show_cases(room: NetworkRoom) -> Handler:
    """200 with a page of cases, the newest search first."""

    async def handle(asked: Asked) -> Answer:
        page = _page(asked, states=CASE_STATES)
        return answer(await showing.list_cases(room, caller=asked.caller, page=page))

    return handle


def show_one_case(room: NetworkRoom) -> Handler:
    """200 with one case, its members, and what was done to it."""

    async def handle(asked: Asked) -> Answer:
        shown = await showing.show_case(
            room, caller=asked.caller, case_id=_case_id(asked), telling=_telling(asked)
        )
        return answer(shown)

    return handle


def dismiss_case(room: NetworkRoom) -> Handler:
    """200 with the case as a person left it."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=NetworkCaseDismissed)
        return answer(await dismiss(room, caller=asked.caller, case_id=_case_id(asked), said=said))

    return handle


def hand_case_over(room: NetworkRoom, *, bulk: BulkRoom, record: Record) -> Handler:
    """201 with the draft that the members are in; people look at it, agree to it and start it."""

    async def handle(asked: Asked) -> Answer:
        async def record_line(line: Line, *, error: TutelaError) -> None:
            await record(Refusal(DOOR, asked.caller, error, b"", line.number))

        said = read_struct(asked.body, kind=NetworkCaseHandedOver)
        handing = HandingOver(caller=asked.caller, case_id=_case_id(asked), said=said)
        handed = await hand_over(room, bulk=bulk, handing=handing, record_line=record_line)
        return answer(handed, status=201)

    return handle


def _page(asked: Asked, *, states: tuple[str, ...] = ()) -> Page:
    page = page_asked(asked, states=states)
    return Page(limit=page.limit, after=page.after, state=page.state)


def _telling(asked: Asked) -> Telling:
    told = asked.query.get("names", str(Telling.READABLE))
    try:
        return Telling(told)
    except ValueError as error:
        raise Unfit(
            "The ids can't be told so.", errors=[FieldError("?names", " or ".join(Telling))]
        ) from error


def _run_id(asked: Asked) -> UUID:
    run_id = uuid_or_none(asked.path["run_id"])
    if run_id is None:
        raise unknown_run()
    return run_id


def _case_id(asked: Asked) -> UUID:
    case_id = uuid_or_none(asked.path["case_id"])
    if case_id is None:
        raise unknown_case()
    return case_id
