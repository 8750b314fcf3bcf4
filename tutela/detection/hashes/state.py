"""All that an index is at one moment, in one piece of memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes import ordered, postings, probing
from tutela.detection.hashes.kinds import HashKind, Numbers, Words
from tutela.detection.hashes.memory import Allocate, Arrays, Block, Field, laid_out
from tutela.detection.hashes.postings import Distinct
from tutela.detection.hashes.scanning import Near

#: New hashes that have room beside the built part.
NEW_AT_MOST: Final = 65_536
#: What the header tells: how many hashes are new, the number of the first, whether it is over.
_NEW, _FIRST_NEW, _OVER, _HEADER = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Structure:
    """How hashes of a kind are built, and looked up."""

    distinct: Callable[..., Distinct]
    fields: Callable[[Distinct], list[Field]]
    fill: Callable[..., None]
    read: Callable[[Arrays], Any]
    near: Callable[..., Near | None]


_SAME: Final = Structure(ordered.distinct, ordered.fields, ordered.fill, ordered.read, ordered.near)
STRUCTURES: Final = dict.fromkeys(HashKind, _SAME) | {
    HashKind.PDQ: Structure(
        postings.distinct, postings.fields, postings.fill, postings.read, probing.near
    )
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Hashes and their numbers."""

    words: Words
    numbers: Numbers


class State:
    """The built part, what is new beside it, and which numbers were taken out."""

    def __init__(self, block: Block, *, structure: Structure) -> None:
        self.block = block
        self.built = structure.read(block.arrays)
        self._header: NDArray[np.int64] = block.arrays["header"]
        self._added: NDArray[np.uint64] = block.arrays["added"]
        self.dead: NDArray[np.uint8] = block.arrays["dead"]

    @property
    def first_new(self) -> int:
        """The number of the first hash that is new."""
        return int(self._header[_FIRST_NEW])

    @property
    def new(self) -> int:
        """How many hashes are new."""
        return int(self._header[_NEW])

    @property
    def next_number(self) -> int:
        """The number that the next hash gets."""
        return self.first_new + self.new

    @property
    def is_over(self) -> bool:
        """Whether another state has taken its place."""
        return bool(self._header[_OVER])

    def end(self) -> None:
        """Another state has taken its place."""
        self._header[_OVER] = 1

    def added(self) -> NDArray[np.uint64]:
        """The new hashes as (words, hashes)."""
        return self._added[:, : self.new]

    def append(self, words: Words) -> bool:
        """Whether there was room; the rows come before the count that tells readers of them."""
        new = self.new
        if new + len(words) > NEW_AT_MOST:
            return False
        self._added[:, new : new + len(words)] = words.T
        self._header[_NEW] = new + len(words)
        return True

    def alive(self, upto: int) -> Rows:
        """The rows that are in, with the first `upto` of the new ones."""
        built = self.built
        words = built.words
        if len(built.starts):
            words = np.repeat(words, np.diff(built.starts), axis=0)
        numbers = np.concatenate([built.numbers, self.first_new + np.arange(upto)])
        words = np.concatenate([words, self._added[:, :upto].T])
        kept = self.dead[numbers] == 0
        return Rows(words[kept], numbers[kept])


def build(rows: Rows, *, next_number: int, structure: Structure, allocate: Allocate) -> State:
    """The rows as a built part, with nothing new beside it."""
    distinct = structure.distinct(rows.words, numbers=rows.numbers)
    block = laid_out(
        [
            Field("header", "<i8", (_HEADER,)),
            *structure.fields(distinct),
            Field("added", "<u8", (rows.words.shape[1], NEW_AT_MOST)),
            Field("dead", "|u1", (next_number + NEW_AT_MOST,)),
        ],
        allocate=allocate,
    )
    structure.fill(block.arrays, rows=distinct)
    block.arrays["header"][_FIRST_NEW] = next_number
    return State(block, structure=structure)
