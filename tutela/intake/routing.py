"""Where a notice waits: the harm it speaks of, its lane, by when, and for whom; no I/O."""

from dataclasses import dataclass
from datetime import datetime

from tutela.domain.harm import HarmFamily, harm_family
from tutela.domain.lanes import FLAGGING_CHANNELS, Lane, lane
from tutela.domain.vocabulary import Category, Channel, Keyword
from tutela.law.deadlines import review_due_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All of a notice that says where it waits; every part of it outlives an erasure."""

    channel: Channel
    category: Category
    keyword: Keyword | None
    imminent_danger: bool
    possible_minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where the items of a notice wait; `specialist` where for specialists alone."""

    family: HarmFamily
    lane: Lane
    due_at: datetime
    specialist: bool
    flagged: bool


def route(said: Said, *, received_at: datetime) -> Routing:
    """Where a notice waits that came in then, by the rules of today."""
    family = harm_family(said.category, keyword=said.keyword)
    urgency = lane(
        channel=said.channel,
        family=family,
        imminent_danger=said.imminent_danger,
        possible_minor=said.possible_minor,
    )
    return Routing(
        family=family,
        lane=urgency,
        due_at=review_due_at(urgency, received_at=received_at),
        specialist=family is HarmFamily.CHILD_SAFETY or said.possible_minor,
        flagged=said.channel in FLAGGING_CHANNELS,
    )
