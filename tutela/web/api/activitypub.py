"""`POST /activitypub/inbox`: reports of federated servers, believed by their signature."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import msgspec
from prometheus_client import Counter

from tutela.access.actors.directory import KeyDirectory
from tutela.access.actors.signers import Signers, origins, target
from tutela.access.replays import Replays
from tutela.access.roles import Right, refuse_unless
from tutela.access.services import PublicService, public_caller
from tutela.access.signatures.message import Message
from tutela.access.tokens import TokenDesk
from tutela.errors import TutelaError
from tutela.intake.acknowledgement import Accepted, KeyReused
from tutela.intake.channels import activitypub
from tutela.intake.channels.activitypub import Activity
from tutela.intake.door import Intake, Sending, usable_key
from tutela.intake.reading import NoticeRead
from tutela.web.answer import Answer, answer
from tutela.web.api.notices import idempotency_key
from tutela.web.calls import Rooms
from tutela.web.endpoint import Asked, Handler
from tutela.web.metrics import CALLS
from tutela.web.problem import problem

DOOR: Final = "activitypub"
PATH: Final = "/activitypub/inbox"
#: As what the actor of a Flag counts that came with a token of ours: it speaks for a server.
SERVER: Final = "Application"

_BEARER: Final = "bearer "
_CHALLENGE: Final = b'Signature realm="tutela",headers="(request-target) host date digest"'
#: Activities that are answered and not stored, by the names that are common; else `other`.
_COMMON: Final = frozenset(
    {"Accept", "Announce", "Create", "Delete", "Follow", "Like", "Move", "Reject", "Undo", "Update"}
)
IGNORED: Final = Counter(
    "tutela_activities_ignored",
    "Activities that are no Flag: answered 202 and not stored, in this process.",
    ["type"],
    registry=CALLS,
)


class Heard(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer to an activity: the notice that a Flag became; else what was not stored."""

    notice: Accepted | None = None
    ignored: str | None = None


def receive_activity(rooms: Rooms) -> Handler:
    """202 with the receipt once a signed Flag is a durable notice; 202 to any other activity."""
    receive = _Inbox(
        intake=rooms.intake,
        service=PublicService(rooms.pool, named=rooms.public_service, monotonic=time.monotonic),
        desk=rooms.desk,
        signers=Signers(
            KeyDirectory(rooms.outside, monotonic=rooms.monotonic),
            replays=Replays(rooms.pool, clock=rooms.clock),
            clock=rooms.clock,
        ),
        public_url=rooms.public_url,
    )

    async def handle(asked: Asked) -> Answer:
        flag = activitypub.read_activity(asked.body)
        if not flag.is_flag:
            return answer(_ignored(flag), status=202)
        return answer(Heard(notice=await receive.flag(flag, asked=asked)), status=202)

    return handle


def activitypub_problem(error: TutelaError) -> Answer:
    """An error as everywhere; 401 asks for a signature."""
    told = problem(error)
    if told.status != HTTPStatus.UNAUTHORIZED:
        return told
    return Answer(told.status, told.body, told.content_type, ((b"www-authenticate", _CHALLENGE),))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inbox:
    intake: Intake
    service: PublicService
    desk: TokenDesk
    signers: Signers
    public_url: str | None

    async def flag(self, flag: Activity, *, asked: Asked) -> Accepted:
        """The receipt; whoever brings a token of ours needs no signature, such as a probe."""
        authorization = asked.headers.get(b"authorization", b"").decode("latin-1")
        if authorization[: len(_BEARER)].lower() != _BEARER:
            return await self._by_signature(flag, asked=asked)
        return await self._by_token(authorization, asked=asked)

    async def _by_token(self, authorization: str, *, asked: Asked) -> Accepted:
        caller = await self.desk.caller(authorization)
        refuse_unless(caller.role, right=Right.SEND_NOTICES)
        read = activitypub.read_flag(asked.body, actor_kind=SERVER)
        sending = Sending(caller=caller, door=DOOR, key=usable_key(idempotency_key(asked)))
        return (await self.intake.take(read, sending=sending)).accepted

    async def _by_signature(self, flag: Activity, *, asked: Asked) -> Accepted:
        """The receipt, once the flag is durable; only then is its signature used up.

        A flag under an id that was used for another one is a notice of its own: none is lost.
        """
        message = Message(
            target=target(self.public_url, headers=asked.headers, own=PATH),
            origins=origins(self.public_url, headers=asked.headers),
            fields=_fields(asked.headers),
            body=asked.body,
        )
        signer = await self.signers.signer(message, actor=activitypub.actor_of(flag))
        read = activitypub.read_flag(asked.body, actor_kind=signer.kind)
        by_id, by_all = activitypub.keys_of(read, flag=flag, server=signer.server)
        try:
            accepted = await self._taken(read, key=by_id)
        except KeyReused:
            accepted = await self._taken(read, key=by_all)
        await self.signers.remember(signer)
        return accepted

    async def _taken(self, read: NoticeRead, *, key: str) -> Accepted:
        caller = public_caller(await self.service.find(), name=DOOR)
        sending = Sending(caller=caller, door=DOOR, key=key)
        return (await self.intake.take(read, sending=sending)).accepted


def _fields(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}


def _ignored(activity: Activity) -> Heard:
    kind = activity.type if isinstance(activity.type, str) else ""
    named = kind if kind in _COMMON else "other"
    IGNORED.labels(named).inc()
    return Heard(ignored=named)
