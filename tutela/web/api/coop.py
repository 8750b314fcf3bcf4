"""`POST /api/v1/report`, as clients of Coop send it and read its answer."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

import msgspec

from tutela.errors import FieldError, TutelaError
from tutela.intake.channels import coop
from tutela.intake.door import Intake, Sending
from tutela.ledger.receipts import Receipt
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import headers_of

DOOR = "coop"
#: Where a client of Coop puts its key; here it is a token of ours.
KEY_HEADER = b"x-api-key"


class CoopReportTaken(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Coop's answer; `receipt` is ours, and clients that do not know it skip it."""

    report_id: str
    receipt: Receipt


class CoopError(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel", kw_only=True):
    """One error as Coop tells it."""

    status: int
    type: list[str]
    title: str
    detail: str | None = None
    pointer: str | None = None


class CoopErrors(msgspec.Struct, frozen=True):
    """All errors of a call as Coop tells them."""

    errors: list[CoopError]


def create_report(intake: Intake, *, clock: Callable[[], datetime]) -> Handler:
    """201 once the report is a durable notice; 200 with the first answer to a used key."""

    async def handle(asked: Asked) -> Answer:
        read = coop.read_report(asked.body, now=clock())
        sending = Sending(caller=asked.caller, door=DOOR, key=idempotency_key(asked))
        taken = await intake.take(read, sending=sending)
        told = CoopReportTaken(report_id=taken.accepted.id, receipt=taken.accepted.receipt)
        return answer(told, status=HTTPStatus.CREATED if taken.fresh else HTTPStatus.OK)

    return handle


def coop_problem(error: TutelaError) -> Answer:
    """An error as clients of Coop expect it, 400 where ours would be 422."""
    is_unfit = error.status == HTTPStatus.UNPROCESSABLE_ENTITY
    status = HTTPStatus.BAD_REQUEST if is_unfit else HTTPStatus(error.status)
    places = error.errors or (FieldError("", error.detail),)
    told = [
        CoopError(
            status=status,
            type=[f"urn:tutela:problem:{error.code}"],
            title=error.title,
            detail=place.message or None,
            pointer=place.pointer or None,
        )
        for place in places
    ]
    return Answer(status, msgspec.json.encode(CoopErrors(told)), headers=headers_of(error))
