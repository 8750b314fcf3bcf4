"""Who searches PDQ hashes in the benchmark: ours, threatexchange's PDQIndex, faiss's flat index."""

import itertools
from dataclasses import dataclass
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes import PdqIndex
from tutela.detection.hashes.kinds import HashKind, words_of_hex

RADIUS = 31


@dataclass(frozen=True, slots=True)
class Some:
    """Some hashes, as bytes and as platforms send them."""

    raw: NDArray[np.uint8]
    digits: list[str]

    def part(self, at: slice) -> "Some":
        """Those at these places."""
        return Some(self.raw[at], self.digits[at])


def some(raw: NDArray[np.uint8]) -> Some:
    """The hashes in both forms."""
    text = raw.tobytes().hex()
    return Some(raw, [text[at : at + 64] for at in range(0, len(text), 64)])


class Side(Protocol):
    """One index; rows are numbered as they came."""

    name: str

    def __init__(self, listed: Some) -> None: ...

    def found(self, queries: Some) -> list[set[int]]:
        """The rows within the radius of each query."""
        ...

    def ask(self, queries: Some) -> None:
        """One search, as quick as the index can, in the form in which it takes queries."""
        ...

    def add(self, new: Some) -> None:
        """Adds rows."""
        ...


class Ours(Side):
    """Takes hex, as platforms send it."""

    name = "tutela PdqIndex"

    def __init__(self, listed: Some) -> None:
        self._index = PdqIndex.build(listed.raw)

    def found(self, queries: Some) -> list[set[int]]:
        hits = self._index.search(queries.raw, radius=RADIUS)
        rows: list[set[int]] = [set() for _ in queries.digits]
        for query, row in zip(hits.query.tolist(), hits.row.tolist(), strict=True):
            rows[query].add(row)
        return rows

    def ask(self, queries: Some) -> None:
        self._index.search(words_of_hex(queries.digits, kind=HashKind.PDQ), radius=RADIUS)

    def add(self, new: Some) -> None:
        self._index.add(new.raw)


class Flat(Side):
    """Takes bytes, and compares with every row."""

    name = "faiss IndexBinaryFlat"

    def __init__(self, listed: Some) -> None:
        self._index = faiss.IndexBinaryFlat(256)
        self._index.add(listed.raw)

    def found(self, queries: Some) -> list[set[int]]:
        limits, _, rows = self._index.range_search(queries.raw, RADIUS + 1)
        return [set(rows[begin:end].tolist()) for begin, end in itertools.pairwise(limits.tolist())]

    def ask(self, queries: Some) -> None:
        self._index.range_search(queries.raw, RADIUS + 1)

    def add(self, new: Some) -> None:
        self._index.add(new.raw)


class Threatexchange(Side):
    """Takes hex: `query` for one, the index beneath it for many."""

    name = "threatexchange PDQIndex"

    def __init__(self, listed: Some) -> None:
        from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # noqa: PLC0415 - an oracle

        self._index = PDQIndex(zip(listed.digits, range(len(listed.digits)), strict=True))

    def found(self, queries: Some) -> list[set[int]]:
        return [{match.metadata for match in self._index.query(each)} for each in queries.digits]

    def ask(self, queries: Some) -> None:
        if len(queries.digits) == 1:
            self._index.query(queries.digits[0])
        else:
            self._index.index.search_with_distance_in_result(queries.digits, RADIUS)

    def add(self, new: Some) -> None:
        self._index.add_all((each, 0) for each in new.digits)


SIDES: tuple[type[Side], ...] = (Ours, Threatexchange, Flat)
