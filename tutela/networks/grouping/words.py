"""Why accounts stand in one case, in words; what they did, nobody here knows."""

from collections.abc import Mapping
from typing import Final

from tutela.networks.grouping.cases import Case, Group
from tutela.networks.grouping.returns import Returned
from tutela.networks.kinds import called

#: So many sorts of ties are named; the others are counted.
_TIES_TOLD: Final = 5


def why_a_case(case: Case, *, seeds: int) -> list[str]:
    """What holds the case together, a sentence each."""
    of_them = case.measured
    together = (
        f"{len(case.places)} accounts, {_seeds(seeds)}, keep {100 * of_them.kept:.0f} % of their "
        "edges to each other: more than their neighbourhood and chance explain."
    )
    return [together, f"Pairs of them are joined: {_ties(of_them.inside)}."]


def why_a_group(group: Group, *, seeds: int) -> list[str]:
    """What holds the group together, a sentence each."""
    of_them = group.measured
    who = f"{len(group.places)} accounts, {_seeds(seeds)}"
    return [
        f"{who}: {100 * of_them.density:.0f} % of the pairs are joined: {_ties(of_them.inside)}."
    ]


def why_returned(returned: Returned) -> str:
    """Why an account looks like a removed one that came back."""
    common = []
    if returned.tokens:
        common.append(_counted(returned.tokens, what="rare token"))
    if returned.neighbours:
        common.append(_counted(returned.neighbours, what="neighbour"))
    shared = " and ".join(common)
    days = _counted(round(returned.days), what="day")
    return f"Created {days} after the removal, with {shared} in common."


def _counted(count: int, *, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _seeds(count: int) -> str:
    return {0: "none of them a seed", 1: "one of them a seed"}.get(count, f"{count} of them seeds")


def _ties(inside: Mapping[str, int]) -> str:
    """How many pairs each sort of tie joins; several kinds in one tie have a `+` between."""
    most_first = sorted(inside.items(), key=lambda each: (-each[1], each[0]))
    said = [f"{count:,} by {_kinds(tie)}" for tie, count in most_first[:_TIES_TOLD]]
    if rest := sum(count for _, count in most_first[_TIES_TOLD:]):
        said.append(f"{rest:,} in other ways")
    return ", ".join(said) or "none"


def _kinds(tie: str) -> str:
    return " and ".join(called(kind) for kind in tie.split("+"))
