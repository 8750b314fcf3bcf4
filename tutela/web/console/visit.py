"""What a screen is asked, and by whom."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qsl

from tutela.access.sessions import Origin
from tutela.access.tokens import Caller
from tutela.access.users import Person
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import Unfit, refuse_if_any
from tutela.web.endpoint import Broken
from tutela.web.origin import host_of

FIELDS_MAX = 2_000
#: The field by which a form says on which page it stood.
MARK_FIELD = "once"
MARK_DIGITS = 16


class ForeignForm(TutelaError):
    """The form was sent by a page of another site."""

    code = "foreign_form"
    title = "The form was sent by another site"
    status = HTTPStatus.FORBIDDEN


class LoggedOut(TutelaError):
    """Nobody is logged in under the cookie, or no longer."""

    code = "logged_out"
    title = "You are not logged in"
    status = HTTPStatus.UNAUTHORIZED


class Form:
    """What a browser sent, as it was typed; surrounding blanks are taken off."""

    def __init__(self, body: bytes = b"") -> None:
        try:
            pairs = parse_qsl(
                body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
            )
        except ValueError as error:
            raise Unfit(detail="The form can't be read. Go back and send it again.") from error
        self._given: dict[str, list[str]] = {}
        for name, text in pairs:
            self._given.setdefault(name, []).append(text.replace("\r\n", "\n").strip())
        #: Of all that was filled in, as it was sent.
        self.digest = hashlib.sha256(body).digest()

    @property
    def mark(self) -> str:
        """The mark of the page that the form stood on; empty where it carries none."""
        return self.text(MARK_FIELD)

    def text(self, name: str) -> str:
        """The first value of the field; empty where it is absent."""
        return self._given.get(name, [""])[0]

    def texts(self, name: str) -> list[str]:
        """All values of the field that say something."""
        return [text for text in self._given.get(name, []) if text]

    def refuse_unkept(self) -> None:
        """`Unfit` with each field that holds U+0000, which no text of the database can."""
        wrong = [
            FieldError(f"/{name}", "U+0000 can't be kept")
            for name, texts in self._given.items()
            if any("\0" in text for text in texts)
        ]
        refuse_if_any(wrong)

    def names(self) -> list[str]:
        """The fields that were sent."""
        return list(self._given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One call of a screen, its visitor known and allowed."""

    #: None on screens for anybody.
    visitor: Person | None
    #: The visitor acting on the service of the path; None where the path names none.
    speaking: Caller | None
    #: All services of the visitor's tenant, by name.
    services: Sequence[str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form
    headers: Mapping[bytes, bytes]
    #: Of the session; empty where there is none.
    cookie: str
    #: The path and query that were asked for; where a form was sent, those of its page.
    address: str
    is_secure: bool
    #: From where the visitor comes, as far as it is known.
    origin: Origin
    now: datetime
    #: What all forms of the page that is shown carry; empty on pages for anybody.
    mark: str = ""

    @property
    def person(self) -> Person:
        """Who is logged in; there is somebody wherever the screen needs one."""
        if self.visitor is None:
            raise Broken(detail="A screen for anybody was asked who is there.")
        return self.visitor

    @property
    def caller(self) -> Caller:
        """The person acting on the service of the path."""
        if self.speaking is None:
            raise Broken(detail="A screen without a service was asked who acts there.")
        return self.speaking

    @property
    def service(self) -> str:
        """The service of the path; empty where it names none."""
        return "" if self.speaking is None else self.speaking.service

    @property
    def session_mark(self) -> str:
        """What a browser marks by what it keeps of this session; it tells nothing of the cookie."""
        return hashlib.sha256(b"kept by a page\0" + self.cookie.encode()).hexdigest()[:MARK_DIGITS]

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks, for a part of a page."""
        return b"hx-request" in self.headers


def refuse_foreign(headers: Mapping[bytes, bytes]) -> None:
    """`ForeignForm` unless a page of this site sent the form (`Sec-Fetch-Site`, else `Origin`).

    What sends neither is no browser, and has no cookie that it was not given on purpose.
    """
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is not None:
        is_own = site in (b"same-origin", b"none")
    else:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        is_own = origin is None or (host_of(origin) or None) == host
    if not is_own:
        raise ForeignForm("Open the page itself and send the form from there. Nothing was done.")
