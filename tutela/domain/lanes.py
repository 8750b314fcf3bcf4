"""Whose turn it is: lanes of the review queue, each with a share that nobody can take from it.

Stride scheduling (Waldspurger and Weihl, 1995) with the start-time rule of fair queueing (Goyal,
Vin and Cheng, 1996): a lane that was idle starts at the present and earns no credit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import lcm
from types import MappingProxyType
from typing import Final

from tutela.domain.harm import HarmFamily
from tutela.domain.vocabulary import Channel


class Lane(StrEnum):
    """Queues that are served side by side, most urgent first where two are equally due."""

    #: A notifier claims imminent danger to life or safety (DSA recital 52, Art. 18).
    DANGER = "danger"
    #: Harm to a child, or a minor may be depicted, hold the account or be the notifier.
    CHILD_SAFETY = "child_safety"
    #: From a trusted flagger (DSA Art. 22(1)), a hotline or an authority.
    FLAGGED = "flagged"
    #: Everything else.
    GENERAL = "general"


#: Picks of a hundred that a lane is sure of while it has work; what idle lanes leave is divided in
#: the same proportion.
LANE_SHARES: Final[Mapping[Lane, int]] = MappingProxyType(
    {Lane.DANGER: 40, Lane.CHILD_SAFETY: 30, Lane.FLAGGED: 20, Lane.GENERAL: 10}
)

#: How far one pick moves a lane from its next turn: integers in inverse proportion to the shares.
LANE_STRIDES: Final[Mapping[Lane, int]] = MappingProxyType(
    {member: lcm(*LANE_SHARES.values()) // share for member, share in LANE_SHARES.items()}
)

#: Whose notices wait in the lane `flagged`, in a more urgent one besides where they belong there.
FLAGGING_CHANNELS: Final = frozenset({Channel.TRUSTED_FLAGGER, Channel.HOTLINE, Channel.AUTHORITY})


@dataclass(frozen=True, slots=True)
class Turn:
    """The lane that is served now and how far from their turn all lanes are afterwards."""

    lane: Lane
    passes: Mapping[Lane, int]


def lane(
    *, channel: Channel, family: HarmFamily, imminent_danger: bool, possible_minor: bool
) -> Lane:
    """The lane of a notice: danger before childhood, childhood before the sender's standing."""
    if imminent_danger:
        return Lane.DANGER
    if possible_minor or family is HarmFamily.CHILD_SAFETY:
        return Lane.CHILD_SAFETY
    if channel in FLAGGING_CHANNELS:
        return Lane.FLAGGED
    return Lane.GENERAL


def next_turn(passes: Mapping[Lane, int], *, with_work: Collection[Lane]) -> Turn | None:
    """The lane to serve next; None where no lane has work.

    `passes` says how far each lane's turn lies ahead, in units of `LANE_STRIDES`; a lane it lacks
    is due now. The answer's passes name every lane and lie between 0 and the lane's stride, so a
    row of them can be stored and never overflows.
    """
    chosen = min(
        (member for member in Lane if member in with_work),
        key=lambda member: passes.get(member, 0),
        default=None,
    )
    if chosen is None:
        return None
    now = passes.get(chosen, 0)
    ahead = {member: max(passes.get(member, 0) - now, 0) for member in Lane}
    return Turn(lane=chosen, passes={**ahead, chosen: LANE_STRIDES[chosen]})
