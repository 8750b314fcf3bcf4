"""Messages to the platform: signed, under one id, in order per subject, and never dropped."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, LiteralString
from uuid import UUID

import aiohttp

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.database import queries
from tutela.database.errors import Deadlocked
from tutela.database.pool import Pool, every_tenant_transaction, tenant_transaction
from tutela.decisions import endpoints
from tutela.decisions.endpoints import CONFIRM_SECONDS, Station, WebhookEndpoint
from tutela.decisions.instructions import InstructionKind
from tutela.decisions.sending import ANSWER_SECONDS, Message, NotTaken, send
from tutela.domain.states import MeasureEvent, OutboxEvent, OutboxState, moves, transition
from tutela.domain.vocabulary import Mark

#: Failed attempts after which a message is a dead letter: a day and a half at the least.
ATTEMPTS_MAX = 20
#: Who looks after dead letters.
DEAD_LETTER_OWNER = "lead"
#: The pause after the first failure; each further one is three times as long.
PAUSE_SECONDS = 5.0
PAUSE_FACTOR = 3
PAUSE_SECONDS_MAX = 6 * 3_600.0
#: How long a message is one worker's alone: longer than any attempt.
LEASE_SECONDS = 60
#: Messages of one service that are under way at a time.
UNDER_WAY_MAX = 32
#: Messages that are leased together: few at first and after a failure, twice as many after each
#: time that all were taken.
CLAIM_FIRST, CLAIM_MAX = 32, 1_024
#: Messages of one service in one round, and how long it may take: others wait for the next one.
DELIVERIES_MAX = 10_000
ROUND_SECONDS = 5.0
UUID_BYTES = 16
CHANCE_BYTES = 4

_sql = queries.load("tutela.decisions", file="outbox.sql")

#: What is written of a message, by the state it comes to.
_SETTLEMENTS: Final[Mapping[OutboxState, LiteralString]] = {
    OutboxState.DELIVERED: _sql.mark_delivered,
    OutboxState.DUE: _sql.postpone,
    OutboxState.DEAD: _sql.bury,
}


#: What it does to a measure that the platform took a message about it.
_ACCEPTED: Final = {
    InstructionKind.MEASURE_APPLY: MeasureEvent.APPLY_ACCEPTED,
    InstructionKind.MEASURE_UNDO: MeasureEvent.UNDO_ACCEPTED,
}
_MOVES: Final = [
    (str(kind), *move)
    for kind, event in _ACCEPTED.items()
    for move in zip(*moves(event), strict=True)
]
_ACCEPTANCES: Final = {
    name: [move[place] for move in _MOVES]
    for place, name in enumerate(("kinds", "before", "after"))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """What delivery stands on."""

    pool: Pool
    keys: KeySet
    client: aiohttp.ClientSession
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    confirm_seconds: float = CONFIRM_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of the messages of one round."""

    #: Taken by their receivers.
    accepted: int = 0
    #: Put off after a failure.
    failed: int = 0
    #: Given up: dead letters.
    dead: int = 0
    #: Settled by another worker, after the lease of this one had run out.
    overtaken: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(
            accepted=self.accepted + other.accepted,
            failed=self.failed + other.failed,
            dead=self.dead + other.dead,
            overtaken=self.overtaken + other.overtaken,
        )

    @property
    def attempts(self) -> int:
        """How many messages were tried."""
        return self.accepted + self.failed + self.dead + self.overtaken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leased:
    id: UUID
    attempts: int
    lease_token: UUID
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class _Tried:
    """A message after an attempt: what happened to it, and why it was not taken."""

    leased: _Leased
    event: OutboxEvent
    refused: NotTaken | None


_COUNTED: Final[Mapping[OutboxEvent, Delivered]] = {
    OutboxEvent.ACCEPTED: Delivered(accepted=1),
    OutboxEvent.FAILED: Delivered(failed=1),
    OutboxEvent.EXHAUSTED: Delivered(dead=1),
}

#: Brings one message to its receiver: None, or why it was not taken.
_Carry = Callable[[Message], Awaitable[NotTaken | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    station: Station
    mark: Mark
    url: str | None
    carry: _Carry


async def deliver_all(courier: Courier) -> Delivered:
    """What came of round after round, until one in which nothing was taken."""
    done = came_to = await deliver_due(courier)
    while came_to.accepted:
        came_to = await deliver_due(courier)
        done += came_to
    return done


async def deliver_due(courier: Courier, *, limit: int = DELIVERIES_MAX) -> Delivered:
    """What came of the messages that are due, at most `limit` a service and mark.

    Messages about one subject go out one after the other; one that failed holds back those behind
    it. Services are served side by side, so that a slow one delays no other. Without an endpoint
    messages stay due. Raises DatabaseUnavailable.
    """
    routes = await _routes(courier)
    return _sum(await _all([_serve(courier, route=route, limit=limit) for route in routes]))


def claim_after(most: int, *, claimed: int, accepted: int) -> int:
    """How many messages are leased together after `claimed` at most `most`, `accepted` of them."""
    return min(2 * most, CLAIM_MAX) if accepted == claimed else CLAIM_FIRST


def pause(attempts: int, *, chance: Callable[[int], bytes]) -> timedelta:
    """How long to wait after so many failures: a power, of which half is left to chance."""
    times = min(attempts - 1, ATTEMPTS_MAX)
    full = min(PAUSE_SECONDS * PAUSE_FACTOR**times, PAUSE_SECONDS_MAX)
    drawn = int.from_bytes(chance(CHANCE_BYTES), "big") / 2 ** (8 * CHANCE_BYTES)
    return timedelta(seconds=full * (1 + drawn) / 2)


async def _routes(courier: Courier) -> list[_Route]:
    named = {"marks": [str(mark) for mark in Mark], "now": courier.clock()}
    async with every_tenant_transaction(courier.pool) as connection:
        cursor = await connection.execute(_sql.stations_due, named)
        rows = await cursor.fetchall()
    return [_route(courier, row=row) for row in rows]


def _route(courier: Courier, *, row: Sequence[Any]) -> _Route:
    tenant, service, mark, url, sealed_key, sealed_body = row
    station = Station(tenant=tenant, service=service)
    carry: _Carry = _keep_inside
    if mark == Mark.REAL:
        sealed = Sealed(sealed_key, sealed_body)
        try:
            endpoint = endpoints.opened(url, sealed=sealed, station=station, keys=courier.keys)
        except SealBroken as cause:
            carry = partial(_say, error=f"endpoint {cause.code}")
        else:
            carry = partial(_send_now, endpoint=endpoint, courier=courier)
    return _Route(station=station, mark=Mark(mark), url=url, carry=carry)


async def _keep_inside(_: Message) -> NotTaken | None:
    """None: the house has taken it."""
    return None


async def _say(_: Message, *, error: str) -> NotTaken | None:
    """The error of every message of a service whose endpoint can't be used."""
    return NotTaken(error)


async def _send_now(
    message: Message, *, endpoint: WebhookEndpoint, courier: Courier
) -> NotTaken | None:
    return await send(message, endpoint=endpoint, client=courier.client, at=courier.clock())


async def _serve(courier: Courier, *, route: _Route, limit: int) -> Delivered:
    done, most, now = Delivered(), CLAIM_FIRST, asyncio.get_running_loop().time
    ends = now() + ROUND_SECONDS
    while done.attempts < limit and now() < ends:
        claimed = await _claim(courier, route=route, most=min(most, limit - done.attempts))
        if not claimed:
            break
        came_to = await _settle_all(courier, route=route, claimed=claimed)
        done += came_to
        most = claim_after(most, claimed=len(claimed), accepted=came_to.accepted)
    return done


async def _settle_all(courier: Courier, *, route: _Route, claimed: Sequence[_Leased]) -> Delivered:
    """What became of each that was tried; then the first error, if there was one.

    What can't be tried within the lease is left: it is due again once the lease is over.
    """
    tried: list[_Tried] = []
    waiting, now = iter(claimed), asyncio.get_running_loop().time
    last_start = now() + LEASE_SECONDS - 2 * ANSWER_SECONDS

    async def carry() -> None:
        for each in waiting:
            if now() > last_start:
                return
            tried.append(await _try(courier, route=route, leased=each))

    ended = await asyncio.gather(*(carry() for _ in range(UNDER_WAY_MAX)), return_exceptions=True)
    done = await _settle(courier, route=route, tried=tried) if tried else Delivered()
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return done


async def _claim(courier: Courier, *, route: _Route, most: int) -> list[_Leased]:
    now = courier.clock()
    token = UUID(bytes=courier.chance(UUID_BYTES), version=4)
    named = {
        "tenant": route.station.tenant,
        "service": route.station.service,
        "mark": str(route.mark),
        "now": now,
        "limit": most,
        "lease_token": token,
        "lease_until": now + timedelta(seconds=LEASE_SECONDS),
    }
    async with tenant_transaction(courier.pool, tenant=route.station.tenant) as connection:
        await connection.execute(_sql.walk_by_index)
        cursor = await connection.execute(_sql.claim_due, named)
        rows = await cursor.fetchall()
    return [
        _Leased(id=row[0], attempts=row[1], lease_token=token, sealed=Sealed(row[2], row[3]))
        for row in rows
    ]


async def _try(courier: Courier, *, route: _Route, leased: _Leased) -> _Tried:
    refused = await _carried(courier, route=route, leased=leased)
    if refused is None:
        return _Tried(leased, OutboxEvent.ACCEPTED, None)
    last = leased.attempts >= ATTEMPTS_MAX and not refused.gone
    return _Tried(leased, OutboxEvent.EXHAUSTED if last else OutboxEvent.FAILED, refused)


async def _carried(courier: Courier, *, route: _Route, leased: _Leased) -> NotTaken | None:
    try:
        body = courier.keys.open(leased.sealed, row=leased.id.bytes).decode()
    except SealBroken as cause:
        return NotTaken(cause.code)
    return await route.carry(Message(id=leased.id, mark=route.mark, body=body))


async def _settle(courier: Courier, *, route: _Route, tried: Sequence[_Tried]) -> Delivered:
    """What became of messages that were tried: of all in one transaction, or of each in its own.

    Others write to the same measures and statements in sets; one who lets the other go first then
    has nothing to wait for.
    """
    try:
        settled = await _write(courier, tried=tried)
    except Deadlocked:
        settled = {row for each in tried for row in await _write(courier, tried=[each])}
    if any(each.refused is not None and each.refused.gone for each in tried):
        now = courier.clock()
        await endpoints.mark_gone(courier.pool, station=route.station, url=route.url, now=now)
    return _sum(
        _COUNTED[each.event] if each.leased.id in settled else Delivered(overtaken=1)
        for each in tried
    )


async def _write(courier: Courier, *, tried: Sequence[_Tried]) -> set[UUID]:
    """The ids of the messages that were this worker's to settle."""
    now = courier.clock()
    common = {
        "now": now,
        "owner": DEAD_LETTER_OWNER,
        "reconcile_at": now + timedelta(seconds=courier.confirm_seconds),
        **_ACCEPTANCES,
    }
    settled: set[UUID] = set()
    async with every_tenant_transaction(courier.pool) as connection:
        for event in {each.event: None for each in tried}:
            named = _named([each for each in tried if each.event is event], courier=courier)
            sql = _SETTLEMENTS[transition(OutboxState.DUE, event=event)]
            cursor = await connection.execute(sql, {**common, **named})
            settled |= {row[0] for row in await cursor.fetchall()}
    return settled


def _named(tried: Sequence[_Tried], *, courier: Courier) -> dict[str, object]:
    now = courier.clock()
    return {
        "lease_token": tried[0].leased.lease_token,
        "ids": [each.leased.id for each in tried],
        "errors": [None if each.refused is None else each.refused.error for each in tried],
        "due_at": [
            now + _pause(courier, attempts=each.leased.attempts, refused=each.refused)
            for each in tried
        ],
    }


def _pause(courier: Courier, *, attempts: int, refused: NotTaken | None) -> timedelta:
    """As `pause`, and not before the receiver asked to be tried again, within its ceiling."""
    asked = 0.0 if refused is None else min(refused.after_seconds, PAUSE_SECONDS_MAX)
    return max(pause(attempts, chance=courier.chance), timedelta(seconds=asked))


def _sum(parts: Iterable[Delivered]) -> Delivered:
    return sum(parts, start=Delivered())


async def _all(rounds: Iterable[Coroutine[None, None, Delivered]]) -> list[Delivered]:
    """What each came to, once all have ended; then the first error, if there was one."""
    ended = await asyncio.gather(*rounds, return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if isinstance(each, Delivered)]
