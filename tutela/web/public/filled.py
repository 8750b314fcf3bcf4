"""What a browser sends of a form: read strictly, kept as it was typed."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from tutela.domain.notice import (
    EMAIL_MAX_CODE_POINTS,
    EXPLANATION_MAX_CODE_POINTS,
    IDENTIFIER_MAX_CODE_POINTS,
    NAME_MAX_CODE_POINTS,
    SUBJECTS_MAX,
    URL_MAX_CODE_POINTS,
)
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import SubjectKind
from tutela.errors import FieldError, TutelaError
from tutela.intake.channels.form import FormReport, HarmKind, Named, is_address, subject
from tutela.intake.reading import Unfit
from tutela.web.origin import host_of
from tutela.web.public.words import language_of

FIELDS_MAX: Final = 64
KEY_BYTES: Final = 16
YES: Final = "yes"
BOXES: Final = ("danger", "minor", "good_faith")

_KEY: Final = re.compile(r"[0-9a-f]{32}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
#: What a person may be asked for once more before a report is sent.
WISHES: Final = ("why", "good_faith", "email")
#: The fields that each step shows; the others travel with it unseen.
SHOWN: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("where",),
    2: ("harm", "why", "danger", "minor"),
    3: ("name", "email", "good_faith"),
}


class ForeignForm(TutelaError):
    """The form was sent by a page of another site."""

    code = "foreign_form"
    title = "The form was sent by another site"
    status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """The report page as it was sent; every text as it was typed, empty where nothing was."""

    key: str = ""
    lang: str = ""
    step: str = "1"
    go: str = "next"
    asked: str = ""
    where: str = ""
    about_url: str = ""
    about_id: str = ""
    about_kind: str = ""
    about_account: str = ""
    harm: str = ""
    why: str = ""
    danger: str = ""
    minor: str = ""
    name: str = ""
    email: str = ""
    good_faith: str = ""

    def hidden(self, *, step: int) -> dict[str, str]:
        """What travels unseen with a step."""
        shown = {*SHOWN[step], "go", "step", *(["why"] if self.asks("why", step=step) else [])}
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: text for name, text in given.items() if text and name not in shown}

    def asks(self, wish: str, *, step: int) -> bool:
        """Whether a step asks once more for something."""
        return step == max(SHOWN) and wish in self.asked.split()

    def is_said(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(getattr(self, name) == YES)

    @property
    def _usual_kind(self) -> SubjectKind:
        return SubjectKind.CONTENT if self.about_id else SubjectKind.URL

    @property
    def places(self) -> tuple[str, ...]:
        """What is reported, a line each, once."""
        lines = (line.strip() for line in self.where.splitlines())
        return tuple(dict.fromkeys(line for line in lines if not is_blank(line)))

    @property
    def report(self) -> FormReport:
        """What the person said."""
        named = Named(
            kind=SubjectKind(self.about_kind or self._usual_kind),
            url=self.about_url if is_address(self.about_url) else "",
            id=self.about_id if _is_line(self.about_id) else "",
            account_id=self.about_account if _is_line(self.about_account) else "",
        )
        return FormReport(
            places=self.places,
            named=named,
            harm=HarmKind(self.harm) if self.harm else None,
            explanation=self.why,
            danger=self.is_said("danger"),
            minor=self.is_said("minor"),
            name=self.name.strip(),
            email=self.email.strip(),
            good_faith=self.is_said("good_faith"),
            language=language_of(self.lang),
        )


@dataclass(frozen=True, slots=True)
class Mistake:
    """What can't be taken: the field, and the text that says so, with what it speaks of."""

    field: str
    text: str
    count: int = 0


def mistakes(filled: Filled, *, upto: int) -> list[Mistake]:
    """What keeps a report from being taken, in the steps up to one, in the order of the page."""
    found = [*_in_places(filled)]
    limits = {
        "why": EXPLANATION_MAX_CODE_POINTS,
        "name": NAME_MAX_CODE_POINTS,
        "email": EMAIL_MAX_CODE_POINTS,
    }
    found += [
        Mistake(name, "error_long", limit)
        for name, limit in limits.items()
        if len(getattr(filled, name)) > limit
    ]
    return [each for each in found if step_of(each.field) <= upto]


def wishes(filled: Filled) -> list[str]:
    """What a person may be asked for once more; a report without it is taken all the same."""
    wished = {
        "why": is_blank(filled.why),
        "good_faith": not filled.is_said("good_faith"),
        "email": not is_blank(filled.email) and _EMAIL.fullmatch(filled.email.strip()) is None,
    }
    return [name for name in WISHES if wished[name]]


def step_of(field: str) -> int:
    """The step that shows a field."""
    return next(step for step, shown in SHOWN.items() if field in shown)


def read_filled(body: bytes, *, chance: Callable[[int], bytes]) -> Filled:
    """A body as the form; `Unfit` where our page did not send it. A key that lacks is made."""
    known = frozenset(each.name for each in fields(Filled))
    return filled_of(read_fields(body, known=known), chance=chance)


def filled_of(given: Mapping[str, str], *, chance: Callable[[int], bytes]) -> Filled:
    """The form of fields that were read; `Unfit` for a choice that no page of ours offers."""
    filled = Filled(**given)
    closed = {
        "step": [str(step) for step in SHOWN],
        "harm": ["", *HarmKind],
        "about_kind": ["", *SubjectKind],
        **{name: ["", YES] for name in BOXES},
    }
    wrong = [name for name, allowed in closed.items() if getattr(filled, name) not in allowed]
    if wrong:
        raise _unfit([FieldError(f"/{name}", "not a choice of the page") for name in wrong])
    return replace(filled, key=own_key(filled.key, chance=chance))


def own_key(key: str, *, chance: Callable[[int], bytes]) -> str:
    """A key that a page gave out, or a new one where it gave out no such key."""
    return key if _KEY.fullmatch(key) else chance(KEY_BYTES).hex()


def read_fields(body: bytes, *, known: frozenset[str]) -> dict[str, str]:
    """The fields of a form, lines ended as here; `Unfit` for unknown, doubled, unstorable ones."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError as cause:
        raise _unfit([FieldError("", "not a form in UTF-8")]) from cause
    times = Counter(name for name, _ in pairs)
    errors = [
        FieldError(f"/{name}", "unknown field" if name not in known else "said more than once")
        for name, count in times.items()
        if count > 1 or name not in known
    ]
    errors += [FieldError(f"/{name}", "holds U+0000") for name, text in pairs if "\x00" in text]
    if errors:
        raise _unfit(errors)
    return {name: text.replace("\r\n", "\n") for name, text in pairs}


def prefilled(query: Mapping[str, str], *, filled: Filled) -> Filled:
    """The form as a platform's link filled it in; what a link says wrongly is passed over."""
    url, kind, harm = (query.get(name, "") for name in ("url", "kind", "harm"))
    if len(url) > URL_MAX_CODE_POINTS or not is_address(url):
        url = ""
    name, account = (
        text if _is_line(text) and len(text) <= IDENTIFIER_MAX_CODE_POINTS else ""
        for text in (query.get("id", ""), query.get("account_id", ""))
    )
    return replace(
        filled,
        where=url or name,
        about_url=url,
        about_id=name,
        about_kind=kind if kind in set(SubjectKind) else "",
        about_account=account,
        harm=harm if harm in set(HarmKind) else "",
    )


def refuse_foreign(headers: Mapping[bytes, bytes]) -> None:
    """`ForeignForm` unless a page of this site sent the form (`Sec-Fetch-Site`, else `Origin`).

    A browser that may not say where it comes from says `null`: there is no cookie to abuse.
    """
    site = headers.get(b"sec-fetch-site")
    origin = headers.get(b"origin", b"null")
    if site is not None:
        is_own = site in (b"same-origin", b"none")
    else:
        host = headers.get(b"host", b"").decode("latin-1").lower()
        is_own = origin == b"null" or (host_of(origin) or None) == host
    if not is_own:
        raise ForeignForm("Open the report page itself and send it from there.")


def _in_places(filled: Filled) -> list[Mistake]:
    places = filled.places
    if not places:
        return [Mistake("where", "error_where_missing")]
    if len(places) > SUBJECTS_MAX:
        return [Mistake("where", "error_where_many", SUBJECTS_MAX)]
    named = filled.report.named
    for place in places:
        for name, text in subject(place, named=named).items():
            limit = URL_MAX_CODE_POINTS if name == "url" else IDENTIFIER_MAX_CODE_POINTS
            if len(text) > limit:
                return [Mistake("where", "error_where_long", limit)]
    return []


def _is_line(text: str) -> bool:
    return bool(text) and text.isprintable() and text == text.strip() and not is_blank(text)


def _unfit(errors: list[FieldError]) -> Unfit:
    return Unfit("The form did not arrive as this page sends it.", errors=errors[:FIELDS_MAX])
