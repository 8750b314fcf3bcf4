"""An event of the platform as every type says it, and who could see what it is about."""

from datetime import datetime
from enum import StrEnum

import msgspec

from tutela.domain.notice import Identifier


class Visibility(StrEnum):
    """Who could see what an event is about."""

    #: Anybody.
    PUBLIC = "public"
    #: Only those who communicate with each other.
    INTERPERSONAL = "interpersonal"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What every event says; each type adds its own, and takes nothing else."""

    id: Identifier
    type: str
    at: datetime
    visibility: Visibility = Visibility.INTERPERSONAL
