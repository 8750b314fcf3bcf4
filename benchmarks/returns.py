"""Who comes back under a new id: how many are found, and who is taken for one.

``python -m benchmarks.returns [--accounts 100000] [--seed 1]`` (`make bench-returns`): in a
synthetic world every removed account is held against those created soon after: as files tell of
them, and as stored events do, which know the day of an account and tokens as edges alone. Exits 1
where fewer than 80 % of those who came back are found, or where more accounts than one in a
thousand are wrongly told.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.machine import described
from tutela.drills.world.making import make
from tutela.drills.world.plan import planned
from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.files.seeds import places_of
from tutela.networks.grouping.choices import choices_of
from tutela.networks.grouping.facts import Facts, read_facts, read_tokens, tokens_of
from tutela.networks.grouping.returns import Traces, returned
from tutela.networks.grouping.ties import ties_of

FOUND_AT_LEAST: Final = 0.8
WRONG_AT_MOST: Final = 0.001
_DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a world's removed accounts."""

    accounts: int
    removed: int
    #: How many came back, how many of them were found, and how many others were told.
    returned: int
    right: int
    wrong: int

    @property
    def recall(self) -> float:
        """The share of those who came back that was found."""
        return self.right / max(1, self.returned)

    @property
    def wrongly(self) -> float:
        """The share of all accounts that was wrongly told."""
        return self.wrong / max(1, self.accounts)


def found(folder: Path) -> Mapping[str, Found]:
    """Every removed account of the world in the folder, by who tells of the accounts."""
    accounts = pq.read_table(folder / "accounts.parquet", columns=["account"])
    reading = Reading(directed=True, accounts=accounts["account"].combine_chunks())
    graph = read_edges(folder / "edges.parquet", reading=reading)
    facts = read_facts(folder / "accounts.parquet", names=graph.names)
    tokens = read_tokens([folder / "tokens.parquet"], names=graph.names)
    ties, choices = ties_of(graph), choices_of(graph)
    truth = _truth(folder, names=graph.names)
    told = {
        "files": Traces(ties, choices, facts, tokens),
        "stored events": Traces(ties, choices, by_day(facts), tokens_of(graph)),
    }
    return {by: _held(traces, truth=truth) for by, traces in told.items()}


def by_day(facts: Facts) -> Facts:
    """As events tell of accounts: the day on which each came, which stands for its end."""
    days = facts.created_ms // _DAY_MS
    created = np.where(facts.created_ms < 0, -1, (days + 1) * _DAY_MS - 1)
    return replace(facts, created_ms=created)


def _truth(folder: Path, *, names: pa.Array) -> Mapping[int, int]:
    """By account that came back the one that it came back as."""
    truth = pq.read_table(folder / "truth.parquet", columns=["account", "recreated_of"])
    came_back = truth.filter(truth["recreated_of"].combine_chunks().is_valid())
    new, old = (
        places_of(came_back[name].combine_chunks(), names=names)
        for name in ("account", "recreated_of")
    )
    return dict(zip(new.tolist(), old.tolist(), strict=True))


def _held(traces: Traces, *, truth: Mapping[int, int]) -> Found:
    removed = np.flatnonzero(traces.facts.removed_ms >= 0)
    told = returned(traces, removed=removed)
    right = sum(truth.get(each.new) == each.old for each in told)
    accounts = len(traces.facts.removed_ms)
    return Found(accounts, len(removed), len(truth), right, len(told) - right)


def main() -> int:
    """0 where the bars hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "world"
        plan = planned(options.accounts, seed=options.seed, rings=None, hide=0.0)
        make(plan, folder=folder, tell=lambda _done, _total: None)
        for name, value in described(Path(scratch)).items():
            print(f"{name}: {value}")
        by = found(folder)
    of = by["files"]
    print(f"{of.accounts:,} accounts, {of.removed:,} removed, {of.returned:,} came back")
    for who, each in by.items():
        right, wrong = f"{each.right:,} ({each.recall:.1%})", f"{each.wrong:,} ({each.wrongly:.3%})"
        print(f"{who:<14} found: {right}; wrong: {wrong}")
    holds = (e.recall >= FOUND_AT_LEAST and e.wrongly <= WRONG_AT_MOST for e in by.values())
    return 0 if all(holds) else 1


if __name__ == "__main__":
    sys.exit(main())
