"""The ways through the public pages: every state that a person may come to, looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from playwright.sync_api import Page, Response, Route, sync_playwright

from tests.console.looks.hostile import HOSTILE as MARKUP
from tests.fixtures.auditing import faults
from tests.fixtures.browser import CHROMIUM, FLAGS, PATIENCE_MS
from tests.public.forms import PLACE
from tutela.errors import TutelaError
from tutela.web.public.offer import Offer
from tutela.web.public.pages import error_page
from tutela.web.public.words import Words

LONG = "x" * 513
HOSTILE = MARKUP + "x" * 1_500
#: A page with all that it loads, uncompressed (issue 8).
PAGE_BYTES_MAX = 300_000
#: An explanation at which the test's door says that it is full.
BUSY = "token of a full door"
#: Where a browser is answered as by a call that failed; the rest of the path says how.
FAULTS = "/report/fault/"
_READ = """() => {
  const {lang, dir} = document.documentElement;
  const start = box => dir === 'rtl' ? box.right : box.left;
  const strays = each => {
    const words = document.createRange();
    words.selectNodeContents(each);
    const begin = start(words.getBoundingClientRect());
    return Math.abs(begin - start(each.getBoundingClientRect())) >= 1;
  };
  const words = document.querySelectorAll('main h1, .field > label:not(.choice), .field > .hint');
  return [lang, dir, [...words].filter(each => each.checkVisibility() && strays(each))
    .map(each => each.outerHTML.slice(0, 80))];
}"""
_STATUS = {"busy": 503, "large": 413, "slow": 408, "broken": 500}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Codes of reports and of statements, by how they stand."""

    reports: Mapping[str, str]
    statements: Mapping[str, str]


@dataclass
class Audit:
    """A page on its way through its states, what was found in each, and all that was shown."""

    page: Page
    standing: Standing
    language: str
    words: Words
    found: dict[str, list[str]] = field(default_factory=dict)
    shown: str = ""
    #: Of the files that the pages load.
    sizes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("response", self._weigh)

    def _weigh(self, given: Response) -> None:
        if "/static/" in given.url or given.url.endswith("/dark.css"):
            self.sizes[given.url] = int(given.headers.get("content-length", "0"))

    def look(self, state: str) -> None:
        assert state not in self.found
        text = self.page.content()
        self.shown += unescape(text)
        wrong = [*self._misread(), *faults(self.page)]
        if self.page.title().startswith("taken") or self.page.locator("img[onerror]").count():
            wrong.append("hostile words were taken for markup")
        weight = len(text.encode()) + sum(self.sizes.values())
        if weight > PAGE_BYTES_MAX or len(self.sizes) < len(("css", "dark", "script")):
            wrong.append(f"weighs {weight:,} bytes with {len(self.sizes)} files")
        self.found[state] = wrong

    def _misread(self) -> list[str]:
        """Where a page is in another language, runs the other way or begins at the other edge."""
        language, direction, strays = self.page.evaluate(_READ)
        wrong = [f"begins at the wrong edge: {html}" for html in strays]
        if (language, direction) != (self.language, self.words["direction"]):
            wrong.append(f"is in {language}, {direction}")
        return wrong

    def open(self, path: str) -> None:
        self.page.goto(path)

    def press(self, go: str) -> None:
        self.send(f"form button[value={go}]")

    def send(self, button: str = "form button.main") -> None:
        """The page that answers a form."""
        with self.page.expect_navigation():
            self.page.click(button)

    def press_young(self) -> None:
        """The words for younger people, where the language has some."""
        young = "button[value$=-x-young]"
        if self.page.locator(young).count():
            self.send(young)

    def give(self, code: str, *, at: str) -> None:
        """A code, on the page that asks for one."""
        self.open(at)
        self.page.fill("#code", code)
        self.send()


def walk(url: str, *, language: str, offer: Offer, standing: Standing) -> Audit:
    """All ways, by somebody who reads a language; for a thread beside that of the site."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = browser.new_context(base_url=url, locale=language)
        tell = error_page(root="../../", offer=offer)

        def fail(route: Route) -> None:
            error = TutelaError()
            error.status = _STATUS[route.request.url.rpartition("/")[2]]
            told = tell(error, headers={b"accept-language": language.encode()})
            headers = {name.decode(): text.decode() for name, text in told.headers}
            route.fulfill(
                status=told.status,
                headers={**headers, "content-type": told.content_type},
                body=told.body,
            )

        context.route(f"**{FAULTS}*", fail)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        audit = Audit(page, standing, language, offer.words(language))
        for way in WAYS:
            way(audit)
        browser.close()
    return audit


def steps(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}")
    audit.look("step 1")
    audit.press("next")
    audit.look("step 2")
    audit.page.check("input[value=scam]")
    audit.page.check("input[name=danger]")
    audit.look("step 2, chosen")
    audit.press("next")
    audit.look("step 3")
    audit.page.fill("#email", "nobody")
    audit.press("send")
    audit.look("step 3, asked once more")
    audit.press("send")
    audit.look("receipt, with an address")


def mistakes(audit: Audit) -> None:
    audit.open("/report")
    audit.press("next")
    audit.look("step 1, nothing said")
    audit.page.fill("#where", LONG)
    audit.press("next")
    audit.look("step 1, too long")
    audit.page.fill("#where", PLACE)
    audit.press("next")
    audit.page.fill("#why", "x" * 20_001)
    audit.press("next")
    audit.look("step 2, too long")
    audit.page.fill("#why", "token")
    audit.press("next")
    audit.page.fill("#name", LONG)
    audit.page.check("#good_faith")
    audit.press("send")
    audit.look("step 3, too long")


def nameless(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}&harm=child_abuse")
    audit.press("next")
    audit.press("next")
    audit.look("step 3, no name asked")
    audit.page.click("summary")
    audit.look("step 3, a name given all the same")


def receipts(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}&harm=scam")
    audit.press("next")
    audit.page.fill("#why", "token 4f1c")
    audit.press("next")
    audit.page.check("#good_faith")
    audit.press("send")
    audit.look("receipt")
    audit.page.click("summary")
    audit.look("receipt, how to check it")
    code = audit.page.locator(".code").inner_text()
    audit.page.go_back()
    audit.page.fill("#name", "another")
    audit.press("send")
    audit.look("step 3, sent already")
    audit.open("/report/status")
    audit.look("code")
    audit.page.fill("#code", "0000")
    audit.send()
    audit.look("code, unknown")
    audit.page.fill("#code", code)
    audit.send()
    audit.look("report, open")
    audit.send()
    audit.look("report, nothing added")
    audit.page.fill("#text", "token 9b07")
    audit.send()
    audit.look("report, added")
    for told, known in audit.standing.reports.items():
        audit.give(known, at="/report/status")
        audit.look(f"report as it stands: {told}")


def underage(audit: Audit) -> None:
    audit.open("/report/under-13")
    audit.look("under 13")
    audit.press("send")
    audit.look("under 13, nothing said")
    audit.page.fill("#where", PLACE)
    audit.page.check("input[name=sign_known]")
    audit.press("send")
    audit.look("under 13, receipt")


def younger(audit: Audit) -> None:
    audit.open(f"/report?url={PLACE}")
    audit.press_young()
    audit.look("step 1, simpler words")
    audit.press("next")
    audit.look("step 2, simpler words")
    audit.press("next")
    audit.look("step 3, simpler words")


def helping(audit: Audit) -> None:
    audit.open("/report/help")
    audit.look("help, anywhere")
    audit.page.select_option("#country", "AT")
    audit.send()
    assert audit.page.locator(".lines li").count() == 4
    audit.look("help in a country")


def refused(audit: Audit) -> None:
    audit.open("/report")
    audit.page.evaluate("document.querySelector('[name=step]').value = '9'")
    audit.press("next")
    audit.look("no form of ours")
    for kind in ("busy", "large", "slow", "broken"):
        audit.open(f"{FAULTS}{kind}")
        audit.look(f"a fault: {kind}")


def decided(audit: Audit) -> None:
    """Whoever was restricted, with the code of the decision."""
    audit.open("/report/decision")
    audit.look("decision")
    audit.page.fill("#code", "0000")
    audit.send()
    audit.look("decision, unknown code")
    for state, known in audit.standing.statements.items():
        audit.give(known, at="/report/decision")
        audit.look(f"statement, {state}")
    audit.press_young()
    audit.look("statement, simpler words")


def late(audit: Audit) -> None:
    """A report that can't be stored just now, and evidence to one that was answered meanwhile."""
    audit.open(f"/report?url={PLACE}&harm=child_abuse")
    audit.press("next")
    audit.page.fill("#why", BUSY)
    audit.press("next")
    audit.page.check("#good_faith")
    audit.press("send")
    audit.look("step 3, can't be stored now")
    audit.give(audit.standing.reports["open"], at="/report/status")
    known = audit.standing.reports["dismissed"]
    audit.page.evaluate(
        "code => { document.querySelector('form[action$=evidence] [name=code]').value = code }",
        known,
    )
    audit.page.fill("#text", HOSTILE)
    audit.send("form[action$=evidence] button.main")
    audit.look("report, answered meanwhile")
    audit.open("/report")
    audit.page.fill("#where", "\n".join(f"{PLACE}/{number}" for number in range(1_001)))
    audit.press("next")
    audit.look("step 1, too many lines")


def hostile(audit: Audit) -> None:
    """Words that do what they can, in every field that is shown again."""
    audit.open("/report")
    audit.page.fill("#where", HOSTILE[:500])
    audit.press("next")
    audit.page.fill("#why", HOSTILE)
    audit.press("next")
    if audit.page.locator("#name").is_hidden():
        audit.page.click("summary")
    audit.page.fill("#name", HOSTILE[:250])
    audit.page.fill("#email", HOSTILE[:250])
    audit.press("send")
    audit.look("step 3, hostile words")
    audit.open("/report/under-13")
    audit.page.fill("#where", HOSTILE[:500])
    audit.page.fill("#why", "x" * 20_001)
    audit.press("send")
    audit.look("under 13, hostile words")


WAYS = (
    *(steps, mistakes, nameless, receipts, underage, younger, helping, refused),
    *(decided, late, hostile),
)
