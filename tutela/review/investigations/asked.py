"""What people say to an investigation room: the bodies of its calls."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from tutela.domain.investigations import EntryKind
from tutela.domain.notice import Identifier
from tutela.networks.stored.asking import LEADS_MAX, USUAL_LEADS

TITLE_MAX: Final = 200
WORDS_MAX: Final = 10_000
REASON_MAX: Final = 2_000

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_MAX)]


class Contents(StrEnum):
    """How much of the entries a signed pack holds."""

    #: What was said, so that a reader can hold it against the ledger.
    WHOLE = "whole"
    #: The leaves alone: what kind of entry, when, and that there are no others.
    LEFT_OUT = "left_out"


class InvestigationOpened(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rooms`."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=TITLE_MAX)]
    reason: Reason
    external_id: Identifier | None = None


class InvestigationWritten(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rooms/{room_id}/entries`."""

    kind: EntryKind
    text: Annotated[str, msgspec.Meta(max_length=WORDS_MAX)] = ""
    ref: Identifier | None = None
    external_id: Identifier | None = None


class InvestigationPersonNamed(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """The body of `POST /v1/rooms/{room_id}/people` and of `.../people/remove`."""

    person: Identifier


class InvestigationReasoned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rooms/{room_id}/close` and of `.../reopen`."""

    reason: Reason


class InvestigationSearchAsked(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """The body of `POST /v1/rooms/{room_id}/search`."""

    reason: Reason
    leads_max: Annotated[int, msgspec.Meta(ge=1, le=LEADS_MAX)] = USUAL_LEADS
    external_id: Identifier | None = None


class InvestigationTakenOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/rooms/{room_id}/export`."""

    reason: Reason
    contents: Contents = Contents.WHOLE
