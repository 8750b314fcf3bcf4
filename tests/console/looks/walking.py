"""A real browser before every place: what it finds, what it was sent, and what it loaded."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Request, Response, Route, sync_playwright

from tests.console.looks.place import Fields, Place
from tests.fixtures.auditing import faults, faults_on_paper
from tests.fixtures.browser import CHROMIUM, FLAGS, PATIENCE_MS
from tutela.web.console.cookies import COOKIE

#: WCAG 2.2, 2.5.8 at level AA.
TARGET_PIXELS = 24
#: What is printed, to be read by somebody without a screen.
PRINTED = {"GET /console/{service}/cases/{id}"}
#: A page with all that it loads, uncompressed (issue 8).
PAGE_BYTES_MAX = 300_000
_OPEN = "for (const each of document.querySelectorAll('details')) each.open = true"
_SHOWN = """() => document.title + document.body.textContent + [
    ...document.querySelectorAll('input, textarea')].map(each => each.value).join('')"""
_SENT = """fields => {
  const form = document.createElement('form');
  form.method = 'post';
  form.action = fields[0];
  for (const [name, value] of fields[1]) {
    const each = document.createElement('textarea');
    each.name = name;
    each.value = value;
    form.append(each);
  }
  form.hidden = true;
  document.body.append(form);
  form.submit();
}"""
#: The page after a login at a provider goes on by itself; here it stays to be looked at.
_GOES_ON = 'http-equiv="refresh"'


@dataclass
class Walked:
    """What was found at each place, and all text that was shown."""

    found: dict[str, list[str]] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    #: Of the heaviest page with its files.
    bytes_max: int = 0

    def wrong(self, place: Place, *, what: Sequence[str]) -> None:
        if what:
            key = f"{place.screen} {place.address} ({place.who or 'nobody'})"
            self.found.setdefault(key, []).extend(what)


def walk(url: str, *, places: Sequence[Place], cookies: Mapping[str, str]) -> Walked:
    """What is wrong with the places; for a thread beside that of the site."""
    walked = Walked()
    with _browser() as browser:
        sizes: dict[str, int] = {}
        for who in dict.fromkeys(each.who for each in places):
            context = _context_of(browser, url=url, cookie=cookies.get(who))
            walker = _Walker(context, url=url, sizes=sizes, walked=walked)
            for place in places:
                if place.who == who:
                    walker.look(place)
            context.close()
    return walked


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def _context_of(browser: Browser, *, url: str, cookie: str | None) -> BrowserContext:
    context = browser.new_context(base_url=url)
    if cookie is not None:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    context.route("**/login/provider/back?*", _stays)
    return context


def _stays(route: Route) -> None:
    given = route.fetch()
    route.fulfill(response=given, body=given.text().replace(_GOES_ON, 'name="refresh"'))


class _Walker:
    """One person in one browser."""

    def __init__(
        self, context: BrowserContext, *, url: str, sizes: dict[str, int], walked: Walked
    ) -> None:
        self._page = context.new_page()
        self._page.set_default_timeout(PATIENCE_MS)
        self._url, self._sizes, self._walked = url, sizes, walked
        self._asked: list[str] = []
        self._errors: list[str] = []
        self._page.on("request", self._note_request)
        self._page.on("response", self._note_response)
        self._page.on("pageerror", lambda error: self._errors.append(str(error)))
        self._page.on("console", lambda told: self._note_words(told.type, text=told.text))

    def look(self, place: Place) -> None:
        """Everything that can be said of one place."""
        self._asked.clear()
        self._errors.clear()
        given = self._come_to(place)
        self._page.evaluate(_OPEN)
        shown = self._page.evaluate(_SHOWN)
        self._walked.shown.append(shown)
        wrong = [] if given.status == place.status else [f"answered {given.status}: {shown[:300]}"]
        wrong += self._errors
        wrong += self._weighed(len(given.body()))
        wrong += faults(self._page, target_pixels=TARGET_PIXELS)
        if place.screen in PRINTED:
            wrong += faults_on_paper(self._page)
        if self._page.title().startswith("taken") or self._page.locator("img[onerror]").count():
            wrong.append("hostile words were taken for markup")
        self._walked.wrong(place, what=wrong)

    def _come_to(self, place: Place) -> Response:
        if place.form is None:
            given = self._page.goto(self._followed(place.address))
            assert given is not None
            return given
        if not self._page.url.startswith(self._url):
            self._page.goto("/login")
        with self._page.expect_navigation() as come:
            self._page.evaluate(_SENT, [place.address, _pairs(place.form)])
        given = come.value
        assert given is not None
        return given

    def _followed(self, address: str) -> str:
        """Where a login at a provider comes back to us: Playwright stops at no redirect."""
        while urlsplit(address).path in ("/login/provider", "/authorize"):
            given = self._page.request.get(address, max_redirects=0)
            address = given.headers["location"]
        return address

    def _weighed(self, page_bytes: int) -> list[str]:
        """Where the page is too heavy, or asked for something that is not ours."""
        files = {each for each in self._asked if "/static/" in each}
        weight = page_bytes + sum(self._sizes.get(each, 0) for each in files)
        self._walked.bytes_max = max(self._walked.bytes_max, weight)
        foreign = [each for each in self._asked if urlsplit(each).hostname != "127.0.0.1"]
        heavy = [f"weighs {weight:,} bytes"] if weight > PAGE_BYTES_MAX else []
        return [*heavy, *(f"asked for {each[:80]}" for each in foreign if each[:5] != "data:")]

    def _note_request(self, request: Request) -> None:
        self._asked.append(request.url)

    def _note_response(self, given: Response) -> None:
        if "/static/" in given.url and given.url not in self._sizes:
            self._sizes[given.url] = int(given.headers.get("content-length", "0"))

    def _note_words(self, kind: str, *, text: str) -> None:
        if kind == "error" and not text.startswith("Failed to load resource"):
            self._errors.append(text)


def _pairs(form: Fields) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, said in form.items()
        for value in ([said] if isinstance(said, str) else said)
    ]
