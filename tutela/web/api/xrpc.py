"""`POST /xrpc/com.atproto.moderation.createReport`, as clients of AT Protocol speak to it."""

from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.keys import KeySet
from tutela.access.tokens import UnknownToken
from tutela.domain.canonical import LARGEST_INTEGER
from tutela.errors import TutelaError
from tutela.intake.channels import atproto
from tutela.intake.door import Intake, Sending
from tutela.ledger.receipts import Receipt
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import headers_of

DOOR = "xrpc"

_REPORT_ID = b"tutela report id v1"
#: The names that XRPC gives to statuses; an error of ours is told in its message.
_NAMES: Final = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: "AuthMissing",
        HTTPStatus.FORBIDDEN: "Forbidden",
        HTTPStatus.CONFLICT: "Conflict",
        HTTPStatus.REQUEST_TIMEOUT: "RequestTimeout",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "PayloadTooLarge",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "UnsupportedMediaType",
        HTTPStatus.TOO_MANY_REQUESTS: "RateLimitExceeded",
        HTTPStatus.INTERNAL_SERVER_ERROR: "InternalServerError",
        HTTPStatus.NOT_IMPLEMENTED: "MethodNotImplemented",
        HTTPStatus.SERVICE_UNAVAILABLE: "NotEnoughResources",
    }
)
_ERRORS_TOLD: Final = 5


class ReportTaken(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """The output of createReport; `receipt` is ours, and clients that do not know it skip it."""

    id: int
    reason_type: str
    subject: Any
    reported_by: str
    created_at: str
    receipt: Receipt
    reason: str | None = None


class XrpcError(msgspec.Struct, frozen=True):
    """An error as XRPC tells it."""

    error: str
    message: str


def create_report(intake: Intake, *, keys: KeySet, service_did: str) -> Handler:
    """200 once the report is a durable notice; the same answer to a key that was used before."""

    async def handle(asked: Asked) -> Answer:
        read = atproto.read_report(asked.body)
        sending = Sending(caller=asked.caller, door=DOOR, key=idempotency_key(asked))
        accepted = (await intake.take(read, sending=sending)).accepted
        said = msgspec.json.decode(read.body)
        return answer(
            ReportTaken(
                id=report_id(UUID(accepted.id), keys=keys),
                reason_type=said["reasonType"],
                subject=said["subject"],
                reported_by=service_did,
                created_at=accepted.receipt.received_at,
                receipt=accepted.receipt,
                reason=said.get("reason"),
            )
        )

    return handle


def report_id(notice_id: UUID, *, keys: KeySet) -> int:
    """A number within 2^53 for a notice, always the same; it tells nobody how many there are."""
    digest = keys.code_digest(_REPORT_ID + notice_id.bytes)
    return int.from_bytes(digest[:8], "big") & LARGEST_INTEGER


def xrpc_problem(error: TutelaError) -> Answer:
    """An error as XRPC clients expect it: `{error, message}`, 400 where ours would be 422."""
    status = HTTPStatus(error.status)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    name = _NAMES.get(status, "InvalidRequest")
    if isinstance(error, UnknownToken):
        name = "InvalidToken"
    places = [f"{each.pointer}: {each.message}" for each in error.errors[:_ERRORS_TOLD]]
    message = " ".join([error.detail or error.title, "; ".join(places)]).strip()
    return Answer(status, msgspec.json.encode(XrpcError(name, message)), headers=headers_of(error))
