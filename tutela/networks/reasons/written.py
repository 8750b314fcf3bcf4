"""Reasons as a file beside the ranked one: JSON Lines, one lead a line, best first."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from tutela.networks.graph import Graph
from tutela.networks.reasons.joins import Why
from tutela.networks.reasons.words import sentences


class SeedJoined(msgspec.Struct, frozen=True):
    """A seed that the lead is joined to, and the weight of their edges by kind."""

    account: str | int
    kinds: Mapping[str, float]


class TokenShared(msgspec.Struct, frozen=True):
    """A rare token that the lead and seeds used."""

    kind: str
    token: str
    seeds: list[str | int]
    #: How many accounts used it.
    accounts: int


class Line(msgspec.Struct, frozen=True):
    """One lead with its reasons; shares lie between 0 and 1."""

    account: str | int
    rank: int
    reasons: list[str]
    seeds: list[SeedJoined]
    edges: int
    neighbours: int
    #: Neighbours that an edge joins to a seed, and as many as chance would bring.
    between: int
    between_by_chance: float
    #: Edges that go to seeds and to the leads of this file.
    share: float
    share_by_chance: float
    #: Columns of the features in which it is as the seeds are.
    features: list[str]
    tokens: list[TokenShared]


def beside(ranked: Path) -> Path:
    """Where the reasons of a ranked file stand: `FILE.reasons.jsonl`."""
    return ranked.with_name(f"{ranked.name}.reasons.jsonl")


def as_lines(whys: Iterable[Why], *, graph: Graph) -> bytes:
    """The whole file; ids as the ranked file has them, the first lead has rank 1."""
    lines = [_line(why, rank=rank, graph=graph) for rank, why in enumerate(whys, 1)]
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _line(why: Why, *, rank: int, graph: Graph) -> Line:
    def name(place: int) -> str | int:
        account: str | int = graph.names[place].as_py()
        return account

    return Line(
        account=name(why.account),
        rank=rank,
        reasons=sentences(why, naming=lambda place: str(name(place))),
        seeds=[SeedJoined(name(join.account), dict(join.kinds)) for join in why.seeds],
        edges=why.edges,
        neighbours=why.neighbours,
        between=why.between,
        between_by_chance=round(why.between_by_chance, 4),
        share=round(why.share, 4),
        share_by_chance=round(why.share_by_chance, 6),
        features=list(why.features),
        tokens=[
            TokenShared(each.kind, each.token, [name(seed) for seed in each.seeds], each.accounts)
            for each in why.tokens
        ],
    )
