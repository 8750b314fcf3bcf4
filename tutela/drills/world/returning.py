"""What those who come back under a new id bring with them: marks, neighbours, both or neither."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tutela.drills.world.chance import Chance, Choice, Whole, place_of_pair
from tutela.drills.world.planting import Returns
from tutela.drills.world.ties import Chunk, Ties

#: How many bring marks and neighbours, marks alone, neighbours alone; the others bring nothing.
BOTH, MARKS, NEIGHBOURS = 0.35, 0.25, 0.30
#: Who brings neighbours follows so many of them anew, and so many of these follow back.
FOLLOWED_AGAIN, FOLLOW_BACK = 0.5, 0.4
#: How many of the new follows come with interaction.
INTERACTS_AGAIN = 0.5


@dataclass(frozen=True, slots=True)
class Brought:
    """By return, what it brings."""

    marks: Choice
    neighbours: Choice


def brought(returns: Returns, *, chance: Chance) -> Brought:
    """What each brings."""
    share = chance.of("brings").shares(returns.new)
    marks = share < BOTH + MARKS
    rest = (share >= BOTH + MARKS) & (share < BOTH + MARKS + NEIGHBOURS)
    return Brought(marks=marks, neighbours=(share < BOTH) | rest)


@dataclass(slots=True)
class Remembered:
    """The ties of those who leave and of those they come back as, kept while the others pass."""

    returns: Returns
    count: int
    #: By place: whether its ties are kept.
    kept: NDArray[np.bool_]
    keys: list[Whole] = field(default_factory=list)

    @classmethod
    def of(cls, returns: Returns, *, count: int) -> "Remembered":
        """Nothing kept yet."""
        kept = np.zeros(count, np.bool_)
        kept[returns.old] = kept[returns.new] = True
        return cls(returns=returns, count=count, kept=kept)

    def keep(self, chunk: Chunk) -> None:
        """The ties of a chunk that touch them."""
        for ties in (chunk.follows, chunk.interactions):
            touches = self.kept[ties.src] | self.kept[ties.dst]
            self.keys.append(ties.src[touches] * self.count + ties.dst[touches])

    def again(self, neighbours: Choice, *, chance: Chance) -> Sequence[Ties]:
        """The follows and interactions of those who bring neighbours, none that there was."""
        known = np.unique(np.concatenate(self.keys))
        old, near = self._neighbours(known, of=neighbours)
        new = np.full(self.count, -1)
        new[self.returns.old] = self.returns.new
        place = place_of_pair(old, other=near)
        chosen = chance.of("again").happens(FOLLOWED_AGAIN, places=place)
        src, dst, place = new[old[chosen]], near[chosen], place[chosen]
        back = chance.of("back").happens(FOLLOW_BACK, places=place)
        keys = np.concatenate([src * self.count + dst, dst[back] * self.count + src[back]])
        follows = self._fresh(keys, known=known)
        pair = place_of_pair(follows.src, other=follows.dst)
        meets = chance.of("meets").happens(INTERACTS_AGAIN, places=pair)
        ones = np.ones(int(meets.sum()), np.float32)
        return follows, Ties(src=follows.src[meets], dst=follows.dst[meets], weight=ones)

    def _neighbours(self, known: Whole, *, of: Choice) -> tuple[Whole, Whole]:
        """Each who leaves and brings neighbours, with each of its neighbours once."""
        brings = np.zeros(self.count, np.bool_)
        brings[self.returns.old[of]] = True
        src, dst = np.divmod(known, self.count)
        out, back = brings[src], brings[dst]
        keys = [src[out] * self.count + dst[out], dst[back] * self.count + src[back]]
        old, near = np.divmod(np.unique(np.concatenate(keys)), self.count)
        return old, near

    def _fresh(self, keys: Whole, *, known: Whole) -> Ties:
        keys = np.setdiff1d(np.unique(keys), known, assume_unique=True)
        src, dst = np.divmod(keys, self.count)
        apart = src != dst
        return Ties(src=src[apart], dst=dst[apart], weight=np.ones(int(apart.sum()), np.float32))
