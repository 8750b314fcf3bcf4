"""Indexes that grow: what is added is found at once, what is removed is lost at once."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes import state
from tutela.detection.hashes.chunks import HASH_BITS
from tutela.detection.hashes.hits import Hits, gathered, sorted_hits
from tutela.detection.hashes.kinds import HashesUnfit, HashKind, Words, words_of
from tutela.detection.hashes.memory import Allocate, Block, private
from tutela.detection.hashes.scanning import NOTHING, Near, scan
from tutela.detection.hashes.state import NEW_AT_MOST, STRUCTURES, Rows, State

#: Bits in which two PDQ hashes of one picture may differ, as PDQ's authors advise.
RADIUS_BITS: Final = 31
#: With so many new hashes a merge begins in the background.
MERGED_FROM: Final = 8_192
#: Queries that are looked up in one go.
_QUERIES_AT_ONCE: Final = 1_024


class HashIndex:
    """Hashes of one kind; rows are numbered from 0 as they came, and a number never comes again.

    One process writes, from any thread; any thread reads meanwhile, and any process where the
    memory is shared.
    """

    kind: ClassVar[HashKind]

    def __init__(self, block: Block, *, allocate: Allocate | None = None) -> None:
        """The index that lies in the block; without `allocate` for reading alone."""
        self._structure = STRUCTURES[self.kind]
        self._state = State(block, structure=self._structure)
        self._allocate = allocate
        self._writing, self._merging = threading.Lock(), threading.Lock()
        self._merger: threading.Thread | None = None

    @classmethod
    def build(cls, hashes: NDArray[Any], *, allocate: Allocate = private) -> Self:
        """An index of the hashes: (rows, bytes) of uint8. Raises HashesUnfit for another shape."""
        words = words_of(hashes, kind=cls.kind)
        rows = Rows(words, np.arange(len(words), dtype=np.int64))
        built = state.build(
            rows, next_number=len(words), structure=STRUCTURES[cls.kind], allocate=allocate
        )
        return cls(built.block, allocate=allocate)

    def __len__(self) -> int:
        """How many rows are in."""
        now = self._state
        return now.next_number - int(np.count_nonzero(now.dead[: now.next_number]))

    @property
    def block(self) -> Block:
        """The memory that it lies in now."""
        return self._state.block

    @property
    def is_over(self) -> bool:
        """Whether whoever writes has built another one in its place."""
        return self._state.is_over

    def add(self, hashes: NDArray[Any]) -> range:
        """The numbers of the rows, which are found from now on."""
        self._writable()
        words = words_of(hashes, kind=self.kind)
        if len(words) > NEW_AT_MOST // 2:
            return self._rebuild(words)
        while True:
            with self._writing:
                first = self._state.next_number
                if self._state.append(words):
                    break
            self.merge()
        if self._state.new >= MERGED_FROM:
            self._merge_in_the_background()
        return range(first, first + len(words))

    def remove(self, numbers: Sequence[int] | NDArray[np.int64]) -> None:
        """The rows are found no more; raises HashesUnfit where a number was never given."""
        self._writable()
        gone = np.asarray(numbers, np.int64)
        with self._writing:
            if len(gone) and (gone.min() < 0 or gone.max() >= self._state.next_number):
                raise HashesUnfit("A row is removed by the number that it got.")
            self._state.dead[gone] = 1

    def end(self) -> None:
        """Another index has taken its place: whoever shares its memory looks for that one."""
        self._writable()
        self._state.end()

    def merge(self) -> None:
        """Builds in what is new and drops what was removed; searches go on meanwhile."""
        with self._merging:
            before = self._state
            upto = before.new
            after = self._built(before.alive(upto), next_number=before.first_new + upto)
            with self._writing:
                after.append(np.ascontiguousarray(before.added()[:, upto:].T))
                self._swap(after)

    def settle(self) -> None:
        """Returns when no merge is under way."""
        merger = self._merger
        if merger is not None:
            merger.join()

    def search(
        self, hashes: NDArray[Any], *, radius: int = RADIUS_BITS, most: int | None = None
    ) -> Hits:
        """Every row within the radius of each hash; the nearest `most` of each where that is given.

        Raises HashesUnfit for a radius outside 0 to 256, or for hashes of another shape.
        """
        return gathered(list(self.stream(hashes, radius=radius, most=most)))

    def stream(
        self, hashes: NDArray[Any], *, radius: int = RADIUS_BITS, most: int | None = None
    ) -> Iterator[Hits]:
        """What `search` finds, in parts of successive hashes that bound what lies in memory."""
        if not 0 <= radius <= HASH_BITS:
            raise HashesUnfit(f"The radius is 0 to {HASH_BITS} bits.")
        words, now = words_of(hashes, kind=self.kind), self._state
        for begin in range(0, len(words), _QUERIES_AT_ONCE):
            asked = words[begin : begin + _QUERIES_AT_ONCE]
            for at, part, near in self._near(now, queries=asked, radius=radius):
                new = scan(now.added(), queries=part, radius=radius) if now.new else NOTHING
                yield _hits(now, built=near, new=new, first=begin + at, most=most)

    def _near(
        self, now: State, *, queries: Words, radius: int
    ) -> Iterator[tuple[int, Words, Near]]:
        pending = [(0, queries)]
        while pending:
            at, part = pending.pop()
            near = self._structure.near(now.built, queries=part, radius=radius)
            if near is not None:
                yield at, part, near
                continue
            half = len(part) // 2
            pending += [(at + half, part[half:]), (at, part[:half])]

    def _built(self, rows: Rows, *, next_number: int) -> State:
        return state.build(
            rows, next_number=next_number, structure=self._structure, allocate=self._writable()
        )

    def _writable(self) -> Allocate:
        if self._allocate is None:
            raise HashesUnfit("This index is for reading alone.")
        return self._allocate

    def _rebuild(self, words: Words) -> range:
        with self._merging, self._writing:
            before = self._state
            rows, first = before.alive(before.new), before.next_number
            numbers = np.arange(first, first + len(words))
            rows = Rows(
                np.concatenate([rows.words, words]), np.concatenate([rows.numbers, numbers])
            )
            self._swap(self._built(rows, next_number=first + len(words)))
            return range(first, first + len(words))

    def _swap(self, after: State) -> None:
        before = self._state
        known = min(before.next_number, len(after.dead))
        after.dead[:known] = before.dead[:known]
        self._state = after
        before.end()

    def _merge_in_the_background(self) -> None:
        if self._merging.locked():
            return
        self._merger = threading.Thread(target=self.merge, name="merge", daemon=True)
        self._merger.start()


class PdqIndex(HashIndex):
    """PDQ hashes: every one within a radius is found, at every radius."""

    kind = HashKind.PDQ


class Md5Set(HashIndex):
    """MD5 digests: the same one is found."""

    kind = HashKind.MD5


class Sha1Set(HashIndex):
    """SHA-1 digests: the same one is found."""

    kind = HashKind.SHA1


class Sha256Set(HashIndex):
    """SHA-256 digests: the same one is found."""

    kind = HashKind.SHA256


INDEXES: Final[dict[HashKind, type[HashIndex]]] = {
    index.kind: index for index in (PdqIndex, Md5Set, Sha1Set, Sha256Set)
}


def _hits(now: State, *, built: Near, new: Near, first: int, most: int | None) -> Hits:
    starts, numbers = now.built.starts, now.built.numbers
    position, query, distance = built.position, built.query, built.distance
    if len(starts):
        rows = starts[position + 1] - starts[position]
        ends = rows.cumsum()
        position = (starts[position] - (ends - rows)).repeat(rows) + np.arange(rows.sum())
        query, distance = query.repeat(rows), distance.repeat(rows)
    row = numbers.take(position)
    if len(new.query):
        query = np.concatenate([query, new.query])
        row = np.concatenate([row, new.position + now.first_new])
        distance = np.concatenate([distance, new.distance])
    dead = now.dead.take(row)
    if dead.any():
        query, row, distance = query[dead == 0], row[dead == 0], distance[dead == 0]
    return sorted_hits(Hits(query + first, row, distance, query[:0]), most=most)
