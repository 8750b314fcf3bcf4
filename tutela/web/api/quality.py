"""`/v1/quality`: how right the team's decisions are."""

from tutela.decisions.quality.figures import figures
from tutela.decisions.quality.room import QualityRoom
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler


def show_quality(room: QualityRoom) -> Handler:
    """200 with the figures of the last four weeks."""

    async def handle(asked: Asked) -> Answer:
        return answer(await figures(room, caller=asked.caller))

    return handle
