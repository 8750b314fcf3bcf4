"""What reviewers' calls and screens stand on, from the rooms of the house."""

from tutela.web.api.cases import ReviewRoom
from tutela.web.calls import Rooms


def review_room(rooms: Rooms) -> ReviewRoom:
    """The room in which cases are claimed and decided, by token and on screens alike."""
    return ReviewRoom(
        pool=rooms.pool,
        keys=rooms.keys,
        clock=rooms.clock,
        chance=rooms.chance,
        language=rooms.language,
        care=rooms.care,
        bases=rooms.withholding_bases,
        guidelines=rooms.guidelines,
    )
