"""Light or dark on the public pages: chosen by a button beside the languages, nothing is lost."""

from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode

from tutela.web.answer import Answer, LineAnswer
from tutela.web.endpoint import Asked, Handler
from tutela.web.public.away import CSS
from tutela.web.public.filled import FIELDS_MAX
from tutela.web.public.offer import Offer
from tutela.web.public.pages import accepted_language
from tutela.web.theme import Theme, dark_style, theme_cookie, theme_in

#: How the value of such a button begins; the rest names a theme.
CHOSEN: Final = "theme-"
FILE: Final = "report-dark.css"


def show_dark() -> Handler:
    """200 with the dark colours as they were chosen: pages need not know, so none is kept apart."""

    async def handle(asked: Asked) -> Answer:
        return Answer(200, dark_style(theme_in(asked.headers), file=FILE), CSS)

    return handle


def with_theme(handler: Handler, *, offer: Offer) -> Handler:
    """The handler of a form that has the buttons: to it a theme is the language it has already.

    The cookie ends with the browser: a shared device tells nobody of a visit.
    """

    async def handle(asked: Asked) -> Answer | LineAnswer:
        theme = _chosen(asked.body)
        if theme is None:
            return await handler(asked)
        given = await handler(replace(asked, body=_as_language(asked, offer=offer)))
        if isinstance(given, LineAnswer):
            return given
        return replace(given, headers=(*given.headers, theme_cookie(theme)))

    return handle


def _chosen(body: bytes) -> Theme | None:
    said = dict(_pairs(body)).get("go", "")
    name = said.removeprefix(CHOSEN)
    return Theme(name) if said.startswith(CHOSEN) and name in set(Theme) else None


def _as_language(asked: Asked, *, offer: Offer) -> bytes:
    pairs = _pairs(asked.body)
    language = accepted_language(asked.headers, dict(pairs).get("lang"), offer=offer)
    return urlencode([(name, language if name == "go" else text) for name, text in pairs]).encode()


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields as they were sent; none where that is no form, which the handler refuses."""
    try:
        return parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        return []
