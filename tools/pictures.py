"""The pictures of the console in `docs/images`, taken from a demo: `python -m tools.pictures`.

It takes `--minutes` (8): so long the demo plays before, so that the forecast has something to say,
and two more while a route is broken. Needs Chromium. Run it after a screen changed; look at what it
took before you keep it.
"""

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.fixtures.browser import CHROMIUM, FLAGS

IMAGES: Final = Path(__file__).resolve().parents[1] / "docs" / "images"
TUTELA: Final = Path(sys.executable).with_name("tutela")
WIDTH: Final = 1280
QUALITY: Final = 82
BROKEN_SECONDS: Final = 120
#: Until the route that is broken is told of: two periods of its probe, and some more.
RED_SECONDS: Final = 60.0
MASKED_GROUP: Final = "a[href*='/networks/cases/']"
_LOGIN: Final = re.compile(r"as (?P<name>lead-\w+) with the password (?P<password>\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo that plays."""

    folder: Path
    url: str
    name: str
    password: str

    @property
    def console(self) -> str:
        """Where the console begins."""
        return f"{self.url}/console/main"


@contextmanager
def playing(folder: Path) -> Iterator[Demo]:
    """A demo, from when its ring is looked for until the block ends."""
    command = [str(TUTELA), "demo", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        told = ""
        for line in process.stdout or ():
            told += line
            if line.startswith("a ring is looked for"):
                break
        login, ready = _LOGIN.search(told), re.search(r"^ready (\S+)", told, re.MULTILINE)
        if login is None or ready is None:
            raise SystemExit(f"the demo did not start: {told}")
        try:
            yield Demo(folder=folder, url=ready[1], **login.groupdict())
        finally:
            process.send_signal(signal.SIGTERM)


def take(page: Page, *, name: str, high: int) -> None:
    """The upper part of the page, as `docs/images/NAME.webp`."""
    page.evaluate("scrollTo(0, 0)")
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": WIDTH, "height": high}, full_page=True)
    Image.open(BytesIO(shot)).save(IMAGES / f"{name}.webp", quality=QUALITY, method=6)
    print(f"{name}: {(IMAGES / f'{name}.webp').stat().st_size // 1024} kB")


def logged_in(browser: Browser, *, demo: Demo, scheme: Literal["light", "dark"]) -> Page:
    """The console as a lead sees it."""
    page = browser.new_context(
        viewport={"width": WIDTH, "height": 900}, color_scheme=scheme
    ).new_page()
    page.goto(f"{demo.url}/login")
    page.fill("#name", demo.name)
    page.fill("#password", demo.password)
    page.click("button[type=submit]")
    page.wait_for_url(f"{demo.console}**")
    return page


def green(page: Page, *, demo: Demo) -> None:
    """The first screen, the queue, a case that is held, and what a search found."""
    page.goto(demo.console)
    page.wait_for_timeout(3_000)
    take(page, name="console", high=900)
    page.goto(f"{demo.console}/queue")
    take(page, name="console-queue", high=760)
    page.goto(f"{demo.console}/queue?lane=child_safety")
    page.locator("tbody a[href*='/cases/']", has_text="Content").last.click()
    page.get_by_role("button", name="Claim it").click()
    page.wait_for_selector("text=Yours for")
    take(page, name="console-case", high=1_000)
    page.goto(f"{demo.console}/networks")
    take(page, name="console-networks", high=470)
    page.locator(MASKED_GROUP).first.click()
    take(page, name="console-group", high=1_250)


def red(page: Page, *, demo: Demo) -> None:
    """The first screen while a route is broken."""
    where = ["--data", str(demo.folder / "data"), "--keys", str(demo.folder / "keys")]
    broken = [str(TUTELA), "drill", "break-route", "form", "--seconds", str(BROKEN_SECONDS), *where]
    with subprocess.Popen(broken, stdout=subprocess.DEVNULL):
        page.goto(demo.console)
        page.wait_for_selector(".verdict.bad", timeout=RED_SECONDS * 1_000)
        take(page, name="console-red", high=640)


def main() -> int:
    """0 once all pictures are taken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=8.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, playing(Path(scratch) / "demo") as demo:
        time.sleep(options.minutes * 60)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            green(logged_in(browser, demo=demo, scheme="light"), demo=demo)
            red(logged_in(browser, demo=demo, scheme="dark"), demo=demo)
            browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
