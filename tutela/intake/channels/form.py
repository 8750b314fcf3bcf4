"""The report page: what a person filled in, as a notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from tutela.domain import canonical
from tutela.domain.notice import Notice
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import Category, Keyword, SubjectKind
from tutela.intake.reading import NoticeRead, fit


class HarmKind(StrEnum):
    """What people mean, in the order in which the page offers it."""

    #: Sexual images of a child, or the sexual abuse of one.
    CHILD_ABUSE = "child_abuse"
    #: The same, made or changed by a computer.
    CHILD_ABUSE_MADE = "child_abuse_made"
    #: An adult who seeks sexual contact with a child.
    GROOMING = "grooming"
    #: Somebody who is too young for the service.
    TOO_YOUNG = "too_young"
    #: Anything else that endangers children.
    CHILD_OTHER = "child_other"
    #: Threats, violence, calls for it.
    VIOLENCE = "violence"
    #: People sold or exploited.
    EXPLOITATION = "exploitation"
    #: Terrorist content.
    TERROR = "terror"
    #: Suicide, self-harm, eating disorders.
    SELF_HARM = "self_harm"
    #: Bullying, stalking, threats against one person.
    HARASSMENT = "harassment"
    #: Intimate images of an adult without consent.
    INTIMATE_IMAGES = "intimate_images"
    #: Hatred because of what people are.
    HATE = "hate"
    #: Fraud, fake accounts, fake shops.
    SCAM = "scam"
    #: Personal data without permission.
    PRIVACY = "privacy"
    #: Dangerous or forbidden goods.
    GOODS = "goods"
    #: Copyright, trade marks and the like.
    RIGHTS = "rights"
    #: None of these, or not sure.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A kind of harm in the words of the Transparency Database, and on which side a minor is."""

    category: Category
    keyword: Keyword | None = None
    minor: str | None = None


_MINORS: Final = Category.PROTECTION_OF_MINORS

MEANINGS: Final[Mapping[HarmKind, Meaning]] = MappingProxyType(
    {
        HarmKind.CHILD_ABUSE: Meaning(_MINORS, Keyword.CHILD_SEXUAL_ABUSE_MATERIAL, "depicted"),
        HarmKind.CHILD_ABUSE_MADE: Meaning(
            _MINORS, Keyword.CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE, "depicted"
        ),
        HarmKind.GROOMING: Meaning(_MINORS, Keyword.GROOMING_SEXUAL_ENTICEMENT_MINORS),
        HarmKind.TOO_YOUNG: Meaning(
            _MINORS, Keyword.AGE_SPECIFIC_RESTRICTIONS_MINORS, "account_holder"
        ),
        HarmKind.CHILD_OTHER: Meaning(_MINORS, Keyword.OTHER),
        HarmKind.VIOLENCE: Meaning(Category.VIOLENCE),
        HarmKind.EXPLOITATION: Meaning(Category.VIOLENCE, Keyword.HUMAN_EXPLOITATION),
        HarmKind.TERROR: Meaning(Category.RISK_FOR_PUBLIC_SECURITY, Keyword.TERRORIST_CONTENT),
        HarmKind.SELF_HARM: Meaning(Category.SELF_HARM),
        HarmKind.HARASSMENT: Meaning(Category.CYBER_VIOLENCE),
        HarmKind.INTIMATE_IMAGES: Meaning(
            Category.CYBER_VIOLENCE, Keyword.NON_CONSENSUAL_IMAGE_SHARING
        ),
        HarmKind.HATE: Meaning(Category.ILLEGAL_OR_HARMFUL_SPEECH, Keyword.HATE_SPEECH),
        HarmKind.SCAM: Meaning(Category.SCAMS_AND_FRAUD),
        HarmKind.PRIVACY: Meaning(Category.DATA_PROTECTION_AND_PRIVACY_VIOLATIONS),
        HarmKind.GOODS: Meaning(Category.UNSAFE_AND_PROHIBITED_PRODUCTS),
        HarmKind.RIGHTS: Meaning(Category.INTELLECTUAL_PROPERTY_INFRINGEMENTS),
        HarmKind.OTHER: Meaning(Category.NOT_SPECIFIED_NOTICE),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The subject that the platform named when it led a person to the page."""

    kind: SubjectKind = SubjectKind.URL
    url: str = ""
    id: str = ""
    account_id: str = ""

    @property
    def line(self) -> str:
        """As the person reads it: its address, else its id."""
        return self.url or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class FormReport:
    """What a person said; empty texts and False are what they left out."""

    places: tuple[str, ...]
    #: What every line names, where the page asks for nothing else.
    places_name: SubjectKind | None = None
    named: Named = Named()
    harm: HarmKind | None = None
    explanation: str = ""
    danger: bool = False
    minor: bool = False
    name: str = ""
    email: str = ""
    good_faith: bool = False
    language: str = ""


def read_form(report: FormReport) -> NoticeRead:
    """The report as a notice, in the words of `POST /v1/notices`; `Unfit` where it is too long."""
    meaning = MEANINGS[report.harm or HarmKind.OTHER]
    said: dict[str, Any] = {
        "category": str(meaning.category),
        "subjects": [_subject(place, report=report) for place in report.places],
        "keyword": None if meaning.keyword is None else str(meaning.keyword),
        "explanation": None if is_blank(report.explanation) else report.explanation,
        "notifier": _notifier(report),
        "good_faith": report.good_faith or None,
        "imminent_danger": report.danger or None,
        "possible_minor": _possible_minor(report, side=meaning.minor),
        "language": report.language or None,
    }
    body = {name: value for name, value in said.items() if value is not None}
    return NoticeRead(fit(body, kind=Notice), canonical.encode(body))


def subject(place: str, *, named: Named) -> dict[str, str]:
    """What a line names: what the platform named, an address, else a place in the person's words.

    A line that only lacks its `https://` is an address too.
    """
    if place == named.line:
        given = {"url": named.url, "id": named.id, "account_id": named.account_id}
        return {"kind": str(named.kind)} | {name: text for name, text in given.items() if text}
    if is_address(place):
        return {"kind": str(SubjectKind.URL), "url": place}
    if is_address(f"https://{place}") and "." in place.partition("/")[0]:
        return {"kind": str(SubjectKind.URL), "url": f"https://{place}"}
    return {"kind": str(SubjectKind.CONTENT), "id": place}


def _subject(place: str, *, report: FormReport) -> dict[str, str]:
    found = subject(place, named=report.named)
    return found if report.places_name is None else {**found, "kind": str(report.places_name)}


def is_address(text: str) -> bool:
    """Whether a text is an address of the web."""
    if any(letter.isspace() for letter in text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    named_well = bool(host) and not host.startswith(".") and not host.endswith(".")
    return parts.scheme in ("http", "https") and named_well and "@" not in parts.netloc


def _notifier(report: FormReport) -> dict[str, str] | None:
    said = {"name": report.name, "email": report.email}
    return {name: text for name, text in said.items() if not is_blank(text)} or None


def _possible_minor(report: FormReport, *, side: str | None) -> dict[str, bool] | None:
    sides = {side} if side else set()
    if report.minor:
        sides.add("depicted")
    return dict.fromkeys(sorted(sides), True) or None
