"""A notice under Article 16 DSA as it comes in: what is reported, why, and by whom."""

from datetime import datetime
from typing import Annotated

import msgspec

from tutela.domain.vocabulary import Category, Channel, Keyword, SubjectKind

EXPLANATION_MAX_CODE_POINTS = 20_000
IDENTIFIER_MAX_CODE_POINTS = 512
URL_MAX_CODE_POINTS = 2_048
NAME_MAX_CODE_POINTS = 256
EMAIL_MAX_CODE_POINTS = 320
SURFACE_MAX_CODE_POINTS = 64
SUBJECTS_MAX = 1_000

Identifier = Annotated[str, msgspec.Meta(min_length=1, max_length=IDENTIFIER_MAX_CODE_POINTS)]
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=URL_MAX_CODE_POINTS)]
Surface = Annotated[str, msgspec.Meta(min_length=1, max_length=SURFACE_MAX_CODE_POINTS)]
Timestamp = Annotated[datetime, msgspec.Meta(tz=True)]


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is reported: a place on the service, named by `id`, by `url`, or by both."""

    kind: SubjectKind
    id: Identifier | None = None
    url: Url | None = None
    account_id: Identifier | None = None


class Notifier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports, as far as they wish to say (Article 16(2)(c), recital 50)."""

    name: Annotated[str, msgspec.Meta(max_length=NAME_MAX_CODE_POINTS)] | None = None
    email: Annotated[str, msgspec.Meta(max_length=EMAIL_MAX_CODE_POINTS)] | None = None


class PossibleMinor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On which sides a minor may stand, in the notifier's view."""

    depicted: bool = False
    account_holder: bool = False
    notifier: bool = False

    @property
    def anywhere(self) -> bool:
        """True where a minor may stand on any side."""
        return self.depicted or self.account_holder or self.notifier


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/notices`; only `category` and one subject are required."""

    category: Category
    subjects: Annotated[tuple[Subject, ...], msgspec.Meta(min_length=1, max_length=SUBJECTS_MAX)]
    external_id: Identifier | None = None
    keyword: Keyword | None = None
    explanation: Annotated[str, msgspec.Meta(max_length=EXPLANATION_MAX_CODE_POINTS)] | None = None
    notifier: Notifier | None = None
    good_faith: bool | None = None
    imminent_danger: bool | None = None
    possible_minor: PossibleMinor | None = None
    language: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    country: Annotated[str, msgspec.Meta(max_length=2)] | None = None
    surface: Surface | None = None
    submitted_at: Timestamp | None = None
    channel: Channel | None = None
