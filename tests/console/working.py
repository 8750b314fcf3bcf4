"""A reviewer at work on the screens: cases to decide, and what their forms send."""

from html.parser import HTMLParser
from typing import Any

import httpx

from tests.fixtures.site import Site, notice
from tutela.web.console.visit import MARK_FIELD

#: What a form without fields is sent as here: httpx names no type for an empty one.
PRESSED = {"pressed": "1"}
SCAM = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"


class _Fields(HTMLParser):
    """The hidden fields of the form that decides, but for the mark: its own key makes it once."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("id") == "decide"
        if self._inside and given.get("type") == "hidden" and given["name"] != MARK_FIELD:
            self.hidden[str(given["name"])] = given.get("value") or ""


def hidden_fields(page: str) -> dict[str, str]:
    """What the form of the page says without being typed."""
    found = _Fields()
    found.feed(page)
    return found.hidden


async def reported(web: Site, **fields: object) -> dict[str, Any]:
    """An accepted notice."""
    answer = await web.post("/v1/notices", body=notice(**fields))
    assert answer.status_code == 201, answer.text
    accepted: dict[str, Any] = answer.json()
    return accepted


async def claimed(client: httpx.AsyncClient) -> str:
    """The address of the case that the queue gave."""
    given = await client.post("/console/main/queue/claim", data=PRESSED)
    assert given.status_code == 303, given.text
    address = given.headers["location"]
    assert "/cases/" in address, address
    return str(address)


async def form_of(client: httpx.AsyncClient, *, at: str, **said: object) -> dict[str, Any]:
    """What a browser would send from the case's page that dismisses it, changed by what is said."""
    page = (await client.get(at)).text
    fields = hidden_fields(page)
    assert fields["lease_token"]
    return {
        **fields,
        "outcome": "dismiss",
        "which": "all",
        "explanation": "nothing here breaks a rule",
        "guideline_version": "2026-10",
        **said,
    }


def action(**said: object) -> dict[str, object]:
    """Fields that restrict the case's subject."""
    return {
        "outcome": "act",
        "category": SCAM,
        "ground": "illegal",
        "legal_ground": "Act 1, section 2",
        "facts": "token 4f1c",
        "content_type": ["text"],
        "content_date": "2026-11-20",
        "measure": ["visibility_removed"],
        "automated_detection": "no",
        "automated_decision": "none",
        "application_date": "2026-11-21",
        **said,
    }
