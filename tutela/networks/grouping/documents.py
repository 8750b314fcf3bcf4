"""`cases.json` and what stands beside it: cases as a person and a program read them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa

from tutela.networks.engines.engine import Places
from tutela.networks.grouping.cases import Case, Group
from tutela.networks.grouping.cautions import cautions
from tutela.networks.grouping.facts import Ages
from tutela.networks.grouping.returns import Returned
from tutela.networks.grouping.roles import Role
from tutela.networks.grouping.ties import Floats
from tutela.networks.grouping.words import why_a_case, why_a_group, why_returned

Id = int | str


class WrittenGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Members of a case that keep closer to each other than to its other members."""

    #: From 1, the largest first; `members.csv` names it for each member.
    group: int
    members: int
    seeds: list[Id]
    #: Which share of its pairs is joined, from 0 to 1.
    density: float
    #: Which share of the ends of its edges leads out of it, from 0 to 1.
    conductance: float
    #: Of its members that are no seeds; null where all are.
    mean_score: float | None
    why: list[str]


class WrittenReturn(msgspec.Struct, frozen=True, kw_only=True):
    """An account that looks like a removed member under a new id."""

    account: Id
    #: The removed member.
    returned_of: Id
    #: From `returns.ENOUGH` on; the more, the surer.
    score: float
    #: Whether it is a member of the case by its ties as well.
    member: bool
    why: str


class WrittenCase(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that make up one network, as leads for a person."""

    #: The name of its folder.
    name: str
    members: int
    seeds: list[Id]
    #: How likely a member belongs to it: the mean over all.
    sure: float
    #: How many of them are likely to be none of it.
    expected_wrong: float
    #: How far down the ranking its members reach; null where all are seeds.
    last_rank: int | None
    density: float
    conductance: float
    #: Edges that join two members, by kind.
    edges: dict[str, int]
    mean_score: float | None
    why: list[str]
    #: What speaks for care, a sentence each.
    cautions: list[str]
    #: How many look like what, by their position: `seller_like`, `creator_like`, `buyer_like`.
    roles: dict[str, int]
    #: Null where no file of accounts was given.
    possible_minors: int | None
    returned: list[WrittenReturn]
    groups: list[WrittenGroup]


class WrittenCases(msgspec.Struct, frozen=True, kw_only=True):
    """`cases.json`."""

    #: False where neither the ranking nor the rings of the seeds connect them: there is no case.
    connects: bool
    scorer: str
    accounts: int
    seeds: int
    #: Seeds in no case: nothing around them keeps together with another seed.
    seeds_alone: list[Id]
    cases: list[WrittenCase]
    #: What the reader should know, a sentence each.
    remarks: list[str]


class Names:
    """Ids, scores and ranks by place."""

    def __init__(self, names: pa.Array, *, seeds: Places, ranked: Places, scores: Floats) -> None:
        self._names = names
        self.is_seed = np.zeros(len(names), bool)
        self.is_seed[seeds] = True
        self.rank = np.zeros(len(names), np.int64)
        self.rank[ranked] = np.arange(1, len(ranked) + 1)
        self.score = np.full(len(names), np.nan)
        self.score[ranked] = scores

    def ids(self, places: Places) -> list[Id]:
        """The ids of the places."""
        ids: list[Id] = self._names.take(pa.array(places)).to_pylist()
        return ids

    def id_of(self, place: int | None) -> Id | None:
        """The id of the place."""
        return None if place is None else self.ids(np.array([place]))[0]

    def seeds_of(self, places: Places) -> list[Id]:
        """The ids of those that are seeds."""
        return self.ids(places[self.is_seed[places]])

    def mean_score(self, places: Places) -> float | None:
        """Of those that were ranked; None where none was."""
        scores = self.score[places][self.rank[places] > 0]
        return float(scores.mean()) if len(scores) else None


@dataclass(frozen=True, slots=True)
class Marked:
    """A case and what else is known of its members."""

    case: Case
    roles: Sequence[Role | None]
    returned: Sequence[Returned]
    #: None where no file of accounts was given.
    ages: Ages | None


def written_cases(cases: Sequence[Marked], *, names: Names) -> list[WrittenCase]:
    """The cases as they stand in `cases.json`."""
    return [_case(case, number=n, names=names) for n, case in enumerate(cases, start=1)]


def member_rows(marked: Marked, *, names: Names) -> pa.Table:
    """`members.csv`: the surest first, seeds before all."""
    case = marked.case
    group = np.zeros(len(case.places), np.int64)
    for number, each in enumerate(case.groups, start=1):
        group[np.isin(case.places, each.places)] = number
    order = np.lexsort((case.places, -case.sure, ~names.is_seed[case.places]))
    places = case.places[order]
    ranked = names.rank[places] > 0
    old = {each.new: each.old for each in marked.returned}
    return pa.table(
        {
            "account": pa.array(names.ids(places)),
            "seed": pa.array(names.is_seed[places]),
            "group": pa.array(group[order]),
            "sure": pa.array(case.sure[order].round(4)),
            "score": pa.array(names.score[places], mask=~ranked),
            "rank": pa.array(names.rank[places], mask=~ranked),
            "looks_like": pa.array([marked.roles[row] for row in order], pa.string()),
            "possible_minor": _minors(marked.ages, places=places),
            "returned_of": pa.array([names.id_of(old.get(int(place))) for place in places]),
        }
    )


def _minors(ages: Ages | None, *, places: Places) -> pa.Array:
    """Null where nobody knows."""
    if ages is None:
        return pa.nulls(len(places), pa.bool_())
    return pa.array(ages.minor[places], mask=~ages.told[places])


def _case(marked: Marked, *, number: int, names: Names) -> WrittenCase:
    case = marked.case
    said = Counter(role for role in marked.roles if role)
    return WrittenCase(
        name=f"case-{number}",
        members=len(case.places),
        seeds=names.seeds_of(case.places),
        sure=float(case.sure.mean()),
        expected_wrong=float((1 - case.sure).sum()),
        last_rank=int(names.rank[case.places].max()) or None,
        density=case.measured.density,
        conductance=case.measured.conductance,
        edges=dict(case.measured.inside),
        mean_score=names.mean_score(case.places),
        why=why_a_case(case, seeds=int(names.is_seed[case.places].sum())),
        cautions=list(cautions(case, is_seed=names.is_seed, ages=marked.ages)),
        roles={role: said[role] for role in sorted(said)},
        possible_minors=None if marked.ages is None else int(marked.ages.minor[case.places].sum()),
        returned=[_returned(each, case=case, names=names) for each in marked.returned],
        groups=_groups(case.groups, names=names),
    )


def _returned(each: Returned, *, case: Case, names: Names) -> WrittenReturn:
    new, old = names.ids(np.array([each.new, each.old]))
    return WrittenReturn(
        account=new,
        returned_of=old,
        score=round(each.score, 2),
        member=bool(np.isin(each.new, case.places)),
        why=why_returned(each),
    )


def _groups(groups: Sequence[Group], *, names: Names) -> list[WrittenGroup]:
    return [
        WrittenGroup(
            group=number,
            members=len(group.places),
            seeds=names.seeds_of(group.places),
            density=group.measured.density,
            conductance=group.measured.conductance,
            mean_score=names.mean_score(group.places),
            why=why_a_group(group, seeds=int(names.is_seed[group.places].sum())),
        )
        for number, group in enumerate(groups, start=1)
    ]
