"""Where accounts stand in the picture: those that many edges join stand together."""

import numpy as np
from numpy.typing import NDArray

#: x and y of each account.
Spots = NDArray[np.float64]
#: Steps of the forces; fewer for many accounts, so that a picture takes seconds.
STEPS = 300
_PAIRS_A_SECOND = 3.0e7
_SECONDS_MAX = 6.0


def laid_out(
    accounts: int, *, ends: NDArray[np.int64], chance: np.random.Generator, wide: float = 1.4
) -> Spots:
    """Places between 0 and `wide`, and 0 and 1, the same for the same chance; `ends` is (edges, 2).

    Forces by Fruchterman and Reingold (1991) with LinLog attraction (Noack 2009), which draws
    groups apart. Accounts without an edge stand in rows below.
    """
    spots = np.zeros((accounts, 2))
    joined = np.zeros(accounts, dtype=np.bool_)
    joined[ends.ravel()] = True
    held = np.flatnonzero(joined)
    below = np.flatnonzero(~joined)
    share = _share_below(len(below), of=accounts)
    if len(held):
        place = np.full(accounts, -1, dtype=np.int64)
        place[held] = np.arange(len(held))
        spots[held] = _fitted(
            _forced(len(held), ends=place[ends], chance=chance), wide=wide, high=1.0 - share
        )
    spots[below] = _rows(len(below), wide=wide, high=share)
    return spots


def _forced(accounts: int, *, ends: NDArray[np.int64], chance: np.random.Generator) -> Spots:
    spots = chance.standard_normal((accounts, 2)).astype(np.float32)
    degrees = np.bincount(ends.ravel(), minlength=accounts).astype(np.float32)
    steps = min(STEPS, max(40, int(_SECONDS_MAX * _PAIRS_A_SECOND / accounts**2)))
    heavy = np.sqrt(degrees + 1.0, dtype=np.float32)
    for step in range(steps):
        force = _repelled(spots, heavy=heavy) + _drawn(spots, ends=ends)
        force -= 0.02 * heavy[:, None] * spots
        length = np.sqrt((force**2).sum(axis=1, keepdims=True)) + 1e-9
        reach = 0.6 * (1.0 - step / steps) ** 1.5 + 0.002
        spots = (spots + force / length * np.minimum(length, reach)).astype(np.float32)
    return spots.astype(np.float64)


def _repelled(spots: NDArray[np.float32], *, heavy: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every account pushes every other, by the product of their weights over the distance."""
    x, y = (spots[:, axis, None] - spots[None, :, axis] for axis in (0, 1))
    push = heavy[:, None] * heavy[None, :] * np.float32(0.02)
    push /= x * x + y * y + np.float32(1e-3)
    return np.stack([(x * push).sum(axis=1), (y * push).sum(axis=1)], axis=1)


def _drawn(spots: NDArray[np.float32], *, ends: NDArray[np.int64]) -> NDArray[np.float32]:
    """Every edge draws its ends together with a force of one."""
    way = spots[ends[:, 1]] - spots[ends[:, 0]]
    pull = way / (np.sqrt((way**2).sum(axis=1, keepdims=True)) + np.float32(0.05))
    drawn = np.zeros_like(spots)
    np.add.at(drawn, ends[:, 0], pull)
    np.subtract.at(drawn, ends[:, 1], pull)
    return np.float32(0.1) * drawn


def _share_below(alone: int, *, of: int) -> float:
    if not alone:
        return 0.0
    return 1.0 if alone == of else min(0.5, 0.08 + 0.3 * alone / of)


def _rows(count: int, *, wide: float, high: float) -> Spots:
    """So many spots in even rows at the bottom."""
    if not count:
        return np.zeros((0, 2))
    columns = max(1, min(count, int(np.ceil(np.sqrt(count * wide / high)))))
    rows = -(-count // columns)
    number = np.arange(count)
    x = (number % columns + 0.5) / columns * wide
    y = 1.0 - high + (number // columns + 0.75) / (rows + 0.5) * high
    return np.stack([x, y], axis=1)


def _fitted(spots: Spots, *, wide: float, high: float) -> Spots:
    """Turned so that the longer side lies flat, and stretched to fill the frame."""
    spots = spots - spots.mean(axis=0)
    if len(spots) > 1:
        _, _, axes = np.linalg.svd(spots, full_matrices=False)
        axes *= np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])[:, None]
        spots = spots @ axes.T
    low, top = spots.min(axis=0), spots.max(axis=0)
    scale = np.array([wide, high]) / np.maximum(top - low, 1e-6)
    scale = np.minimum(scale, 1.8 * scale.min())
    middle = np.array([wide, high]) / 2
    fitted: Spots = (spots - (low + top) / 2) * scale * np.array([0.94, 0.92]) + middle
    return fitted
