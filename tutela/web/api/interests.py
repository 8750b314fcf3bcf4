"""`/v1/interests`: of whom somebody must not decide, as they said themselves."""

from typing import Final

from tutela.decisions.interests import standing
from tutela.decisions.interests.declaring import InterestDeclared, declare
from tutela.decisions.interests.room import UnknownInterest
from tutela.decisions.interests.standing import InterestEnded, InterestsAsked
from tutela.decisions.quality.room import QualityRoom
from tutela.domain.interests import InterestState
from tutela.intake.reading import read_struct
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import page_asked, uuid_or_none

INTEREST_STATES: Final = tuple(str(each) for each in InterestState)


def declare_interest(room: QualityRoom) -> Handler:
    """201 once the caller is kept from it; 200 where they had said so before."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=InterestDeclared)
        declared, is_new = await declare(room, caller=asked.caller, asked=said)
        return answer(declared, status=201 if is_new else 200)

    return handle


def show_own_interests(room: QualityRoom) -> Handler:
    """200 with a page of what the caller declared."""

    async def handle(asked: Asked) -> Answer:
        wanted = _page(asked)
        return answer(await standing.own_interests(room, caller=asked.caller, asked=wanted))

    return handle


def show_team_interests(room: QualityRoom) -> Handler:
    """200 with a page of who declared something."""

    async def handle(asked: Asked) -> Answer:
        wanted = _page(asked)
        return answer(await standing.team_interests(room, caller=asked.caller, asked=wanted))

    return handle


def end_interest(room: QualityRoom) -> Handler:
    """200 with the declaration once it holds no longer."""

    async def handle(asked: Asked) -> Answer:
        interest_id = uuid_or_none(asked.path["interest_id"])
        if interest_id is None:
            raise UnknownInterest("Nobody declared this on this service.")
        said = read_struct(asked.body, kind=InterestEnded)
        return answer(
            await standing.end(room, caller=asked.caller, interest_id=interest_id, said=said)
        )

    return handle


def _page(asked: Asked) -> InterestsAsked:
    page = page_asked(asked, states=INTEREST_STATES)
    return InterestsAsked(limit=page.limit, after=page.after, state=page.state)
