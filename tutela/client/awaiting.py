"""The client for an event loop: each call is awaited."""

import functools
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeAlias, TypeVar, cast

import httpx

from tutela.client import wire
from tutela.client.answers import CaseSummary, Sent, SentNotice
from tutela.client.cases import CaseCalls
from tutela.client.notices import NoticeCalls
from tutela.client.receipts import ReceiptCalls
from tutela.client.steps import (
    PATIENT,
    AsyncSurroundings,
    Core,
    Emit,
    Patience,
    Pause,
    Pull,
    Request,
    Steps,
    Stream,
)
from tutela.client.trust import KeyStore
from tutela.client.watching import WatchCalls
from tutela.client.wire import Address
from tutela.domain.notice import Notice

C = TypeVar("C")
P = ParamSpec("P")
T = TypeVar("T")
Source: TypeAlias = AsyncIterable[T] | Iterable[T]


class _Line:
    """Does what steps ask for, and awaits it."""

    def __init__(self, address: Address, *, world: AsyncSurroundings) -> None:
        self._address = address
        self._sleep = world.sleep
        self._is_own = world.http is None
        self._http = httpx.AsyncClient() if world.http is None else world.http

    async def run(self, steps: Steps[T]) -> T:
        came: object = None
        while True:
            try:
                step = steps.send(came)
            except StopIteration as end:
                return cast("T", end.value)
            came = await self._do(step)

    async def each(self, steps: Stream, *, source: Source[object]) -> AsyncIterator[Any]:
        following = aiter(source) if isinstance(source, AsyncIterable) else iter(source)
        came: object = None
        while True:
            try:
                step = steps.send(came)
            except StopIteration:
                return
            came = None
            if isinstance(step, Emit):
                yield step.result
            elif isinstance(step, Pull):
                came = await _next(following)
            else:
                came = await self._do(step)

    async def close(self) -> None:
        if self._is_own:
            await self._http.aclose()

    async def _do(self, step: Request | Pause) -> object:
        if isinstance(step, Pause):
            await self._sleep(step.seconds)
            return None
        try:
            return wire.reply(await self._http.request(**self._address.call(step)))
        except wire.MISTAKES:
            raise
        except httpx.RequestError as cause:
            return wire.lost(cause)


async def _next(following: AsyncIterator[object] | Iterator[object]) -> object:
    if isinstance(following, AsyncIterator):
        return await anext(following, None)
    return next(following, None)


class _Room(Generic[C]):
    def __init__(self, calls: C, *, line: _Line) -> None:
        self.calls = calls
        self.line = line


def _call(
    call: Callable[Concatenate[C, P], Steps[T]],
) -> Callable[Concatenate[_Room[C], P], Awaitable[T]]:
    """The call as a method whose answer is awaited."""

    @functools.wraps(call)
    async def method(room: _Room[C], /, *args: P.args, **named: P.kwargs) -> T:
        return await room.line.run(call(room.calls, *args, **named))

    return method


class Notices(_Room[NoticeCalls]):
    """Sends notices."""

    send = _call(NoticeCalls.send)
    show = _call(NoticeCalls.show)

    def send_all(self, notices: Source[Notice]) -> AsyncIterator[Sent]:
        return self.line.each(self.calls.send_all(), source=notices)

    def every(self, *, state: str | None = None) -> AsyncIterator[SentNotice]:
        return self.line.each(self.calls.every(state=state), source=())

    send_all.__doc__ = NoticeCalls.send_all.__doc__
    every.__doc__ = NoticeCalls.every.__doc__


class Receipts(_Room[ReceiptCalls]):
    """Asks by receipt, without a token."""

    lookup = _call(ReceiptCalls.lookup)
    add_evidence = _call(ReceiptCalls.add_evidence)
    wait_for_inclusion = _call(ReceiptCalls.wait_for_inclusion)


class Cases(_Room[CaseCalls]):
    """Claims and decides; needs the token of a reviewer."""

    show = _call(CaseCalls.show)
    claim = _call(CaseCalls.claim)
    renew = _call(CaseCalls.renew)
    release = _call(CaseCalls.release)
    decide = _call(CaseCalls.decide)

    def every(self, *, state: str | None = None) -> AsyncIterator[CaseSummary]:
        return self.line.each(self.calls.every(state=state), source=())

    every.__doc__ = CaseCalls.every.__doc__


class AsyncClient(_Room[WatchCalls]):
    """As `Client`, in an event loop; use it in an `async with`.

    `log_key` is the log's public key in base64 (or a `KeyStore` that remembers it); without, the
    first that is seen is believed. `patience` says how often and how long a call is sent again.
    """

    declare = _call(WatchCalls.declare)
    status = _call(WatchCalls.status)

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        log_key: str | KeyStore | None = None,
        patience: Patience = PATIENT,
        surroundings: AsyncSurroundings | None = None,
    ) -> None:
        world = surroundings or AsyncSurroundings()
        core = Core.of(log_key, patience=patience, surroundings=world)
        address = Address(base_url=base_url, token=token, timeout_seconds=patience.timeout_seconds)
        line = _Line(address, world=world)
        super().__init__(WatchCalls(core), line=line)
        self.notices = Notices(NoticeCalls(core), line=line)
        self.receipts = Receipts(ReceiptCalls(core), line=line)
        self.cases = Cases(CaseCalls(core), line=line)

    async def close(self) -> None:
        """Closes the connections, unless they are the caller's own."""
        await self.line.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
