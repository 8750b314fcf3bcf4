"""A small platform with a ring, ranked, to be explained and shown."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array

from tutela.networks.graph import Graph
from tutela.networks.page.shown import Shown, leads_of
from tutela.networks.ranking import HeldOut, Ranking
from tutela.networks.reasons.joins import whys

MADE_AT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
FOUND = HeldOut(seeds=5, recall=0.8, within=100, recall_by_chance=0.03, chance=1e-5)
BY_CHANCE = HeldOut(seeds=5, recall=0.0, within=100, recall_by_chance=0.03, chance=0.7)

Pairs = Sequence[tuple[int, int]]


def graph(names: Sequence[str], **kinds: Pairs) -> Graph:
    """Accounts of these names, joined both ways with a weight of one."""
    return Graph(pa.array(names), {k: _matrix(v, accounts=len(names)) for k, v in kinds.items()})


def _matrix(pairs: Pairs, *, accounts: int) -> csr_array:
    both = sorted({(a, b) for pair in pairs for a, b in (pair, pair[::-1]) if a != b})
    ends = np.array(both, dtype=np.int64).reshape(-1, 2)
    ones = np.ones(len(ends), dtype=np.float32)
    return csr_array((ones, (ends[:, 0], ends[:, 1])), shape=(accounts, accounts))


def platform(accounts: int = 400, *, ring: int = 30) -> Graph:
    """Follows at random, and among the first `ring` accounts many more and shared devices."""
    chance = np.random.default_rng(3)
    follows = chance.integers(0, accounts, (accounts * 4, 2)).tolist()
    follows += chance.integers(0, ring, (ring * 5, 2)).tolist()
    devices = chance.integers(0, ring, (ring // 2, 2)).tolist()
    names = [f"account-{place:05}" for place in range(accounts)]
    return graph(names, follow=follows, shared_device=devices)


def ranking(of: Graph, *, seeds: Sequence[int], held_out: HeldOut | None = FOUND) -> Ranking:
    """Every account but the seeds, by place: the ring first."""
    places = np.setdiff1d(np.arange(len(of.names)), np.asarray(seeds))
    return Ranking(
        places=places,
        scores=np.linspace(1.0, 0.0, len(places)),
        scorers={"walk": 0.7, "overlap": 0.3},
        held_out=held_out,
        connects=held_out is FOUND,
    )


def shown(
    of: Graph,
    *,
    first: int = 40,
    seeds: Sequence[int] = (4, 2, 9),
    held_out: HeldOut | None = FOUND,
) -> Shown:
    ranked = ranking(of, seeds=seeds, held_out=held_out)
    places = np.asarray(seeds, dtype=np.int64)
    found = list(whys(of, seeds=places, leads=ranked.places[:first]))
    return Shown(
        graph=of,
        seeds=places,
        leads=leads_of(ranked, whys=found),
        scorers=ranked.scorers,
        held_out=ranked.held_out,
        connects=ranked.connects,
        made_at=MADE_AT,
        remarks=("3 self-loops were left out.",),
    )
