"""Decentralised identifiers of AT Protocol and their documents, fetched under the guard and kept.

did:plc is asked of the directory that the operator names and of no other, did:web of its own host.
Source: AT Protocol, DID; did:web method specification; DID PLC Directory.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final, NewType

from tutela.access.did_keys import SigningKey, keys_in
from tutela.access.pace import Paces
from tutela.access.strict_json import read_object
from tutela.errors import TutelaError
from tutela.outside.guard import Outside, OutsideGone, OutsideRefused, OutsideUnavailable

Did = NewType("Did", str)

DID_MAX_CODE_POINTS: Final = 2_048
DOCUMENT_MAX_BYTES: Final = 64 * 1024
#: How long a document is believed; a rotated key is noticed sooner, a withdrawn one by then.
KEEP_SECONDS: Final = 300.0
#: How long it is remembered that a DID has no document, or that nobody could say.
KEEP_UNKNOWN_SECONDS: Final = 60.0
KEEP_UNAVAILABLE_SECONDS: Final = 5.0
#: A document that does not fit a signature is asked for again, but no sooner than this.
REFRESH_SECONDS: Final = 30.0
CACHE_MAX: Final = 10_000
FETCHES_AT_ONCE: Final = 32
#: How often one host, or the directory, is asked for what nobody knows yet.
PER_SECOND: Final = 20.0
BURST: Final = 200.0
HOSTS_MAX: Final = 10_000

_DID: Final = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")
_PLC: Final = re.compile(r"did:plc:[a-z2-7]{24}")
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_WEB: Final = re.compile(
    rf"did:web:(?P<host>(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?|localhost)(?:%3[Aa](?P<port>\d{{1,5}}))?"
)
_ACCEPT: Final = "application/did+ld+json, application/json"


class UnresolvedDid(TutelaError):
    """A DID leads to no document that can be believed."""

    code = "did_unresolved"
    title = "The DID can't be resolved"
    status = HTTPStatus.UNAUTHORIZED


class DidUnavailable(TutelaError):
    """Whoever keeps the document of a DID did not answer; the same call may succeed later."""

    code = "did_unavailable"
    title = "The DID can't be resolved now"
    status = HTTPStatus.SERVICE_UNAVAILABLE


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The keys in a DID's document, and until when they are believed."""

    keys: Mapping[str, SigningKey]
    fetched_at: float
    until: float


@dataclass(frozen=True, slots=True)
class _Unknown:
    """Why there is no document, and until when that is believed."""

    error: type[TutelaError]
    detail: str
    until: float


def is_did(text: str) -> bool:
    """Whether the text is written as a DID, of whatever method."""
    return len(text) <= DID_MAX_CODE_POINTS and _DID.fullmatch(text) is not None


class Dids:
    """Knows the keys of DIDs; a document is fetched once for all who wait for it."""

    def __init__(
        self, outside: Outside, *, plc_directory: str | None, monotonic: Callable[[], float]
    ) -> None:
        self._outside = outside
        self._plc_directory = plc_directory
        self._monotonic = monotonic
        self._kept: OrderedDict[Did, Known | _Unknown] = OrderedDict()
        self._running: dict[Did, asyncio.Task[Known | _Unknown]] = {}
        self._paces = Paces(per_second=PER_SECOND, burst=BURST, names_max=HOSTS_MAX)

    async def keys(self, did: Did) -> Known:
        """The keys of the DID. Errors: `UnresolvedDid`, `DidUnavailable`."""
        return _known(self._believed(did) or await self._fetch(did))

    async def newer_keys(self, did: Did, *, than: Known) -> Known | None:
        """The keys after a rotation; None where the document was fetched a moment ago.

        Errors: as `keys`.
        """
        kept = self._believed(did)
        if kept is not None and kept is not than:
            return _known(kept)
        if self._monotonic() - than.fetched_at < REFRESH_SECONDS:
            return None
        return _known(await self._fetch(did))

    def _believed(self, did: Did) -> Known | _Unknown | None:
        kept = self._kept.get(did)
        if kept is None or self._monotonic() >= kept.until:
            return None
        self._kept.move_to_end(did)
        return kept

    async def _fetch(self, did: Did) -> Known | _Unknown:
        running = self._running.get(did)
        if running is None:
            if len(self._running) >= FETCHES_AT_ONCE or not self._may_ask(did):
                raise DidUnavailable("Too many DIDs are being resolved. Come back in a moment.")
            running = asyncio.create_task(self._ask(did))
            self._running[did] = running
            running.add_done_callback(lambda _: self._running.pop(did, None))
        return await asyncio.shield(running)

    def _may_ask(self, did: Did) -> bool:
        host = "did:plc" if did.startswith("did:plc:") else did.lower()
        return self._paces.allows(host, seconds=self._monotonic())

    async def _ask(self, did: Did) -> Known | _Unknown:
        now = self._monotonic()
        try:
            found: Known | _Unknown = Known(await self._document(did), now, now + KEEP_SECONDS)
        except (UnresolvedDid, OutsideGone, OutsideRefused) as error:
            found = _Unknown(UnresolvedDid, error.detail, now + KEEP_UNKNOWN_SECONDS)
        except OutsideUnavailable as error:
            found = _Unknown(DidUnavailable, error.detail, now + KEEP_UNAVAILABLE_SECONDS)
            if isinstance(kept := self._believed(did), Known):
                self._kept[did] = replace(kept, fetched_at=now)
                return found
        self._kept[did] = found
        self._kept.move_to_end(did)
        if len(self._kept) > CACHE_MAX:
            self._kept.popitem(last=False)
        return found

    async def _document(self, did: Did) -> dict[str, SigningKey]:
        fetched = await self._outside.get(
            place_of(did, plc_directory=self._plc_directory),
            accept=_ACCEPT,
            max_bytes=DOCUMENT_MAX_BYTES,
        )
        try:
            document = read_object(fetched.body)
        except ValueError as cause:
            raise UnresolvedDid("What answers for the DID is no JSON document.") from cause
        if document.get("id") != did:
            raise UnresolvedDid("The document that answers for the DID is of another DID.")
        return keys_in(document, did=did)


def place_of(did: Did, *, plc_directory: str | None) -> str:
    """The URL of a DID's document; `UnresolvedDid` where this service knows no way to it."""
    if did.startswith("did:plc:"):
        if not _PLC.fullmatch(did):
            raise UnresolvedDid("A did:plc has 24 characters of a-z and 2-7.")
        if plc_directory is None:
            raise UnresolvedDid("This service resolves no did:plc: it has no TUTELA_PLC_DIRECTORY.")
        return f"{plc_directory.rstrip('/')}/{did}"
    if not did.startswith("did:web:"):
        raise UnresolvedDid("Only did:plc and did:web are resolved.")
    web = _WEB.fullmatch(did)
    if web is None:
        raise UnresolvedDid("A did:web names a host, a port if need be, and no path.")
    scheme = "http" if web["host"] == "localhost" else "https"
    port = "" if web["port"] is None else f":{web['port']}"
    return f"{scheme}://{web['host'].lower()}{port}/.well-known/did.json"


def _known(found: Known | _Unknown) -> Known:
    if isinstance(found, _Unknown):
        raise found.error(found.detail)
    return found
