"""Which part a member seems to play, by its position alone: a lead, never a finding.

Who is followed by many of a case looks like one whom the others come for: a seller where it also
shares a means of payment or a device with another such member, else a creator. Who follows them and
is followed by few looks like a buyer.
"""

from enum import StrEnum
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from tutela.networks.engines.engine import Places
from tutela.networks.graph import Graph

#: Kinds of edges that say what two accounts share, not who turned to whom.
_SHARED: Final = "shared"
#: Followed by this share of the case, and by so many times the median, is followed by many.
_SHARE, _TIMES, _LEAST = 0.1, 3.0, 3


class Role(StrEnum):
    """What a member looks like, by position."""

    #: Followed by many of the case, and shares marks with another such member.
    SELLER_LIKE = "seller_like"
    #: Followed by many of the case.
    CREATOR_LIKE = "creator_like"
    #: Follows one who is followed by many.
    BUYER_LIKE = "buyer_like"


def roles(graph: Graph, *, places: Places) -> list[Role | None]:
    """By member what it looks like; None where nothing tells, of all where edges have no way."""
    turned, shared = _inside(graph, places=places)
    followers = np.diff(turned.tocsc().indptr)
    many = followers >= max(_LEAST, _SHARE * len(places), _TIMES * float(np.median(followers)))
    with_many = (shared @ many.astype(np.float64)) > 0
    follows = (turned @ many.astype(np.float64)) > 0
    return [
        _role(is_many=bool(m), shares=bool(s), follows=bool(f))
        for m, s, f in zip(many, with_many, follows, strict=True)
    ]


def _role(*, is_many: bool, shares: bool, follows: bool) -> Role | None:
    if is_many:
        return Role.SELLER_LIKE if shares else Role.CREATOR_LIKE
    return Role.BUYER_LIKE if follows else None


def _inside(graph: Graph, *, places: Places) -> tuple[csr_array, csr_array]:
    """Who turned to whom among the places, and who shares a mark with whom."""
    turned = csr_array((len(places), len(places)), dtype=np.float32)
    shared = turned.copy()
    for kind, matrix in graph.adjacency.items():
        part = matrix[places][:, places]
        if kind.startswith(_SHARED):
            if "tag" not in kind:
                shared = shared + part + part.T
        elif graph.directed:
            turned = turned + part
    return turned.tocsr(), shared.tocsr()
