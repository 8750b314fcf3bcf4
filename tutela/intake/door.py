"""The common way in of every channel: read, prepare, commit, acknowledge."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tutela.access.keys import KeySet
from tutela.access.tokens import NAME_PATTERN, Caller
from tutela.database.pool import Pool
from tutela.domain.identifiers import UUID7_RANDOM_BYTES, uuid7
from tutela.domain.notice import IDENTIFIER_MAX_CODE_POINTS, Notice
from tutela.domain.vocabulary import Channel
from tutela.errors import FieldError, TutelaError
from tutela.intake import acknowledgement
from tutela.intake.acknowledgement import Accepted
from tutela.intake.commit import GroupCommitter
from tutela.intake.preparation import PreparedNotice, Speaker, Stamp, prepare
from tutela.intake.reading import NoticeRead, Unfit, read_notice
from tutela.ledger.leaf import COMMITMENT_NONCE_BYTES


class ChannelNotYours(TutelaError):
    """A notice names a channel that its token does not speak for."""

    code = "channel_not_yours"
    title = "The token does not speak for this channel"
    status = 403


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the sender is told, and whether the notice is new or was there already."""

    accepted: Accepted
    fresh: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One notice as a door hands it in: whose, through which door, under which key."""

    caller: Caller
    door: str
    key: str | None = None


class Intake:
    """Takes notices for every tenant that this process serves."""

    def __init__(
        self,
        pool: Pool,
        *,
        keys: KeySet,
        clock: Callable[[], datetime],
        chance: Callable[[int], bytes],
    ) -> None:
        self._pool = pool
        self._keys = keys
        self._clock = clock
        self._chance = chance
        self._committers: dict[str, GroupCommitter] = {}

    def read(self, raw: bytes) -> NoticeRead:
        """The notice in a body; `NotJson` or `Unfit` where it is none."""
        return read_notice(raw, now=self._clock())

    async def take(self, read: NoticeRead, *, sending: Sending) -> Acknowledged:
        """The acknowledgement, once the notice is durable, queued and in the ledger's table.

        Raises ChannelNotYours, Unfit, KeyReused, IntakeFull, ClockWrong, DatabaseUnavailable.
        """
        return await self.commit(self.prepare(read, sending=sending))

    def prepare(self, read: NoticeRead, *, sending: Sending) -> PreparedNotice:
        """All that the notice will write; `ChannelNotYours` where it claims another's standing."""
        caller = sending.caller
        speaker = Speaker(
            tenant=caller.tenant,
            service=caller.service,
            log_id=caller.log_id,
            channel=channel(caller, notice=read.notice),
            door=sending.door,
            mark=caller.mark,
            sender=sender(caller),
        )
        return prepare(
            read,
            speaker=speaker,
            stamp=self._stamp(len(read.notice.subjects)),
            keys=self._keys,
            key=usable_key(sending.key),
        )

    async def commit(self, prepared: PreparedNotice) -> Acknowledged:
        """The acknowledgement of a prepared notice: its own, or the first one under its key."""
        tenant = prepared.speaker.tenant
        committer = self._committers.get(tenant)
        if committer is None:
            committer = self._committers[tenant] = GroupCommitter(self._pool, tenant=tenant)
        if await committer.commit(prepared):
            return Acknowledged(acknowledgement.of_prepared(prepared), fresh=True)
        earlier = await acknowledgement.of_earlier(self._pool, notice=prepared, keys=self._keys)
        return Acknowledged(earlier, fresh=earlier.id == str(prepared.id))

    def _stamp(self, subjects: int) -> Stamp:
        at = self._clock()
        return Stamp(
            at=at,
            notice_id=self._new_id(at),
            nonce=self._chance(COMMITMENT_NONCE_BYTES),
            case_ids=tuple(self._new_id(at) for _ in range(subjects)),
        )

    def _new_id(self, at: datetime) -> UUID:
        return uuid7(unix_ms=int(at.timestamp() * 1000), random=self._chance(UUID7_RANDOM_BYTES))


def channel(caller: Caller, *, notice: Notice) -> Channel:
    """The channel of a notice: the token's, or the one of the token's that the body names.

    Where a token has several and the body names none, the one with the least standing: `user` if
    it has it, else its first.
    """
    if notice.channel is None:
        return Channel.USER if Channel.USER in caller.channels else caller.channels[0]
    if notice.channel not in caller.channels:
        raise ChannelNotYours(
            detail=f"This token speaks for: {', '.join(caller.channels)}.",
            errors=[FieldError("/channel", "not a channel of this token")],
        )
    return notice.channel


def sender(caller: Caller) -> str | None:
    """Under which name the sender is remembered: that of a token.

    None for any other, such as the identifier of a person on another server: it would stay behind
    when the notice is erased.
    """
    return caller.name if NAME_PATTERN.fullmatch(caller.name) else None


def usable_key(key: str | None) -> str | None:
    """An `Idempotency-Key` as it is stored; `Unfit` where it is empty, too long or unprintable."""
    if key is not None and not (0 < len(key) <= IDENTIFIER_MAX_CODE_POINTS and key.isprintable()):
        raise Unfit(
            detail="The Idempotency-Key can't be stored.",
            errors=[FieldError("Idempotency-Key", "1 to 512 printable characters")],
        )
    return key
