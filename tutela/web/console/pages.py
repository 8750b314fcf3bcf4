"""A screen as an answer: its template in the frame, the headers that keep it safe, its faults."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tutela.access.roles import Right, has
from tutela.errors import TutelaError
from tutela.web.answer import HTML, Answer
from tutela.web.console.navigation import entries
from tutela.web.console.visit import MARK_FIELD, LoggedOut, Visit
from tutela.web.console.words import ago, day_and_time, due, field_name, length_of, plain, since
from tutela.web.problem import headers_of
from tutela.web.theme import DARK_MEDIA, theme_in

#: Where a fault is told on a page that stays as it is.
FAULT_PLACE: Final = "#fault"
#: A form that is posted, as it begins: what stands in its attributes is escaped.
_FORM: Final = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')
_HEADERS: Final = (
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_TEMPLATES: Final = Environment(
    loader=PackageLoader("tutela.web"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["plain"] = plain
_TEMPLATES.filters["field_name"] = field_name
_TEMPLATES.filters["length_of"] = length_of
_TEMPLATES.filters["day_and_time"] = day_and_time


def page(
    visit: Visit,
    *,
    template: str,
    http_status: int = 200,
    images: Sequence[str] = (),
    **shown: object,
) -> Answer:
    """The template with what it shows, which also knows the visit; `images`: hosts they come from.

    Templates say times by `since(instant)`, `ago(instant)`, `due(instant)` and
    `instant | day_and_time`, names of lists by `name | plain`, and ask `may("see_cases")` for what
    the visitor may do.
    """
    text = _TEMPLATES.get_template(f"console/{template}").render(**_frame(visit), **shown)
    return Answer(http_status, _marked(text, visit=visit), HTML, safety_headers(images=images))


def part(template: str, *, now: datetime, **shown: object) -> str:
    """A part of a page that is the same for everybody who may see it: it knows no visitor."""
    return _TEMPLATES.get_template(f"console/{template}").render(
        since=lambda instant: since(instant, now=now),
        ago=lambda instant: ago(instant, now=now),
        **shown,
    )


def safety_headers(*, images: Sequence[str] = ()) -> tuple[tuple[bytes, bytes], ...]:
    """No script but ours, in no frame; pictures from here and from the hosts that are given."""
    pictures = " ".join(["'self'", "data:", *images])
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        f"img-src {pictures}; frame-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    return ((b"content-security-policy", policy.encode()), *_HEADERS)


def moved(address: str, *, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
    """After a form was taken: what the browser shows now (303), or htmx goes to."""
    where = ((b"location", address.encode()), *safety_headers(), *headers)
    return Answer(303, b"", HTML, where)


def followed(given: Answer, *, visit: Visit) -> Answer:
    """The answer as htmx follows it: `fetch` alone would show the next page as a part of this."""
    if given.status != HTTPStatus.SEE_OTHER or not visit.is_partial:
        return given
    there = dict(given.headers)[b"location"]
    kept = tuple(each for each in given.headers if each[0] != b"location")
    return Answer(HTTPStatus.OK, b"", HTML, (*kept, (b"hx-redirect", there)))


def fault_page(visit: Visit, *, error: TutelaError) -> Answer:
    """The error in words: on a page of its own, or in the place that a page keeps for it."""
    if isinstance(error, LoggedOut) and not visit.is_partial:
        return moved(login_address(visit))
    template = "fault_part.html" if visit.is_partial else "fault.html"
    told = page(visit, template=template, http_status=int(error.status), error=error)
    headers = (*told.headers, *headers_of(error))
    if visit.is_partial:
        headers += ((b"hx-retarget", FAULT_PLACE.encode()), (b"hx-reswap", b"innerHTML"))
    return Answer(told.status, told.body, HTML, headers)


def login_address(visit: Visit) -> str:
    """The login form, which leads back to what was asked for."""
    if visit.address == "/":
        return "/login"
    return f"/login?next={quote(visit.address, safe='/')}"


def _marked(text: str, *, visit: Visit) -> bytes:
    """The page with its mark in each form that is posted, by which it is done once."""
    if visit.mark:
        field = f'<input type="hidden" name="{MARK_FIELD}" value="{visit.mark}">'
        text = _FORM.sub(lambda found: found[0] + field, text)
    return text.encode()


def _frame(visit: Visit) -> Mapping[str, Any]:
    visitor = visit.visitor
    return {
        "visit": visit,
        "service": visit.service,
        "services": visit.services,
        "staff": visitor,
        "dark_media": DARK_MEDIA.get(theme_in(visit.headers)),
        "entries": [] if visitor is None else entries(visitor.role),
        "may": lambda right: visitor is not None and has(visitor.role, right=Right(right)),
        "since": lambda instant: since(instant, now=visit.now),
        "ago": lambda instant: ago(instant, now=visit.now),
        "due": lambda instant: due(instant, now=visit.now),
    }
