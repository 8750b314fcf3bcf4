"""What a program tells the house of the guard in it: what it serves, and no query ever."""

from typing import Annotated, Final

import msgspec

from tutela.domain.notice import Identifier
from tutela.guard.asking import Surface, Verdict
from tutela.guard.probing import Limits, Trait

#: How long ago, in seconds, the server knew that nothing newer is listed.
AGE_HEADER: Final = "tutela-snapshot-age"
#: Of one count: what a double holds exactly.
COUNT_MAX: Final = 2**53 - 1
AGE_SECONDS_MAX: Final = 1e9
#: Viewers of one report.
PROBING_MAX: Final = 100
#: As long as the house itself shuts out anybody: no program makes it longer.
SHUT_SECONDS_MAX: Final = Limits().shut_seconds_max

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Count = Annotated[int, msgspec.Meta(ge=0, le=COUNT_MAX)]


class ViewerProbing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A viewer who was found to try out what is listed."""

    account_id: Identifier
    trait: Trait
    #: For how long everything is refused to them.
    shut_seconds: Annotated[float, msgspec.Meta(ge=0, le=SHUT_SECONDS_MAX)]


class ProgramReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/guard/reports`."""

    #: One run of one program; another after a restart and after a fork.
    program: Name
    #: What people call it.
    name: Name
    #: 0 where nothing was ever loaded.
    version: Count
    age_seconds: Annotated[float, msgspec.Meta(ge=0, le=AGE_SECONDS_MAX)]
    degraded: bool
    surfaces: tuple[Surface, ...]
    #: Of the surfaces that were asked: how often each verdict was given since the last report.
    verdicts: dict[Surface, dict[Verdict, Count]] = {}
    #: Who was found to try out what is listed since the last report: never by what.
    probing: Annotated[tuple[ViewerProbing, ...], msgspec.Meta(max_length=PROBING_MAX)] = ()
    #: Why the last look at the server brought nothing, as a code; None where it was answered.
    fault: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    #: Whether the program ends now: nobody waits for its next report.
    ended: bool = False
