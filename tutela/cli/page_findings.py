"""What `tutela doctor` looks at of the public pages."""

from collections.abc import Iterator

from tutela.cli.findings import Finding, Mark
from tutela.guard.help.choosing import listed_lines
from tutela.settings import BadSetting, Settings
from tutela.web.public.offer import offer_of
from tutela.web.public.words import is_reviewed


def of_pages(settings: Settings) -> Iterator[Finding]:
    """Whether the words of the pages are there, and what of them nobody has looked at."""
    try:
        offer = offer_of(settings)
    except BadSetting as error:
        yield Finding(Mark.FAIL, "pages", str(error))
        return
    unread = [each for each in offer.languages if not is_reviewed(each, folder=offer.folder)]
    told = f"spoken: {', '.join(offer.languages)}"
    told += f"; no native speaker has read: {', '.join(unread)}" if unread else ""
    yield Finding(Mark.OK, "pages", told)
    lines = listed_lines()
    unverified = sum(not line.verified for line in lines)
    yield Finding(Mark.OK, "help", f"{len(lines)} lines, {unverified} of them rung by nobody yet")
