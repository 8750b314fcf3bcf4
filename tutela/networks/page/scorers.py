"""What a ranking was scored by, in words: a hundred scorers say a handful of things."""

import re
from collections import defaultdict
from collections.abc import Mapping

from tutela.networks.kinds import called

#: So many things are told apart; what counts for less is told together.
TOLD_MAX = 6
_OTHERS = "Everything else"
#: Scorers by how their names begin, without `even_` (all kinds of edges counting alike).
_SAID = (
    (re.compile(r"walk_(1|2|3|4)(_|$)"), "Short walks from the seeds"),
    (re.compile(r"walk_\d"), "Long walks from the seeds"),
    (re.compile(r"pagerank_"), "Personalised PageRank"),
    (re.compile(r"heat_"), "Heat kernel"),
    (re.compile(r"beliefs"), "Belief propagation"),
    (re.compile(r"adamic_adar|allocation|share_in_common"), "Neighbours in common"),
    (re.compile(r"role_"), "How many edges, and around it"),
    (re.compile(r"position_"), "Where it lies in the graph"),
    (re.compile(r"features_"), "Its features"),
    (re.compile(r"neighbours_"), "Features of its neighbours"),
    (re.compile(r"further_|together_"), "Features and edges together"),
    (re.compile(r"boosting|forest"), "Decision trees"),
)
_ONE_KIND = re.compile(r"(?P<kind>.+)_\d+$")


def said(scorers: Mapping[str, float]) -> list[tuple[str, float]]:
    """What counts for how much, the most first; adds up to what the scorers do."""
    shares: dict[str, float] = defaultdict(float)
    for name, share in scorers.items():
        shares[words(name)] += share
    ordered = sorted(shares.items(), key=lambda each: (-each[1], each[0]))
    told, rest = ordered[:TOLD_MAX], sum(share for _, share in ordered[TOLD_MAX:])
    return [*told, (_OTHERS, rest)] if rest else told


def words(name: str) -> str:
    """What a scorer goes by; one that nobody knows is called by its name."""
    plain = name.removeprefix("even_")
    for pattern, text in _SAID:
        if pattern.match(plain):
            return text
    found = _ONE_KIND.fullmatch(plain)
    return f"Walks over {called(found['kind'])} alone" if found else name
