"""Why accounts stand in one case, in words; what they did, nobody here knows."""

from collections.abc import Mapping

from tutela.networks.grouping.cases import Case, Group
from tutela.networks.grouping.returns import Returned


def why_a_case(case: Case, *, seeds: int) -> list[str]:
    """What holds the case together, a sentence each."""
    of_them = case.measured
    together = (
        f"{len(case.places)} accounts, {_seeds(seeds)}, keep {of_them.kept:.0%} of their edges to "
        "each other: more than their neighbourhood and chance explain."
    )
    return [together, f"They are joined by {_edges(of_them.inside)}."]


def why_a_group(group: Group, *, seeds: int) -> list[str]:
    """What holds the group together, a sentence each."""
    of_them = group.measured
    who = f"{len(group.places)} accounts, {_seeds(seeds)}"
    return [f"{who}: {of_them.density:.0%} of the pairs are joined, by {_edges(of_them.inside)}."]


def why_returned(returned: Returned) -> str:
    """Why an account looks like a removed one that came back."""
    common = []
    if returned.tokens:
        common.append(_counted(returned.tokens, what="rare token"))
    if returned.neighbours:
        common.append(_counted(returned.neighbours, what="neighbour"))
    shared = " and ".join(common)
    return f"Created {returned.days:.0f} days after the removal, with {shared} in common."


def _counted(count: int, *, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _seeds(count: int) -> str:
    return {0: "none of them a seed", 1: "one of them a seed"}.get(count, f"{count} of them seeds")


def _edges(inside: Mapping[str, int]) -> str:
    most_first = sorted(inside.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{count} edges `{kind}`" for kind, count in most_first) or "no edge"
