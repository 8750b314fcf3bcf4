"""The compiled table of the fold, as `tools.compile_fold` writes it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tutela.detection.terms import codes

#: One byte each in the Latin fold, code points in the other one.
Codes = NDArray[np.unsignedinteger[Any]]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Strings:
    """Several values by code point: those of `keys[n]` end before `ends[n]`."""

    keys: NDArray[np.uint32]
    ends: Places
    values: NDArray[np.uint32]

    def lengths(self, code_points: NDArray[np.uint32]) -> Places:
        """How many values each has; every code point must be a key."""
        at = np.searchsorted(self.keys, code_points)
        return self.ends[at] - self._starts(at)

    def of(self, code_points: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """The values of all, one after the other."""
        at = np.searchsorted(self.keys, code_points)
        return self.values[ragged(self._starts(at), lengths=self.ends[at] - self._starts(at))]

    def as_dict(self) -> dict[int, tuple[int, ...]]:
        """The values of every key."""
        parts = np.split(self.values, self.ends[:-1])
        pairs = zip(self.keys.tolist(), parts, strict=True)
        return {key: tuple(part.tolist()) for key, part in pairs}

    def _starts(self, at: Places) -> Places:
        return np.where(at > 0, self.ends[at - 1], 0)


@dataclass(frozen=True, slots=True)
class Singles:
    """One value by code point."""

    keys: NDArray[np.uint32]
    values: NDArray[np.uint32]

    def instead(self, found: Codes, *, code_points: NDArray[np.uint32]) -> Codes:
        """The values of the code points, and what was found where there is none."""
        at = np.searchsorted(self.keys, code_points).clip(max=len(self.keys) - 1)
        is_there = self.keys[at] == code_points
        return np.where(is_there, self.values[at], found).astype(found.dtype)


@dataclass(frozen=True, slots=True)
class Fold:
    """What every code point folds to: a code, or MANY and several beside."""

    single: Codes
    many: Strings

    def folded(self, code_points: NDArray[np.uint32]) -> tuple[Codes, Places | None]:
        """The codes, and for each the place of its code point; None where they are the same."""
        found: Codes = self.single.take(code_points, mode="clip")
        at = np.flatnonzero(found == codes.MANY)
        if not at.size:
            return found, None
        counts: Places = np.ones(len(found), np.int64)
        counts[at] = self.many.lengths(code_points[at])
        origin = np.repeat(np.arange(len(found)), counts)
        spread = np.repeat(found, counts)
        ends = np.cumsum(counts)[at]
        spread[ragged(ends - counts[at], lengths=counts[at])] = self.many.of(code_points[at])
        return spread, origin


@dataclass(frozen=True, slots=True)
class Table:
    """All folds, and what the skeleton needs."""

    latin: Fold
    native: Fold
    #: Where the code points of a script that is not Latin begin and end, in turns.
    foreign: Places
    #: Likewise of scripts without spaces between words.
    unspaced: Places
    #: Code points that may be read otherwise, by their code in that reading.
    alternative: Singles
    hidden: Singles
    turned: Singles
    decomposed: Strings
    prototype: Strings
    combining: dict[int, int]
    unicode_version: str


def ragged(starts: Places, *, lengths: Places) -> Places:
    """`range(start, start + length)` of each, one after the other."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - ends + lengths, lengths)


def within(ranges: Places, *, values: Codes) -> NDArray[np.bool_]:
    """Which values lie in a range."""
    return cast("NDArray[np.bool_]", np.searchsorted(ranges, values, side="right") % 2 == 1)


@cache
def table() -> Table:
    """The table of this version of Tutela; read once a process."""
    with (resources.files(__package__) / "fold.npz").open("rb") as file, np.load(file) as held:
        combining = _singles(held, name="combining")
        return Table(
            latin=Fold(single=held["latin"], many=_strings(held, name="latin_many")),
            native=Fold(single=held["native"], many=_strings(held, name="native_many")),
            foreign=held["foreign"].astype(np.int64),
            unspaced=held["unspaced"].astype(np.int64),
            alternative=_singles(held, name="alternative"),
            hidden=_singles(held, name="hidden"),
            turned=_singles(held, name="turned"),
            decomposed=_strings(held, name="decomposed"),
            prototype=_strings(held, name="prototype"),
            combining=dict(zip(combining.keys.tolist(), combining.values.tolist(), strict=True)),
            unicode_version=json.loads(str(held["about"]))["unicode"],
        )


def _strings(held: "np.lib.npyio.NpzFile", *, name: str) -> Strings:
    return Strings(
        keys=held[f"{name}_keys"],
        ends=held[f"{name}_ends"].astype(np.int64),
        values=held[f"{name}_values"],
    )


def _singles(held: "np.lib.npyio.NpzFile", *, name: str) -> Singles:
    return Singles(keys=held[f"{name}_keys"], values=held[f"{name}_values"])
