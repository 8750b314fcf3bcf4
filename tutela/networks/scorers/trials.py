"""Which seeds a score stands on, and which of the left-out seeds it is held against."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Places, Vector

#: Up to so many seeds each is left out alone; more are left out in so many folds.
_FOLDS = 10
#: For scorers that take long to learn.
_FEW_FOLDS = 3
#: So many orders in which seeds are added one after another.
_ORDERS = 2


@dataclass(frozen=True, slots=True)
class Held:
    """One seed that stands outside a column, by its number among the seeds."""

    seed: int
    column: int


@dataclass(frozen=True, slots=True)
class Trials:
    """Columns of seeds: the first has all of them, each further one leaves some out."""

    seeds: Places
    #: (columns, seeds): whether the column stands on the seed.
    members: NDArray[np.bool_]
    #: Every seed once, with the column that leaves it out and has most others.
    left_out: tuple[Held, ...]
    #: Orders in which the seeds come one after another, each held against those before it.
    orders: tuple[tuple[Held, ...], ...] = ()

    def marks(self, accounts: int) -> Vector:
        """(accounts, columns): 1 over the column's seeds at each of them, 0 elsewhere."""
        marks = np.zeros((accounts, len(self.members)), np.float32)
        marks[self.seeds] = (self.members / self.members.sum(axis=1, keepdims=True)).T
        return marks


def trials(seeds: Places, *, chance: np.random.Generator) -> Trials:
    """Each seed left out alone, many of them in folds; and seeds added one by one, twice."""
    folds = _folds(len(seeds), of=_FOLDS if len(seeds) > _FOLDS + 2 else len(seeds), chance=chance)
    members, left_out = _leaving_out(folds)
    orders = []
    if len(members) > 1:
        for turned in [folds, folds.max() - folds][:_ORDERS]:
            prefixes = [turned < number for number in range(1, turned.max() + 1)]
            orders.append(_against_prefixes(turned, first_column=len(members)))
            members = np.concatenate([members, np.stack(prefixes)])
    return _each_once(Trials(seeds, members, left_out, tuple(orders)))


def few_trials(of: Trials, *, chance: np.random.Generator) -> Trials:
    """The same seeds left out in a few folds only, without orders."""
    number = len(of.seeds)
    members, left_out = _leaving_out(_folds(number, of=min(_FEW_FOLDS, number), chance=chance))
    return Trials(of.seeds, members, left_out)


def _each_once(trials: Trials) -> Trials:
    """The same trials where no two columns stand on the same seeds."""
    _, first, of = np.unique(trials.members, axis=0, return_index=True, return_inverse=True)
    kept = np.sort(first)
    column = np.searchsorted(kept, first[of])

    def moved(all_held: tuple[Held, ...]) -> tuple[Held, ...]:
        return tuple(Held(held.seed, int(column[held.column])) for held in all_held)

    orders = tuple(moved(order) for order in trials.orders)
    return Trials(trials.seeds, trials.members[kept], moved(trials.left_out), orders)


def _folds(number: int, *, of: int, chance: np.random.Generator) -> NDArray[np.int64]:
    return chance.permutation(np.arange(number) % of)


def _leaving_out(folds: NDArray[np.int64]) -> tuple[NDArray[np.bool_], tuple[Held, ...]]:
    everybody = np.ones((1, len(folds)), np.bool_)
    if folds.max() == 0:
        return everybody, ()
    rest = folds != np.arange(folds.max() + 1)[:, None]
    left_out = tuple(Held(seed, int(fold) + 1) for seed, fold in enumerate(folds))
    return np.concatenate([everybody, rest]), left_out


def _against_prefixes(folds: NDArray[np.int64], *, first_column: int) -> tuple[Held, ...]:
    return tuple(
        Held(seed, first_column + int(fold) - 1) for seed, fold in enumerate(folds) if fold > 0
    )
