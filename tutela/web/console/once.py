"""A form that carries the mark of its page is done once, however often it is sent."""

import hashlib
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from tutela.access.sent_forms import SentForm, SentForms
from tutela.web.answer import Answer, StreamAnswer
from tutela.web.console.pages import moved
from tutela.web.console.visit import Visit

#: What the page is told that a form leads to for the second time.
AGAIN: Final = "sent=before"

Given = Answer | StreamAnswer


async def done_once(
    visit: Visit, *, forms: SentForms, path: str, act: Callable[[Visit], Awaitable[Given]]
) -> Given:
    """What the act leads to; where the form was sent before, the way to the same page.

    A form without a mark is acted on each time, and so is one that led to no other page: a fault,
    a preview, a value that is read. Raises FormUnderWay, and whatever the act raises.
    """
    if visit.visitor is None or not visit.form.mark:
        return await act(visit)
    digest = hashlib.sha256(b"%b\0%b" % (path.encode(), visit.form.digest)).digest()
    sent = SentForm(cookie=visit.cookie, digest=digest)
    before = await forms.begin(sent)
    if before is not None:
        return moved(_again(before))
    led_to = None
    try:
        given = await act(visit)
        led_to = _led_to(given)
    finally:
        await forms.end(sent, led_to=led_to)
    return given


def _led_to(given: Given) -> str | None:
    """The page that the answer leads to; None where there is none, or it sets a cookie as well."""
    headers = dict(given.headers)
    if given.status != HTTPStatus.SEE_OTHER or b"set-cookie" in headers:
        return None
    return headers[b"location"].decode()


def _again(address: str) -> str:
    parts = urlsplit(address)
    query = f"{parts.query}&{AGAIN}" if parts.query else AGAIN
    return parts._replace(query=query).geturl()
