"""A fault that has been: when it worked, what it could touch, and what went wrong."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

from tutela.domain.harm import HarmFamily
from tutela.domain.lanes import Lane
from tutela.domain.notice import Surface, Timestamp
from tutela.domain.text import is_blank
from tutela.domain.vocabulary import (
    AutomatedDecision,
    Category,
    Channel,
    Keyword,
    Outcome,
    SubjectKind,
)
from tutela.errors import FieldError

WORDS_MAX_CODE_POINTS = 2_000
VALUES_MAX = 1_000

Word = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=WORDS_MAX_CODE_POINTS)]
Several = msgspec.Meta(min_length=1, max_length=VALUES_MAX)


class Window(StrEnum):
    """Which time of an item must lie in the window of a fault."""

    #: When its notice came in.
    RECEIVED = "received"
    #: When the person reported by the platform's clock; where that is not said, when it came in.
    SUBMITTED = "submitted"
    #: When a decision answered it.
    ANSWERED = "answered"


class Reopening(StrEnum):
    """Which of the touched items that were answered come before a reviewer again."""

    #: Those answered from the beginning of the window until before its end.
    WITHIN = "within"
    #: All of them, whenever they were answered.
    ALL = "all"
    #: None of them: the answers were not wrong.
    NONE = "none"


class Predicate(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What a fault could touch: an item that fits every field that is there.

    A list is fitted by any of its values, null among them by what was not said. Nothing here is
    personal data, and nothing asks for the text of a notice.
    """

    door: Annotated[tuple[Word, ...], Several] | None = None
    channel: Annotated[tuple[Channel, ...], Several] | None = None
    category: Annotated[tuple[Category, ...], Several] | None = None
    keyword: Annotated[tuple[Keyword | None, ...], Several] | None = None
    language: Annotated[tuple[Word | None, ...], Several] | None = None
    country: Annotated[tuple[Word | None, ...], Several] | None = None
    surface: Annotated[tuple[Surface | None, ...], Several] | None = None
    subject_kind: Annotated[tuple[SubjectKind, ...], Several] | None = None
    imminent_danger: bool | None = None
    possible_minor: bool | None = None
    lane: Annotated[tuple[Lane, ...], Several] | None = None
    family: Annotated[tuple[HarmFamily, ...], Several] | None = None
    specialist: bool | None = None
    case_open: bool | None = None
    answered: bool | None = None
    outcome: Annotated[tuple[Outcome, ...], Several] | None = None
    decided_by: Annotated[tuple[Word, ...], Several] | None = None
    guideline_version: Annotated[tuple[Word, ...], Several] | None = None
    automated_decision: Annotated[tuple[AutomatedDecision, ...], Several] | None = None
    not_in: Annotated[tuple[UUID, ...], Several] | None = None


class FaultNamed(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"period_from": "from", "period_to": "to"},
):
    """A fault of one service from an instant until before another, in the words of the house."""

    service: Word
    period_from: Timestamp
    period_to: Timestamp
    what: Words
    window: Window = Window.RECEIVED
    reopen: Reopening = Reopening.WITHIN
    predicate: Predicate = Predicate()


def errors_of(fault: FaultNamed, *, now: datetime) -> Iterator[FieldError]:
    """What is wrong with a fault beyond the types of its fields."""
    if fault.period_from >= fault.period_to:
        yield FieldError("/to", "not after from")
    if fault.period_from > now:
        yield FieldError("/from", "in the future")
    if is_blank(fault.what):
        yield FieldError("/what", "blank")
