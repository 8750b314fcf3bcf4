"""`POST /xrpc/com.atproto.moderation.createReport`, as clients of AT Protocol speak to it."""

import hashlib
import time
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec

from tutela.access.dids import Dids, DidUnavailable, UnresolvedDid
from tutela.access.keys import KeySet
from tutela.access.replays import Replays
from tutela.access.service_auth import ServiceDesk, account_of, paces_of_accounts
from tutela.access.service_tokens import BadJwt, Expected
from tutela.access.services import PublicService
from tutela.access.tokens import UnknownToken
from tutela.domain.canonical import LARGEST_INTEGER
from tutela.errors import TutelaError
from tutela.intake.channels import atproto
from tutela.intake.door import Intake, Sending, usable_key
from tutela.ledger.receipts import Receipt
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.calls import Rooms
from tutela.web.endpoint import Asked, Handler
from tutela.web.problem import headers_of

DOOR = "xrpc"
METHOD = "com.atproto.moderation.createReport"

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


def desk(rooms: Rooms) -> ServiceDesk:
    """Who knows the callers of createReport: holders of our tokens, and accounts of the network."""
    return ServiceDesk(
        tokens=rooms.desk,
        dids=Dids(rooms.outside, plc_directory=rooms.plc_directory, monotonic=time.monotonic),
        paces=paces_of_accounts(),
        replays=Replays(rooms.pool, clock=rooms.clock),
        public=PublicService(rooms.pool, named=rooms.public_service, monotonic=time.monotonic),
        expected=Expected(service_did=rooms.service_did, method=METHOD),
        clock=rooms.clock,
        monotonic=time.monotonic,
    )


def create_report(intake: Intake, *, keys: KeySet, service_did: str) -> Handler:
    """200 once the report is a durable notice; the same answer to a key that was used before."""

    async def handle(asked: Asked) -> Answer:
        account = account_of(asked.caller)
        read = atproto.read_report(asked.body, reported_by=account)
        sending = Sending(caller=asked.caller, door=DOOR, key=_key(asked, account=account))
        accepted = (await intake.take(read, sending=sending)).accepted
        said = msgspec.json.decode(read.body)
        return answer(
            ReportTaken(
                id=report_id(UUID(accepted.id), keys=keys),
                reason_type=said["reasonType"],
                subject=said["subject"],
                reported_by=account or service_did,
                created_at=accepted.receipt.received_at,
                receipt=accepted.receipt,
                reason=said.get("reason"),
            )
        )

    return handle


def _key(asked: Asked, *, account: str | None) -> str | None:
    """The key of the call; what an account of the network says is a key among its own alone."""
    key = usable_key(idempotency_key(asked))
    if key is None or account is None:
        return key
    return f"atproto {hashlib.sha256(f'{account} {key}'.encode()).hexdigest()}"


def report_id(notice_id: UUID, *, keys: KeySet) -> int:
    """A number within 2^53 for a notice, always the same; it tells nobody how many there are."""
    digest = keys.code_digest(_REPORT_ID + notice_id.bytes)
    return int.from_bytes(digest[:8], "big") & LARGEST_INTEGER


def xrpc_problem(error: TutelaError) -> Answer:
    """An error as XRPC clients expect it: `{error, message}`, 400 where ours would be 422."""
    status = HTTPStatus(error.status)
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        status = HTTPStatus.BAD_REQUEST
    places = [f"{each.pointer}: {each.message}" for each in error.errors[:_ERRORS_TOLD]]
    message = " ".join([error.detail or error.title, "; ".join(places)]).strip()
    return Answer(
        status,
        msgspec.json.encode(XrpcError(_name(error, status=status), message)),
        headers=headers_of(error),
    )


def _name(error: TutelaError, *, status: HTTPStatus) -> str:
    match error:
        case BadJwt():
            return error.fault
        case UnknownToken():
            return "InvalidToken"
        case UnresolvedDid() | DidUnavailable():
            return "DidResolutionFailed"
        case _:
            return _NAMES.get(status, "InvalidRequest")
