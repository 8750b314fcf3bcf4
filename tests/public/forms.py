"""A person before the report page, without a browser: what is on it, and what a click sends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from tests.fixtures.site import Site

FORM = "application/x-www-form-urlencoded"
PLACE = "https://example.social/p/91"


class _Reader(HTMLParser):
    """What the first form of a page would send, without its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.ids: set[str] = set()
        self.texts: list[str] = []
        self._area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        name = given.get("name", "")
        if tag == "textarea":
            self._area, self.fields[name] = name, ""
        if tag == "input":
            is_choice = given.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in given:
                self.fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.fields[self._area] += data.removeprefix("\n")
        else:
            self.texts.append(data)


@dataclass
class Visit:
    """One person on their way: the last answer, and the fields that its form would send."""

    site: Site
    language: str = "en"
    answer: httpx.Response | None = None
    fields: dict[str, str] = field(default_factory=dict)
    text: str = ""

    async def open(self, path: str = "/report", **query: str) -> "Visit":
        answer = await self.site.client.get(
            path, params=query, headers={"accept-language": self.language}
        )
        return self._see(answer)

    async def press(self, go: str, **typed: str | None) -> "Visit":
        """The page that answers a button, with what is typed; None leaves a field out."""
        given: dict[str, str | None] = {**self.fields, **typed, "go": go}
        return await self.post("/report", **given)

    async def post(self, path: str, **given: str | None) -> "Visit":
        sent = {name: text for name, text in given.items() if text is not None}
        headers = {"accept-language": self.language}
        return self._see(await self.site.client.post(path, data=sent, headers=headers))

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status_code

    @property
    def html(self) -> str:
        assert self.answer is not None
        return self.answer.text

    @property
    def code(self) -> str:
        """The code on the receipt."""
        return self.html.partition('<p class="code"><code>')[2].partition("</code>")[0]

    def _see(self, answer: httpx.Response) -> "Visit":
        reader = _Reader()
        reader.feed(answer.text)
        self.answer, self.fields = answer, reader.fields
        self.text = " ".join(" ".join(reader.texts).split())
        return self


async def report(site: Site, *, fields: Mapping[str, str | None], language: str = "en") -> Visit:
    """A report in the three steps, sent a second time where the page asks once more."""
    visit = await Visit(site, language).open()
    steps = (("where",), ("harm", "why", "danger", "minor"), ("name", "email", "good_faith"))
    for names, go in zip(steps, ("next", "next", "send"), strict=True):
        await visit.press(go, **{name: fields[name] for name in names if name in fields})
        assert visit.status in (200, 201), visit.text
    if visit.status == httpx.codes.OK:
        await visit.press("send")
    return visit
