"""What is known of each account apart from the seeds: its role, its place, its features."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.ground import Ground
from tutela.networks.scorers.numbers import bell, condensed, standard

#: A place is looked for in graphs of up to so many accounts: its cost is steps times columns.
_MOST_ACCOUNTS_PLACED = 200_000
_DIRECTIONS = 64
_ROUNDS = 12
_RESTART = 0.15
_RESTART_STEPS = 20


@dataclass(frozen=True, slots=True)
class Described:
    """Columns of numbers about the accounts that can be of the seeds' sort, in their order."""

    #: How many edges the account has, and those around it.
    role: Vector
    #: Where it lies in the graph's slowest directions; None in a large graph.
    position: Vector | None
    #: None where no features are known.
    own: Vector | None = None
    #: The mean over its neighbours, and over theirs.
    around: Vector | None = None
    further: Vector | None = None
    #: Sets of columns by name, put together.
    sets: Mapping[str, Vector] = field(default_factory=dict)


def described(on: Ground, *, features: Vector | None, chance: np.random.Generator) -> Described:
    """What is known of the accounts of the seeds' sort."""
    role = _role(on)
    position = _position(on, chance=chance)
    if features is None or not np.nanstd(features[on.alike], axis=0).any():
        return Described(role, position)
    part = condensed(features[on.alike], chance=chance)
    own = np.zeros((on.accounts, part.shape[1]), np.float32)
    own[on.alike] = part
    once = on.mean(own)
    around, further = standard(once[on.alike]), standard(on.mean(once)[on.alike])
    return Described(role, position, part, around, further)


def _role(on: Ground) -> Vector:
    many = np.log1p(on.degree)
    near = on.mean(many)
    spread = np.sqrt(np.maximum(on.mean(many**2) - near**2, 0))
    lone = on.mean(np.float32(1) / on.bounded)
    columns = [many, near, on.mean(near), spread, lone, on.mean(lone), np.log(_visits(on) + 1e-9)]
    if len(on.kinds) > 1:
        columns += [np.log1p(on.engine.degrees(name)) for name in on.kinds]
    return bell(np.stack(columns, axis=1).astype(np.float32)[on.alike])


def _visits(on: Ground) -> Vector:
    """PageRank from everywhere, 1 on average."""
    visits: Vector = np.ones(on.accounts, np.float32)
    for _ in range(_RESTART_STEPS):
        visits = on.step(visits / on.bounded)
        visits *= 1 - _RESTART
        visits += _RESTART
    return visits


def _position(on: Ground, *, chance: np.random.Generator) -> Vector | None:
    """The slowest directions of a lazy walk, found by repeated steps (subspace iteration)."""
    if on.accounts > _MOST_ACCOUNTS_PLACED:
        return None
    root: Vector = np.sqrt(on.bounded)[:, None]
    inverse: Vector = np.where(on.degree[:, None] > 0, 1 / root, 0).astype(np.float32)
    columns = min(_DIRECTIONS, on.accounts)
    basis = chance.standard_normal((on.accounts, columns)).astype(np.float32)
    for number in range(_ROUNDS):
        basis /= 2
        basis += inverse * on.step(2 * inverse * basis)
        if number % 3 == 2:  # noqa: PLR2004 - often enough that no direction drowns
            basis = np.linalg.qr(basis)[0]
    basis = np.linalg.qr(basis)[0]
    _, turn = np.linalg.eigh(basis.T @ (inverse * on.step(inverse * basis)))
    return standard((inverse * (basis @ turn))[on.alike])
