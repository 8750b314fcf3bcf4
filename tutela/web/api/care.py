"""`/v1/cases/{id}/reveal` and `/v1/reveals`: a look at media, spent and ended."""

from typing import Annotated
from uuid import UUID

import msgspec

from tutela.domain.care import AgainReason
from tutela.domain.notice import Identifier
from tutela.intake.door import usable_key
from tutela.intake.reading import read_struct
from tutela.review.care import revealing
from tutela.review.care.revealing import Asking
from tutela.review.care.room import CareRoom, UnknownReveal
from tutela.review.queue import unknown_case
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.paging import uuid_or_none

NOTHING_TO_SAY = Answer(204, b"")


class RevealAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `reveal`."""

    lease_token: Identifier
    #: Why somebody looks who could decide by what was found before.
    again: Annotated[AgainReason | None, msgspec.Meta()] = None


def reveal_media(room: CareRoom) -> Handler:
    """201 with a link that is good once; 403 where the day's budget is spent."""

    async def handle(asked: Asked) -> Answer:
        said = read_struct(asked.body, kind=RevealAsked)
        case_id = uuid_or_none(asked.path["case_id"])
        if case_id is None:
            raise unknown_case()
        asking = Asking(
            caller=asked.caller,
            case_id=case_id,
            lease_token=said.lease_token,
            again=said.again,
            key=usable_key(idempotency_key(asked)),
        )
        return answer(await revealing.reveal(room, asking=asking), status=201)

    return handle


def hide_media(room: CareRoom) -> Handler:
    """204 once no more of the reveal is charged."""

    async def handle(asked: Asked) -> Answer:
        await revealing.hide(room, caller=asked.caller, reveal_id=reveal_id(asked.path))
        return NOTHING_TO_SAY

    return handle


def reveal_id(path: dict[str, str]) -> UUID:
    """The reveal that a path names; raises UnknownReveal."""
    found = uuid_or_none(path["reveal_id"])
    if found is None:
        raise UnknownReveal("There is no reveal of that id.")
    return found
