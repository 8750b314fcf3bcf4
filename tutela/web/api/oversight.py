"""`/v1/needs`: who works on which harms."""

from tutela.intake.reading import read_struct
from tutela.review.oversight import needs
from tutela.review.oversight.needs import NeedSet
from tutela.review.oversight.room import OversightRoom
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler


def show_needs(room: OversightRoom) -> Handler:
    """200 with what each person works on."""

    async def handle(asked: Asked) -> Answer:
        return answer(await needs.show_needs(room, caller=asked.caller))

    return handle


def set_need(room: OversightRoom) -> Handler:
    """200 with what each person works on from now on."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=NeedSet)
        return answer(await needs.set_need(room, caller=asked.caller, asked=said))

    return handle
