"""A public page as an answer: its template, its words, the headers that keep it safe."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from tutela.errors import TutelaError
from tutela.web.answer import HTML, Answer
from tutela.web.endpoint import Telling
from tutela.web.problem import headers_of
from tutela.web.public.offer import Offer
from tutela.web.public.words import language_of

#: No script but our own file, nothing from elsewhere, in no frame; forms go to this site alone.
_SAFETY_HEADERS: Final = (
    (
        b"content-security-policy",
        (
            b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            b"form-action 'self'; "
            b"frame-ancestors 'none'; base-uri 'none'"
        ),
    ),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"vary", b"accept-language"),
)
_TEMPLATES: Final = Environment(
    loader=PackageLoader("tutela.web"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A template, and in which voice it speaks.

    Its links are relative, so that a proxy may serve the site under any path.
    """

    template: str
    #: A voice: a language, or a language for younger people.
    language: str
    offer: Offer
    #: From the page's own folder to the folder of `/report`.
    root: str = ""

    def answer(
        self,
        *,
        status: int = 200,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        **shown: object,
    ) -> Answer:
        """The page with what it shows."""
        text = _TEMPLATES.get_template(f"public/{self.template}").render(
            w=self.offer.words(self.language),
            language=self.language,
            spoken=language_of(self.language),
            languages=self.offer.others(self.language),
            twin=self.offer.twin(self.language),
            root=self.root,
            **shown,
        )
        language = (b"content-language", language_of(self.language).encode())
        return Answer(status, text.encode(), HTML, (*_SAFETY_HEADERS, language, *headers))


class Told(TutelaError):
    """An error whose page is there already, with all that the person typed."""

    def __init__(self, cause: TutelaError, *, page: Answer) -> None:
        super().__init__(cause.detail, errors=cause.errors)
        self.code, self.title, self.status = cause.code, cause.title, cause.status
        self.page = page


def error_page(*, root: str, offer: Offer) -> Telling:
    """How an error is told to a person: its own page, else one that says what to do now."""

    def told(error: TutelaError, *, headers: Mapping[bytes, bytes]) -> Answer:
        if isinstance(error, Told):
            return error.page
        language = accepted_language(headers, offer=offer)
        page = Page(template="error.html", language=language, root=root, offer=offer)
        kind = _KINDS.get(int(error.status), "broken")
        return page.answer(status=int(error.status), headers=headers_of(error), kind=kind)

    return told


def accepted_language(headers: Mapping[bytes, bytes], *asked: str | None, offer: Offer) -> str:
    """The voice of a page: what was asked for, else what the browser prefers."""
    return offer.chosen(*asked, accepted=headers.get(b"accept-language", b"").decode("latin-1"))


#: What a person is told, by status; all else is a fault of ours.
_KINDS: Final = {
    400: "form",
    403: "form",
    404: "form",
    408: "slow",
    413: "large",
    415: "form",
    422: "form",
    429: "busy",
    503: "busy",
}
