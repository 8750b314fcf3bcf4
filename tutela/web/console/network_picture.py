"""The picture of a case as an SVG needs it: who stands where, and what joins them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tutela.networks.kinds import called
from tutela.networks.page import drawing
from tutela.networks.page.picture import Picture, picture
from tutela.networks.page.shown import GROUPS_APART
from tutela.networks.stored.picturing import CaseGraph

#: The same members stand in the same places each time.
_SEED_OF_THE_LAYOUT: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A member in the picture; `style` is its shape and colour from 0, None for a seed."""

    lead_id: str
    handle: str
    x: int
    y: int
    style: int | None
    possible_minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePicture:
    """Who stands where, and what joins them; edges as numbers in a row: spot, spot, kinds."""

    spots: Sequence[Spot]
    #: By style of line one path.
    lines: Sequence[str]
    kinds: Sequence[str]
    edges: Sequence[int]
    #: Edges among these accounts, drawn or not.
    edges_count: int
    drawn_count: int


def drawn(shown: CaseGraph) -> CasePicture:
    """The picture; it takes up to half a second of a processor, so ask for it in a thread."""
    places = {name: place for place, name in enumerate(shown.graph.names.to_pylist())}
    accounts = np.array([places[each.name] for each in shown.members], np.int64)
    chance = np.random.default_rng(_SEED_OF_THE_LAYOUT)
    seen = picture(shown.graph, accounts=accounts, chance=chance)
    return CasePicture(
        spots=_spots(shown, seen=seen),
        lines=drawing.lines(seen),
        kinds=[called(kind) for kind in seen.names_of_kinds],
        edges=drawing.flat(seen),
        edges_count=seen.edges,
        drawn_count=len(seen.ends),
    )


def _spots(shown: CaseGraph, *, seen: Picture) -> list[Spot]:
    points = drawing.points(seen).tolist()
    return [
        Spot(
            lead_id=str(each.lead_id),
            handle=f"Seed {number}" if each.rank is None else f"Lead {each.rank}",
            x=x,
            y=y,
            style=None if each.rank is None else min(each.part, GROUPS_APART) - 1,
            possible_minor=each.possible_minor,
        )
        for number, (each, (x, y)) in enumerate(zip(shown.members, points, strict=True), start=1)
    ]
