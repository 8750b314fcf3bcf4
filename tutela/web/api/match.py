"""`POST /v1/match`: the call that can stop an upload."""

from collections.abc import Callable

from tutela.access.pace import Paces
from tutela.detection.pipeline.matching import ITEMS_MAX, MatchAsked, faults, match
from tutela.detection.pipeline.room import DetectionRoom
from tutela.intake.reading import read_struct, refuse_if_any
from tutela.web.answer import Answer, answer
from tutela.web.endpoint import Asked, Handler, TooMany

#: How many tokens are remembered, each with how much it asked lately.
TOKENS_MAX = 10_000
#: How many seconds' worth of items may be asked for at once.
BURST_SECONDS = 10.0


def match_items(
    room: DetectionRoom, *, items_per_second: float, monotonic: Callable[[], float]
) -> Handler:
    """200 with a result an item; 429 where a token asks for more than its items a second.

    Nobody can list what is looked for: an answer names entries by ids that mean nothing outside.
    """
    paces = Paces(
        per_second=items_per_second,
        burst=max(items_per_second * BURST_SECONDS, ITEMS_MAX),
        names_max=TOKENS_MAX,
    )

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=MatchAsked)
        refuse_if_any(list(faults(said)))
        if not paces.allows(asked.caller.token_id, seconds=monotonic(), count=len(said.items)):
            pace = f"A token may ask for {items_per_second:g} items a second."
            raise TooMany(detail=f"{pace} None of these was looked at.")
        return answer(await match(said, caller=asked.caller, room=room))

    return handle
