"""Likeness to the seeds in columns of numbers: linear, by distance, and tallied column by column.

All seeds against all accounts: most accounts are of no network, so that everybody stands for the
others (Elkan, Noto 2008). The linear one is a discriminant with a strongly shrunk covariance
(Friedman 1989): with five seeds nothing richer can be learnt.
"""

import numpy as np
from numpy.typing import NDArray

from tutela.networks.engines.engine import Vector
from tutela.networks.scorers.trials import Trials

#: A kernel is as wide as this share of the median squared distance.
_WIDTH = 0.3
_ACCOUNTS_ASKED = 500
_BLOCK = 20_000
_BINS = 8
#: So many seeds' worth of what everybody has is added to each tally.
_PRIOR_SEEDS = 4.0


def linear(columns: Vector, *, marks: Vector, shrinkage: float) -> Vector:
    """The discriminant of each column of seeds against all: (accounts, trials)."""
    centred = columns - columns.mean(axis=0)
    scatter = centred.T @ centred / len(centred)
    level = shrinkage * np.trace(scatter) / len(scatter)
    inner = scatter + max(float(level), 1e-9) * np.eye(len(scatter), dtype=np.float32)
    scores: Vector = centred @ np.linalg.solve(inner, centred.T @ marks)
    return scores


def towards(columns: Vector, *, marks: Vector) -> Vector:
    """The plain direction from everybody's mean to the seeds': (accounts, trials)."""
    centred = columns - columns.mean(axis=0)
    scores: Vector = centred @ (centred.T @ marks)
    return scores


def near(columns: Vector, *, trials: Trials, seeds: NDArray[np.int64]) -> tuple[Vector, Vector]:
    """How densely seeds lie around an account, as it is and over how densely everybody does.

    `seeds` are the rows of the seeds in `columns`.
    """
    weights = trials.members / trials.members.sum(axis=1, keepdims=True)
    asked = np.linspace(0, len(columns) - 1, min(_ACCOUNTS_ASKED, len(columns))).astype(np.int64)
    apart = _squares(columns[asked], others=columns[asked])
    width = _WIDTH * max(float(np.median(apart)), 1e-9)
    everybody = _mean_kernel(columns, others=columns[asked], width=width)
    densities: Vector = np.exp(
        -_squares(columns, others=columns[seeds]) / width
    ) @ weights.T.astype(np.float32)
    usual: Vector = everybody[:, None] + np.float32(1e-6)
    return densities, densities / usual


def tallied(columns: Vector, *, trials: Trials, seeds: NDArray[np.int64]) -> Vector:
    """Log odds added up column by column, as if they were independent (naive Bayes)."""
    scores = np.zeros((len(columns), len(trials.members)), np.float32)
    counted = trials.members.sum(axis=1)
    for column in columns.T:
        edges = np.unique(np.quantile(column, np.linspace(0, 1, _BINS + 1)[1:-1]))
        bins = np.searchsorted(edges, column, side="right")
        share = np.bincount(bins, minlength=len(edges) + 1)[:, None] / len(column)
        there = np.zeros((len(edges) + 1, len(trials.members)))
        np.add.at(there, bins[seeds], trials.members.T)
        usual = np.maximum(share, 1e-9)
        smoothed = (there + _PRIOR_SEEDS * usual) / (counted + _PRIOR_SEEDS)
        scores += np.log(smoothed / usual)[bins].astype(np.float32)
    return scores


def _mean_kernel(columns: Vector, *, others: Vector, width: float) -> Vector:
    """The mean over `others`, block by block: all at once would not fit in memory."""
    means = np.empty(len(columns), np.float32)
    for start in range(0, len(columns), _BLOCK):
        block = slice(start, start + _BLOCK)
        means[block] = np.exp(-_squares(columns[block], others=others) / width).mean(axis=1)
    return means


def _squares(columns: Vector, *, others: Vector) -> Vector:
    lengths = (columns**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)
    squares: Vector = np.maximum(lengths - 2 * columns @ others.T, 0)
    return squares
