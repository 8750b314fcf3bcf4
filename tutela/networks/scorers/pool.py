"""Every scorer, one after the other, over the same trials."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tutela.networks.engines.engine import Places, Vector
from tutela.networks.scorers import likeness, trees
from tutela.networks.scorers.beliefs import beliefs
from tutela.networks.scorers.described import Described
from tutela.networks.scorers.ground import Ground, evened
from tutela.networks.scorers.overlap import overlap
from tutela.networks.scorers.scored import Family, Scored, Scorings
from tutela.networks.scorers.trials import Trials
from tutela.networks.scorers.walks import walk

#: Fewer seeds teach a tree nothing.
_FEWEST_FOR_TREES = 8
#: Trees over more accounts take minutes.
_MOST_FOR_TREES = 200_000
#: Walks in one kind of edges alone, of so many steps, for so many kinds.
_STEPS_IN_ONE_KIND = 4
_MOST_KINDS = 12


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of numbers under a name, and whose voice what they say is."""

    name: str
    family: Family
    columns: Vector


def by_edges(on: Ground, *, trials: Trials) -> Scorings:
    """What who is joined to whom says."""
    yield from walk(on, trials=trials)
    if len(on.kinds) > 1:
        yield from walk(evened(on), trials=trials, prefix="even_")
        yield from _in_one_kind(on, trials=trials)
    yield from overlap(on, trials=trials)
    yield from beliefs(on, trials=trials)


def by_numbers(of: Described, *, on: Ground, trials: Trials) -> Scorings:
    """What roles, positions and features say, in closed form."""
    for table in tables(of):
        yield from _by_table(table, on=on, trials=trials)


def by_trees(of: Described, *, on: Ground, trials: Trials, chance: np.random.Generator) -> Scorings:
    """What trees learn from all columns; nothing for few seeds or very many accounts."""
    rows = _rows(on)[trials.seeds]
    if len(rows) < _FEWEST_FOR_TREES or on.alike.sum() > _MOST_FOR_TREES:
        return
    columns = tables(of)[-1].columns
    for name, learn in (("boosting", trees.boosted), ("forest", trees.forest)):
        part = learn(columns, trials=trials, seeds=rows, chance=chance)
        yield _spread(part, name=name, family=Family.TREES, on=on, trials=trials)


def tables(of: Described) -> list[Table]:
    """The sets of columns that scorers look at; the last has everything but positions."""
    found = []
    if of.position is not None:
        found.append(Table("position", Family.POSITION, of.position))
    found.append(Table("role", Family.ROLE, of.role))
    if of.own is not None and of.around is not None and of.further is not None:
        both = [of.own, of.around]
        found += [
            Table("features", Family.FEATURES, of.own),
            Table("neighbours", Family.NEIGHBOURS, of.around),
            Table("further", Family.TOGETHER, np.hstack([*both, of.further, of.role])),
            Table("together", Family.TOGETHER, np.hstack([*both, of.role])),
        ]
    return found


def _by_table(table: Table, *, on: Ground, trials: Trials) -> Iterator[Scored]:
    marks, rows = trials.marks(on.accounts)[on.alike], _rows(on)[trials.seeds]
    columns = table.columns

    def told(how: str, *, part: Vector) -> Scored:
        return _spread(part, name=f"{table.name}_{how}", family=table.family, on=on, trials=trials)

    yield told("towards", part=likeness.towards(columns, marks=marks))
    yield told("linear", part=likeness.linear(columns, marks=marks, shrinkage=1.0))
    if table.family is Family.POSITION:
        return
    yield told("loosely", part=likeness.linear(columns, marks=marks, shrinkage=0.1))
    dense, denser = likeness.near(columns, trials=trials, seeds=rows)
    yield told("near", part=dense)
    yield told("nearer", part=denser)
    yield told("tallied", part=likeness.tallied(columns, trials=trials, seeds=rows))
    yield from _smoothed(table, marks=marks, on=on, trials=trials)


def _smoothed(table: Table, *, marks: Vector, on: Ground, trials: Trials) -> Iterator[Scored]:
    """The linear likeness with that of the neighbours and of theirs added."""
    if table.family not in {Family.FEATURES, Family.TOGETHER}:
        return
    part = likeness.linear(table.columns, marks=marks, shrinkage=1.0)
    own = np.zeros((on.accounts, part.shape[1]), np.float32)
    own[on.alike] = part / np.maximum(part.std(axis=0), 1e-9)
    once = on.mean(own)
    spread = (own + once + on.mean(once))[on.alike]
    yield _spread(spread, name=f"{table.name}_spread", family=Family.TOGETHER, on=on, trials=trials)


def _in_one_kind(on: Ground, *, trials: Trials) -> Iterator[Scored]:
    """How much of where an account's edges of one kind lead is seeds, up to four steps."""
    for name in list(on.kinds)[:_MOST_KINDS]:
        degree = on.engine.degrees(name)[:, None]
        divisor: Vector = np.where(degree > 0, degree, 1).astype(np.float32)
        here = trials.marks(on.accounts)
        for steps in range(1, _STEPS_IN_ONE_KIND + 1):
            here = on.engine.spread(here, kind=name) / divisor
            if steps != _STEPS_IN_ONE_KIND - 1:
                yield Scored(f"{name}_{steps}", Family.NEARNESS, here, trials)


def _rows(on: Ground) -> Places:
    """By account its row among those of the seeds' sort."""
    rows: Places = np.cumsum(on.alike) - 1
    return rows


def _spread(part: Vector, *, name: str, family: Family, on: Ground, trials: Trials) -> Scored:
    """The scores of those of the seeds' sort, with everybody else below them."""
    scores = np.full((on.accounts, part.shape[1]), part.min() - 1, np.float32)
    scores[on.alike] = part
    return Scored(name, family, scores, trials)
