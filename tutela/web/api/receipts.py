"""`POST /v1/receipts/lookup` and `POST /v1/receipts/evidence`: for whoever holds the code."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
from tutela.domain.notice import EXPLANATION_MAX_CODE_POINTS
from tutela.domain.text import is_blank
from tutela.errors import FieldError
from tutela.intake.door import usable_key
from tutela.intake.evidence import Evidence, add_evidence
from tutela.intake.reading import read_struct, refuse_if_any
from tutela.intake.receipts import look_up
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler

CODE_MAX_CODE_POINTS = 128

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=CODE_MAX_CODE_POINTS)]


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a receipt: in a body, because what is in a URL lies in logs."""

    code: Code


class EvidenceSent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a receipt, and what its holder adds."""

    code: Code
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=EXPLANATION_MAX_CODE_POINTS)]


def look_up_receipt(pool: Pool) -> Handler:
    """200 with how the notice stands; 404 where no receipt has the code."""

    async def handle(asked: Asked) -> Answer:
        return answer(await look_up(pool, code=read_struct(asked.body, kind=Lookup).code))

    return handle


def send_evidence(
    pool: Pool, *, keys: KeySet, clock: Callable[[], datetime], chance: Callable[[int], bytes]
) -> Handler:
    """201 once the evidence is durable; 409 where nothing of the notice is open any more."""

    async def handle(asked: Asked) -> Answer:
        sent = read_struct(asked.body, kind=EvidenceSent)
        if is_blank(sent.text):
            refuse_if_any([FieldError("/text", "blank")])
        key = usable_key(idempotency_key(asked))
        added, fresh = await add_evidence(
            pool,
            evidence=Evidence(code=sent.code, text=sent.text, key=key),
            keys=keys,
            now=clock(),
            chance=chance,
        )
        return answer(added, status=201 if fresh else 200)

    return handle
