"""`POST /v1/statements/lookup`: for whoever holds the code of a statement of reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.decisions.lookup import StatementAsked, look_up
from tutela.domain.decision import LANGUAGE_MAX_CODE_POINTS, Recipient
from tutela.domain.languages import is_language_tag
from tutela.domain.vocabulary import Audience
from tutela.errors import FieldError
from tutela.intake.reading import read_struct, refuse_if_any
from tutela.web.answer import Answer, answer
from tutela.web.api.receipts import Code
from tutela.web.endpoint import Asked, Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRoom:
    """What the call of a statement's holder stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    #: The language of whoever asks for none, where the decision says none.
    language: str | None = None


class StatementLookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a statement: in a body, because what is in a URL lies in logs."""

    code: Code
    language: Annotated[str, msgspec.Meta(max_length=LANGUAGE_MAX_CODE_POINTS)] | None = None
    audience: Audience | None = None


def look_up_statement(room: StatementRoom) -> Handler:
    """200 with the statement in words; 404 where no statement has the code."""

    async def handle(asked: Asked) -> Answer:
        sent = read_struct(asked.body, kind=StatementLookup)
        if sent.language is not None and not is_language_tag(sent.language):
            refuse_if_any([FieldError("/language", "is not a language tag (BCP 47)")])
        wanted = StatementAsked(
            code=sent.code,
            recipient=Recipient(language=sent.language, audience=sent.audience),
            default_language=room.language,
        )
        return answer(await look_up(room.pool, asked=wanted, keys=room.keys, now=room.clock()))

    return handle
