"""The keys of actors: fetched from their own servers, kept, and not asked for too often."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from tutela.access.actors.documents import (
    Document,
    check_named_back,
    key_in,
    kind_of,
    read_document,
)
from tutela.access.actors.errors import ActorGone, KeyElsewhere, KeyUnavailable, KeyUnknown
from tutela.access.pace import Pace
from tutela.access.signatures.algorithms import PublicKey
from tutela.access.signatures.errors import SignatureRefused
from tutela.outside.guard import Outside, OutsideGone, OutsideRefused, OutsideUnavailable
from tutela.outside.places import Place, read_place

ACCEPT: Final = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
DOCUMENT_MAX_BYTES: Final = 256 * 1024
#: How long a key is trusted without asking again, also where its actor was deleted meanwhile.
KEY_SECONDS: Final = 3_600.0
#: How long a refusal is repeated without asking again.
REFUSAL_SECONDS: Final = 60.0
UNAVAILABLE_SECONDS: Final = 15.0
#: A key this young is not asked for again because a signature does not fit it.
RENEW_AFTER_SECONDS: Final = 5.0
KEPT_MAX: Final = 8_192
#: How often one server is asked: for keys that are new here, and for keys that may have changed.
NEW_PER_SECOND: Final = 1.0
NEW_AT_ONCE: Final = 30.0
RENEWED_PER_SECOND: Final = 1 / 60
RENEWED_AT_ONCE: Final = 3.0

#: Who may publish what a server says: an upload of a user must not pass for an actor.
_KINDS: Final = frozenset({"application/activity+json", "application/ld+json"})

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Named:
    """A key by its id, of the actor that is said to own it."""

    key_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class ActorKey:
    """A key that the actor's own document names, and what kind of actor it is."""

    named: Named
    key: PublicKey
    kind: str
    fetched_seconds: float


@dataclass(frozen=True, slots=True)
class _Refusal:
    error: SignatureRefused
    until_seconds: float


@dataclass
class _Paces:
    new: Pace = field(default_factory=lambda: Pace(per_second=NEW_PER_SECOND, burst=NEW_AT_ONCE))
    renewed: Pace = field(
        default_factory=lambda: Pace(per_second=RENEWED_PER_SECOND, burst=RENEWED_AT_ONCE)
    )


class _Kept(OrderedDict[object, _Value], Generic[_Value]):
    """The latest KEPT_MAX entries."""

    def keep(self, name: object, *, value: _Value) -> _Value:
        self[name] = value
        self.move_to_end(name)
        if len(self) > KEPT_MAX:
            self.popitem(last=False)
        return value


class KeyDirectory:
    """What this process knows of keys; concurrent questions for one key are one fetch."""

    def __init__(self, outside: Outside, *, monotonic: Callable[[], float]) -> None:
        self._outside = outside
        self._monotonic = monotonic
        self._keys = _Kept[ActorKey]()
        self._refusals = _Kept[_Refusal]()
        self._paces = _Kept[_Paces]()
        self._flights: dict[Named, asyncio.Task[ActorKey]] = {}

    async def find(self, named: Named) -> ActorKey:
        """The key, from memory or from the actor's server.

        Errors: `KeyUnknown`, `KeyElsewhere`, `KeyUnfit`, `ActorGone`, `KeyUnavailable`.
        """
        known = self._keys.get(named)
        if known is not None and self._age(known) < KEY_SECONDS:
            return known
        refusal = self._refusals.get(named)
        if refusal is not None and self._monotonic() < refusal.until_seconds:
            raise type(refusal.error)(refusal.error.detail)
        host = _check_places(named)
        if named not in self._flights and not self._pace(host).new.allows(self._monotonic()):
            raise KeyUnavailable("Too many keys of that server were asked for. Come back later.")
        return await self._fly(named)

    async def renewed(self, known: ActorKey) -> ActorKey | None:
        """The key as it is published now, where it may have changed and asking is not too much."""
        host = _check_places(known.named)
        if self._age(known) < RENEW_AFTER_SECONDS:
            return None
        if not self._pace(host).renewed.allows(self._monotonic()):
            return None
        return await self._fly(known.named)

    def _age(self, known: ActorKey) -> float:
        return self._monotonic() - known.fetched_seconds

    def _pace(self, host: str) -> _Paces:
        known = self._paces.get(host)
        return self._paces.keep(host, value=_Paces() if known is None else known)

    async def _fly(self, named: Named) -> ActorKey:
        flight = self._flights.get(named)
        if flight is None:
            flight = self._flights[named] = asyncio.create_task(self._ask(named))
            flight.add_done_callback(lambda done: self._landed(named, flight=done))
        return await asyncio.shield(flight)

    def _landed(self, named: Named, *, flight: "asyncio.Task[ActorKey]") -> None:
        del self._flights[named]
        if flight.cancelled():
            return
        error = flight.exception()
        if isinstance(error, SignatureRefused):
            brief = isinstance(error, KeyUnavailable)
            seconds = UNAVAILABLE_SECONDS if brief else REFUSAL_SECONDS
            self._refusals.keep(named, value=_Refusal(error, self._monotonic() + seconds))
        elif error is None:
            self._keys.keep(named, value=flight.result())

    async def _ask(self, named: Named) -> ActorKey:
        url = named.key_id.partition("#")[0]
        document = await self._document(url)
        key = key_in(document, key_id=named.key_id, actor=named.actor)
        if url != named.actor:
            document = await self._document(named.actor)
        check_named_back(document, key_id=named.key_id, actor=named.actor)
        return ActorKey(named, key, kind_of(document), self._monotonic())

    async def _document(self, url: str) -> Document:
        try:
            fetched = await self._outside.get(url, accept=ACCEPT, max_bytes=DOCUMENT_MAX_BYTES)
        except OutsideGone as cause:
            raise ActorGone("The actor's server does not have it any more.") from cause
        except OutsideRefused as cause:
            raise KeyUnknown(f"keyId is not fetched: {cause.detail}") from cause
        except OutsideUnavailable as cause:
            raise KeyUnavailable(cause.detail) from cause
        if _server(read_place(fetched.final_url)) != _server(read_place(url)):
            raise KeyElsewhere("The actor's server sends on to another one.")
        if fetched.content_type.partition(";")[0].strip().lower() not in _KINDS:
            raise KeyUnknown("What is at keyId is not of type application/activity+json.")
        return read_document(fetched.body)


def _check_places(named: Named) -> str:
    try:
        key, actor = _server(read_place(named.key_id)), _server(read_place(named.actor))
    except OutsideRefused as cause:
        raise KeyUnknown(f"keyId or actor is not fetched: {cause.detail}") from cause
    if key != actor:
        raise KeyElsewhere("keyId lies on another server than the activity's actor.")
    return key[1]


def _server(place: Place) -> tuple[str, str, int]:
    return place.scheme, place.host, place.port
