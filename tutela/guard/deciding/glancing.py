"""What becomes of one query where that is beyond doubt: in microseconds, without a whole look."""

from collections.abc import Callable
from typing import Final

from tutela.detection.terms.ascii_signs import LETTERS, SEPARATORS
from tutela.guard.asking import ALLOWED, Reason, Result, Surface, Verdict
from tutela.guard.deciding.listing import Listing
from tutela.guard.snapshot import Mode, Snapshot

#: A text's result, None where it takes a whole look.
Quick = Callable[[str], Result | None]

SHUT: Final = Result(verdict=Verdict.BLOCK, reason=Reason.SURFACE_SHUT)
LISTED: Final = {
    Verdict.ALLOW: ALLOWED,
    Verdict.RESTRICT: Result(verdict=Verdict.RESTRICT, reason=Reason.LISTED),
    Verdict.BLOCK: Result(verdict=Verdict.BLOCK, reason=Reason.LISTED),
}
LEADS: Final = Result(verdict=Verdict.RESTRICT, reason=Reason.LEADS_TO_LISTED)
#: So many signs may stand around a canary.
_AROUND: Final = 8


def plain(text: str) -> str:
    """A canary as it is compared: without the sign of a tag and outer space, in one case."""
    return text.strip().lstrip("#").casefold()


def quick(held: Listing, *, snapshot: Snapshot, surface: Surface) -> Quick:
    """What becomes of a text on the surface."""
    if snapshot.switches.modes.get(surface) is Mode.SHUT:
        return lambda _: SHUT
    canaries = frozenset(map(plain, snapshot.canaries))
    letters = {each.encode("utf-8", "replace").translate(LETTERS, SEPARATORS) for each in canaries}
    shortest = min(map(len, canaries), default=1)
    longest = max(map(len, canaries), default=-_AROUND) + _AROUND
    glance, allow, blocked = held.glances[surface], Verdict.ALLOW, LISTED[Verdict.BLOCK]
    clears = held.clears[surface]
    leads = held.leads_at_a_glance if surface is Surface.TYPEAHEAD else None

    def found(text: str) -> Result | None:
        if text.isascii():
            signs = text.encode().translate(LETTERS, SEPARATORS)
            if signs.isalpha() and clears(signs) and signs not in letters:
                return ALLOWED if leads is None else _completed(leads(text))
        if shortest <= len(text) <= longest and plain(text) in canaries:
            return blocked
        verdict = glance(text)
        if verdict is allow:
            return ALLOWED if leads is None else _completed(leads(text))
        return None if verdict is None else blocked

    return found


def _completed(is_leading: bool | None) -> Result | None:  # noqa: FBT001 - what was found, or None
    return None if is_leading is None else LEADS if is_leading else ALLOWED
