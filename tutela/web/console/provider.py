"""In by a provider of identities: on the way there, and back with what it says."""

import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from tutela.access.keys import KeySet, SealBroken, Sealed
from tutela.access.login.entrance import Entrance
from tutela.access.login.guesses import Outcome
from tutela.access.sessions import Proven
from tutela.errors import TutelaError
from tutela.staff.provider.chosen import ProviderRefused
from tutela.staff.provider.journey import Journey
from tutela.staff.provider.matching import match
from tutela.staff.room import StaffRoom
from tutela.web.answer import Answer
from tutela.web.console.login import HOME, following_step, own_place, session_cookie
from tutela.web.console.pages import moved, page
from tutela.web.console.screen import Needs, Screen
from tutela.web.console.visit import Visit
from tutela.web.cookies import named

if TYPE_CHECKING:
    from tutela.staff.provider.asking import Provider

PLACE: Final = "/login/provider"
BACK: Final = f"{PLACE}/back"
COOKIE: Final = "tutela_journey"
#: Over https no other host of the domain can set it (RFC 6265bis, 4.1.3.2; CWE-384).
HOST_COOKIE: Final = f"__Host-{COOKIE}"
#: How long somebody may take at the provider.
MINUTES: Final = 10
SECRET_BYTES: Final = 32
_ROW: Final = b"login journey"
_WRAPPED_BYTES: Final = 60


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser keeps for us, sealed, until it comes back."""

    state: str
    nonce: str
    verifier: str
    back: str
    following: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRoom:
    """What logins at a provider stand on."""

    provider: "Provider"
    staff: StaffRoom
    entrance: Entrance
    keys: KeySet
    public_url: str | None


def provider_screens(room: ProviderRoom) -> Sequence[Screen]:
    """The way to the provider, and the way back."""
    desk = _Desk(room)
    return (
        Screen("GET", PLACE, Needs.NOTHING, desk.go),
        Screen("GET", BACK, Needs.NOTHING, desk.come_back),
    )


class _Desk:
    def __init__(self, room: ProviderRoom) -> None:
        self._room = room

    async def go(self, visit: Visit) -> Answer:
        """The provider's own page; the browser keeps what has to come back."""
        room = self._room
        state, nonce, verifier = (_text(room.staff.chance(SECRET_BYTES)) for _ in range(3))
        journey = Journey(state=state, nonce=nonce, verifier=verifier, back=self._back(visit))
        kept = _Kept(
            state=state,
            nonce=nonce,
            verifier=verifier,
            back=journey.back,
            following=own_place(visit.query.get("next", HOME)),
            until=room.staff.clock() + timedelta(minutes=MINUTES),
        )
        sealed = room.keys.seal(msgspec.json.encode(kept), row=_ROW)
        where = await room.provider.way_there(journey)
        told = _cookie(_text(sealed.key + sealed.body), visit=visit, seconds=MINUTES * 60)
        return moved(where, headers=(told,))

    async def come_back(self, visit: Visit) -> Answer:
        """A session, or the next step; the page leads on by itself (see below)."""
        try:
            kept = self._kept(visit)
            journey = Journey(
                state=kept.state, nonce=kept.nonce, verifier=kept.verifier, back=kept.back
            )
            claims = await self._room.provider.claims(journey, code=visit.query.get("code", ""))
            chosen = self._room.provider.chosen
            known = await match(self._room.staff, chosen=chosen, claims=claims)
        except TutelaError:
            await self._room.entrance.note(Outcome.REFUSED)
            raise
        entered = await self._room.entrance.let_in(
            known.person, origin=visit.origin, proven=Proven(is_strong=known.is_strong)
        )
        following = following_step(entered, following=kept.following)
        # Strict cookies don't come with what another site led to; from a page of ours they do.
        told = page(visit, template="login_on.html", following=following)
        cookies = (
            session_cookie(visit, entered=entered, entrance=self._room.entrance),
            _cookie("", visit=visit, seconds=0),
        )
        return Answer(told.status, told.body, told.content_type, (*told.headers, *cookies))

    def _kept(self, visit: Visit) -> _Kept:
        """What this browser began with; raises ProviderRefused unless that came back."""
        kept = self._opened(named(visit.headers, name=_name(visit)))
        if kept is None or kept.until < self._room.staff.clock():
            raise ProviderRefused("This login was not begun in this browser, or too long ago.")
        state = visit.query.get("state", "")
        if not hmac.compare_digest(state.encode(), kept.state.encode()):
            raise ProviderRefused("The answer is to another login than the one begun here.")
        if "error" in visit.query or not visit.query.get("code"):
            raise ProviderRefused("The provider says that you are not let in, or you went back.")
        return kept

    def _opened(self, cookie: str) -> _Kept | None:
        try:
            raw = base64.urlsafe_b64decode(cookie.encode() + b"=" * (-len(cookie) % 4))
            sealed = Sealed(raw[:_WRAPPED_BYTES], raw[_WRAPPED_BYTES:])
            return msgspec.json.decode(self._room.keys.open(sealed, row=_ROW), type=_Kept)
        except (ValueError, SealBroken):
            return None

    def _back(self, visit: Visit) -> str:
        scheme = "https" if visit.is_secure else "http"
        host = visit.headers.get(b"host", b"").decode("latin-1")
        return f"{self._room.public_url or f'{scheme}://{host}'}{BACK}"


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")


def _name(visit: Visit) -> str:
    return HOST_COOKIE if visit.is_secure else COOKIE


def _cookie(text: str, *, visit: Visit, seconds: int) -> tuple[bytes, bytes]:
    """Lax: it has to come back with what the provider leads to."""
    place = "/; Secure" if visit.is_secure else PLACE
    told = f"{_name(visit)}={text}; Path={place}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
    return (b"set-cookie", told.encode("latin-1"))
