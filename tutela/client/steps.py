"""A call as steps without I/O: it yields what is to be done, and is sent what came of it."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol, Self, TypeAlias, TypeVar

import httpx

from tutela.client.trust import KeyStore, LogTrust

T = TypeVar("T")


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes to the service; `keys` are those of the records that it would make.

    `is_public`: the token is not told. `is_repeatable`: done twice, it is done once.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    idempotency_key: str | None = None
    keys: tuple[str, ...] = ()
    is_public: bool = False
    is_repeatable: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes = field(default=b"", repr=False)
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer came; `may_have_arrived` is False where the connection was never there."""

    cause: str
    may_have_arrived: bool


@dataclass(frozen=True, slots=True)
class Pause:
    """To wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Pull:
    """To be sent the caller's next one, or None after the last."""


@dataclass(frozen=True, slots=True)
class Emit:
    """To hand one result to the caller."""

    result: object


#: What a call asks of its shell before it ends with a T.
Steps: TypeAlias = Generator[Request | Pause, Any, T]
#: The same for a call with many results.
Stream: TypeAlias = Generator[Request | Pause | Pull | Emit, Any, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one attempt may be silent; how often and how long a call is sent again."""

    timeout_seconds: float = 30.0
    retries: int = 8
    #: From the first attempt to the last, pauses included.
    total_seconds: float = 120.0


PATIENT: Final = Patience()


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """What every call of one client stands on."""

    trust: LogTrust
    patience: Patience
    monotonic: Callable[[], float]
    chance: Callable[[int], bytes]
    clock: Callable[[], datetime]

    @classmethod
    def of(
        cls,
        log_key: str | KeyStore | None,
        *,
        patience: Patience,
        surroundings: "World",
    ) -> Self:
        """What the calls stand on, as a client is made."""
        return cls(
            trust=LogTrust(log_key),
            patience=patience,
            monotonic=surroundings.monotonic,
            chance=surroundings.chance,
            clock=surroundings.clock,
        )

    def new_key(self) -> str:
        """A key that nobody used before."""
        return self.chance(16).hex()


class World(Protocol):
    """What both clients need to know of the world: time and chance."""

    @property
    def monotonic(self) -> Callable[[], float]: ...

    @property
    def chance(self) -> Callable[[int], bytes]: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The world around a client; an `http` of the caller's own is not closed by the client."""

    http: httpx.Client | None = None
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[int], bytes] = os.urandom
    clock: Callable[[], datetime] = now


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncSurroundings:
    """The world around an asynchronous client."""

    http: httpx.AsyncClient | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[int], bytes] = os.urandom
    clock: Callable[[], datetime] = now
