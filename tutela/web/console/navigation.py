"""The parts of the console, in the order in which the frame names them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tutela.access.roles import Right, has
from tutela.domain.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of the console: its name, its place below `/console/{service}`, who may see it."""

    name: str
    place: str
    right: Right


_ENTRIES: Final = (
    Entry("Status", "", Right.SEE_STATUS),
    Entry("Queue", "queue", Right.SEE_CASES),
    Entry("Your day", "care", Right.DECIDE_CASES),
    Entry("Networks", "networks", Right.SEE_NETWORKS),
    Entry("Investigations", "rooms", Right.SEE_ROOMS),
    Entry("Decide many", "bulk", Right.DECIDE_IN_BULK),
    Entry("Guard", "guard", Right.SEE_GUARD),
    Entry("Lists", "lists", Right.SEE_LISTS),
    Entry("Rules", "rules", Right.SEE_LISTS),
    Entry("Quality", "quality", Right.SEE_QUALITY),
    Entry("Conflicts", "interests", Right.DECLARE_INTERESTS),
    Entry("Looks", "views", Right.SEE_OWN_VIEWS),
    Entry("People", "people", Right.SEE_PEOPLE),
)


def entries(role: Role) -> Sequence[Entry]:
    """What the frame offers to a role."""
    return [entry for entry in _ENTRIES if has(role, right=entry.right)]
