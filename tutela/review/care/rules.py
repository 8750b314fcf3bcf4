"""How much a person may see in a day, for how long at once, and when they rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from tutela.domain.harm import HarmFamily

MINUTE_SECONDS: Final = 60
#: What a day's bound over all families is kept under, beside those of single families.
ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class Bound:
    """How many reveals, and how many seconds of them."""

    reveals: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CareRules:
    """What holds for everybody; a person's own bounds only lower it."""

    per_day: Bound = Bound(120, 60 * MINUTE_SECONDS)
    by_family: Mapping[str, Bound] = field(
        default_factory=lambda: MappingProxyType(
            {HarmFamily.CHILD_SAFETY: Bound(40, 20 * MINUTE_SECONDS)}
        )
    )
    #: Where a day begins and ends (IANA).
    time_zone: str = "UTC"
    #: How long something revealed is shown, and charged unless it is hidden before.
    reveal_seconds: int = 120
    #: How long a link to the vault is good.
    link_seconds: int = 60
    #: After how much work without a pause one is offered, and after how much it is taken.
    break_offered_seconds: int = 50 * MINUTE_SECONDS
    break_taken_seconds: int = 90 * MINUTE_SECONDS
    break_seconds: int = 10 * MINUTE_SECONDS
    #: Reveals of one family without a pause after which a claim looks for other families first.
    rotation_reveals: int = 10
    #: Hard reveals after which somebody is asked how they are.
    debrief_reveals: int = 5
    #: To whom a person can turn, in the operator's words.
    contact: str | None = None

    def bounds(self, family: str) -> Mapping[str, Bound]:
        """What holds for one family: the day's bound, and the family's own where it has one."""
        own = self.by_family.get(family)
        return {ALL: self.per_day} | ({} if own is None else {family: own})


def bounds_in(text: str) -> Mapping[str, Bound]:
    """The bounds of `child_safety=40/20,violence_and_threat=60/30`: reveals and minutes.

    ValueError where a family is unknown; `none` is no bound beside the day's.
    """
    if text == "none":
        return MappingProxyType({})
    pairs = (each.partition("=") for each in text.split(","))
    return MappingProxyType({str(HarmFamily(name)): bound_in(said) for name, _, said in pairs})


def bound_in(text: str) -> Bound:
    """The bound of `40/20`: reveals and minutes."""
    reveals, _, minutes = text.partition("/")
    return Bound(int(reveals), int(minutes) * MINUTE_SECONDS)
