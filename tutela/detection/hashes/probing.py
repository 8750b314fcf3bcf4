"""Looks hashes up in posting lists: every hash within the radius, from a few thousand entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.chunks import SIGNATURE_BITS, Group, Layer, placed, plan
from tutela.detection.hashes.kinds import Words
from tutela.detection.hashes.postings import SIGNATURES_A_WORD, Postings
from tutela.detection.hashes.scanning import Near, scan, verified

#: The query in the upper half, the hash in the lower one.
_QUERY_SHIFT: Final = 32
_POSITION_MASK: Final = (1 << _QUERY_SHIFT) - 1
#: Lists that are looked up in one go, over all queries and chunks.
_LOOKUPS_AT_ONCE: Final = 24_000
#: So many blocks are read in one go.
_BLOCKS_AT_ONCE: Final = 1 << 18
#: More entries than this pass the signatures for many queries at once only where lists are crowded.
_KEYS_AT_ONCE: Final = 1 << 22
#: A query that would read more than one block for so many hashes is scanned for instead.
_HASHES_A_BLOCK: Final = 16
_SIGNATURE_MASK: Final = (1 << SIGNATURE_BITS) - 1
#: The same 16 bits four times.
_FOURFOLD: Final = np.uint64(0x0001_0001_0001_0001)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """Lists to be read, by flips (in layers), chunk and query."""

    #: The first block of each list.
    first: NDArray[np.int32]
    blocks: NDArray[np.int32]
    #: How many blocks there are up to the end of each list.
    ends: NDArray[np.int64]
    layers: tuple[Layer, ...]
    #: What the signature of each (chunk, query) should be, four times in a word.
    wanted: NDArray[np.uint64]
    queries: int

    def pieces(self) -> Iterator[slice]:
        """Successive lists that have no more blocks than are read at once, or are one list."""
        begin, done = 0, 0
        if self.ends[-1] <= _BLOCKS_AT_ONCE:
            yield slice(0, len(self.ends))
            return
        while done < self.ends[-1]:
            upto = int(np.searchsorted(self.ends, done + _BLOCKS_AT_ONCE, side="right"))
            end = max(upto, begin + 1)
            yield slice(begin, end)
            begin, done = end, int(self.ends[end - 1])

    def expanded(self, piece: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each block of the lists, and which (chunk, query) asks for it."""
        blocks = self.blocks[piece]
        skipped = self.first[piece] + blocks - self.ends[piece] + self._before(piece.start)
        read = skipped.repeat(blocks)
        read += np.arange(len(read))
        asking = np.arange(piece.start, piece.stop) % len(self.wanted)
        return read, asking.repeat(blocks)

    def near_enough(self, counts: NDArray[np.uint8], *, piece: slice) -> NDArray[np.bool_]:
        """For each entry whether its signature differs in no more bits than its layer lets it."""
        enough, begin = np.zeros(counts.shape, bool), 0
        before, after = self._before(piece.start), 0
        for layer in self.layers:
            after += layer.flips * len(self.wanted)
            end = min(max(self._before(after) - before, begin), len(counts))
            np.less_equal(counts[begin:end], layer.left_bits, out=enough[begin:end])
            begin = end
        return enough

    def _before(self, index: int) -> int:
        """How many blocks the lists before this one have."""
        return int(self.ends[index - 1]) if index else 0


def near(postings: Postings, *, queries: Words, radius: int) -> Near | None:
    """Every hash within the radius of each query, once; None: ask for fewer queries at a time."""
    planned = plan(postings.chunks, radius=radius) if postings.chunks else None
    if planned is None or planned.lookups * _HASHES_A_BLOCK > len(postings.words):
        return _scanned(postings, queries=queries, radius=radius)
    codes, found, entries = placed(postings.chunks).codes(queries), [], 0
    for group in planned.groups:
        for part in group.parts(_LOOKUPS_AT_ONCE // (len(group.flips) * max(len(queries), 1)) or 1):
            lists = _lists(postings, group=part, codes=codes)
            keys = None if lists is None else _passing(postings, lists=lists)
            if keys is None or entries + len(keys) > _KEYS_AT_ONCE:
                return _scanned(postings, queries=queries, radius=radius)
            found.append(keys)
            entries += len(keys)
    keys = np.concatenate(found)
    keys.sort()
    new = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    keys = keys[new]
    return verified(
        postings.words,
        queries=queries,
        asked=keys >> _QUERY_SHIFT,
        at=keys & _POSITION_MASK,
        radius=radius,
    )


def _scanned(postings: Postings, *, queries: Words, radius: int) -> Near | None:
    """A scan for one query; a query alone never finds more than there is."""
    if len(queries) > 1:
        return None
    return scan(postings.words.T, queries=queries, radius=radius)


def _lists(postings: Postings, *, group: Group, codes: NDArray[np.int64]) -> _Lists | None:
    """The lists to be read, in the order of flips, chunks, queries; None: they are too long."""
    following = codes.take(group.following, axis=0).reshape(-1) & _SIGNATURE_MASK
    at = group.flips ^ codes.take(group.chunks, axis=0)
    at += group.value_at
    first = postings.offsets.take(at)
    at += 1
    end = postings.offsets.take(at)
    is_filled = end > first
    end += postings.block - 1
    end //= postings.block
    first //= postings.block
    blocks = (end - first) * is_filled
    ends = blocks.cumsum()
    most = len(postings.words) // _HASHES_A_BLOCK
    if ends[-1] > most and (blocks.sum(axis=(0, 1)) > most).any():
        return None
    return _Lists(
        first=first.reshape(-1),
        blocks=blocks.reshape(-1),
        ends=ends,
        layers=group.layers,
        wanted=following.view(np.uint64) * _FOURFOLD,
        queries=codes.shape[1],
    )


def _passing(postings: Postings, *, lists: _Lists) -> NDArray[np.int64]:
    """Query and hash, in one number, of what the signatures let pass; repeats included."""
    words_a_block = postings.block // SIGNATURES_A_WORD
    blocks = postings.signatures.reshape(-1).view(np.uint64).reshape(-1, words_a_block)
    found = []
    for piece in lists.pieces():
        read, asking = lists.expanded(piece)
        differences = blocks.take(read, axis=0)
        differences ^= lists.wanted.take(asking)[:, None]
        counts = np.bitwise_count(differences.view(np.uint16))
        passing = lists.near_enough(counts, piece=piece).reshape(-1).nonzero()[0]
        block, entry = np.divmod(passing, postings.block)
        at = postings.positions.reshape(-1).take(read.take(block) * postings.block + entry)
        found.append((asking.take(block) % lists.queries << _QUERY_SHIFT) | at)
    return np.concatenate(found) if found else np.zeros(0, np.int64)
