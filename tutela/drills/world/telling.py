"""What `world.json` says of a world: what was asked for, what came of it, digests of its files."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tutela.drills.world.chance import Whole
from tutela.drills.world.files import EdgeKind, File, digest
from tutela.drills.world.plan import Plan
from tutela.drills.world.planting import ROLES, Members, Planted

#: The version of the files' columns and of what the numbers mean.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Counted:
    """Edges so far: of each kind, and of each group within and in all."""

    planted: Planted
    kinds: dict[EdgeKind, int] = field(default_factory=lambda: dict.fromkeys(EdgeKind, 0))
    #: By group, rings first: edges within it by kind, and edges that touch it.
    within: dict[EdgeKind, Whole] = field(default_factory=dict)
    touching: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    #: By place: edges that touch an account, and follows of it.
    ends: Whole = field(default_factory=lambda: np.zeros(0, np.int64))
    followed: Whole = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(cls, planted: Planted) -> "Counted":
        """Nothing counted yet."""
        groups = len(planted.groups)
        return cls(
            planted=planted,
            within={kind: np.zeros(groups, np.int64) for kind in EdgeKind},
            touching=np.zeros(groups, np.int64),
            ends=np.zeros(len(planted.ring), np.int64),
            followed=np.zeros(len(planted.ring), np.int64),
        )

    def add(self, src: Whole, *, dst: Whole, kind: EdgeKind) -> None:
        """Edges that are shown."""
        self.kinds[kind] += len(src)
        count = len(self.ends)
        into = _by_number(dst, count=count)
        self.ends[:] += into + _by_number(src, count=count)
        if kind is EdgeKind.FOLLOW:
            self.followed[:] += into
        first = 0
        for numbers, groups in (
            (self.planted.ring, self.planted.rings),
            (self.planted.look_alike, self.planted.look_alikes),
        ):
            one, other = numbers[src].astype(np.int64), numbers[dst].astype(np.int64)
            here = slice(first, first + len(groups))
            inside = (one == other) & (one >= 0)
            self.within[kind][here] += _by_number(one[inside], count=len(groups))
            outside = (one != other) & (other >= 0)
            touching = np.concatenate([one[one >= 0], other[outside]])
            self.touching[here] += _by_number(touching, count=len(groups))
            first += len(groups)


def told(
    plan: Plan, *, planted: Planted, removed: int, counted: Counted, folder: Path
) -> dict[str, object]:
    """The document, in the order of its keys."""
    edges = sum(counted.kinds.values())
    rings, alike = planted.rings, planted.look_alikes
    return {
        "format": FORMAT,
        "accounts": plan.accounts,
        "seed": plan.seed,
        "hide": plan.hide,
        "edges": edges,
        "edges_an_account": round(edges / plan.accounts, 2),
        "kinds": counted.kinds,
        "statistics": _statistics(counted),
        "rings": [
            _group(each, number=number, counted=counted) | _ring(each, planted=planted)
            for number, each in enumerate(rings)
        ],
        "look_alikes": [
            _group(each, number=len(rings) + number, counted=counted)
            for number, each in enumerate(alike)
        ],
        "removed": removed,
        "recreated": len(planted.returns.new),
        "written_by": f"pyarrow {pa.__version__}",
        "files": {
            file: {
                "rows": pq.read_metadata(folder / file).num_rows,
                "sha256": digest(folder / file),
            }
            for file in File
        },
    }


def _statistics(counted: Counted) -> dict[str, object]:
    ends, followed = np.sort(counted.ends), np.sort(counted.followed)
    count = len(ends)
    top = followed[count - count // 100 :]
    return {
        "edges_touching_an_account": {
            "median": int(ends[count // 2]),
            "percentile_99": int(ends[count * 99 // 100]),
            "most": int(ends[-1]),
        },
        "follows_of_the_most_followed_percent": round(int(top.sum()) / int(followed.sum()), 4),
    }


def _group(members: Members, *, number: int, counted: Counted) -> dict[str, object]:
    group = members.group
    within = {kind: int(counted.within[kind][number]) for kind in EdgeKind}
    touching = int(counted.touching[number])
    return {
        "name": group.name,
        "shape": group.shape,
        **({} if group.look_alike is None else {"look_alike": group.look_alike}),
        "accounts": group.size,
        "edges_within": within,
        "share_within": round(sum(within.values()) / touching, 4) if touching else 0.0,
    }


def _ring(members: Members, *, planted: Planted) -> dict[str, object]:
    roles = np.bincount(planted.role[members.places], minlength=len(ROLES))
    return {
        "roles": {role: int(count) for role, count in zip(ROLES, roles, strict=True)},
        "recreated": int(np.isin(planted.returns.new, members.places).sum()),
    }


def _by_number(numbers: Whole, *, count: int) -> Whole:
    return np.bincount(numbers, minlength=count).astype(np.int64)
