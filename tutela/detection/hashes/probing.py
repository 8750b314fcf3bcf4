"""Looks hashes up in posting lists: every hash within the radius, from a few thousand entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.chunks import Group, cut, groups
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
#: The same 16 bits four times.
_FOURFOLD: Final = np.uint64(0x0001_0001_0001_0001)


@dataclass(frozen=True, slots=True)
class _Lists:
    """Blocks of the lists to be read: for each list its first block, how many, and its query."""

    first: NDArray[np.int64]
    blocks: NDArray[np.int64]
    #: Which of the (chunk, query) pairs asks.
    asking: NDArray[np.int64]


def near(postings: Postings, *, queries: Words, radius: int) -> Near | None:
    """Every hash within the radius of each query, once; None: ask for fewer queries at a time."""
    plan = groups(postings.chunks, radius=radius) if postings.chunks else None
    if plan is None or _lookups(plan) * _HASHES_A_BLOCK > len(postings.words):
        return _scanned(postings, queries=queries, radius=radius)
    found, entries = [], 0
    for group in plan:
        for part in _parts(group, queries=len(queries)):
            keys = _look_up(postings, group=part, queries=queries)
            if keys is None or entries + len(keys) > _KEYS_AT_ONCE:
                return _scanned(postings, queries=queries, radius=radius)
            found.append(keys)
            entries += len(keys)
    keys = np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)
    keys = keys[np.diff(keys, prepend=-1) != 0]
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


def _lookups(plan: tuple[Group, ...]) -> int:
    return sum(len(group.chunks) * len(group.flips) for group in plan)


def _parts(group: Group, *, queries: int) -> Iterator[Group]:
    """The group in so many chunks at a time as suit so many queries."""
    step = max(1, _LOOKUPS_AT_ONCE // (len(group.flips) * max(queries, 1)))
    for at in range(0, len(group.chunks), step):
        yield Group(group.chunks[at : at + step], group.flips, group.layers)


def _look_up(postings: Postings, *, group: Group, queries: Words) -> NDArray[np.int64] | None:
    """Query and hash of what passes the signatures, repeats included; None: a scan is quicker."""
    lists = _lists(postings, group=group, queries=queries)
    if lists is None:
        return None
    wanted = _signatures(postings, group=group, queries=queries)
    words_a_block = postings.block // SIGNATURES_A_WORD
    blocks = postings.signatures.reshape(-1).view(np.uint64).reshape(-1, words_a_block)
    found, before = [], 0
    for layer in group.layers:
        after = before + layer.flips * len(wanted)
        if layer.left_bits >= 0:
            for piece in _pieces(lists.blocks[before:after], at=before):
                read, asking = _expanded(lists, piece=piece)
                differences = blocks.take(read, axis=0)
                differences ^= wanted.take(asking, axis=0)[:, None]
                counts = np.bitwise_count(differences.view(np.uint16)).reshape(-1)
                passing = np.flatnonzero(counts <= layer.left_bits)
                block, entry = np.divmod(passing, postings.block)
                at = postings.positions.reshape(-1).take(read[block] * postings.block + entry)
                found.append((asking[block] % len(queries) << _QUERY_SHIFT) | at)
        before = after
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _lists(postings: Postings, *, group: Group, queries: Words) -> _Lists | None:
    """The lists to be read, in the order of flips, chunks, queries; None: they are too long."""
    chunks = cut(postings.chunks)
    value_at = np.cumsum([0] + [(1 << chunk.width_bits) + 1 for chunk in chunks])
    codes = np.stack([chunks[index].codes(queries) for index in group.chunks])
    at = (group.flips[:, None, None] ^ codes) + value_at[group.chunks][:, None]
    begin, end = postings.offsets.take(at), postings.offsets.take(at + 1)
    first = begin // postings.block
    blocks = (end + (postings.block - 1)) // postings.block - first
    blocks *= end > begin
    if (blocks.sum(axis=(0, 1)) * _HASHES_A_BLOCK > len(postings.words)).any():
        return None
    blocks_a_chunk = postings.positions.shape[1] // postings.block
    first = first + (group.chunks * blocks_a_chunk)[:, None]
    asking = np.tile(np.arange(codes.size), len(group.flips))
    return _Lists(first.reshape(-1), blocks.reshape(-1), asking)


def _signatures(postings: Postings, *, group: Group, queries: Words) -> NDArray[np.uint64]:
    """What the next chunk reads in each query, four times in a word, by chunk and query."""
    chunks = cut(postings.chunks)
    codes = [chunks[(index + 1) % len(chunks)].codes(queries) for index in group.chunks]
    return (np.concatenate(codes) & 0xFFFF).astype(np.uint64) * _FOURFOLD


def _pieces(blocks: NDArray[np.int64], *, at: int) -> Iterator[slice]:
    """Slices of the lists that have no more blocks than are read at once, or are one list."""
    ends = np.cumsum(blocks)
    begin, done = 0, 0
    while begin < len(blocks) and done < ends[-1]:
        end = int(np.searchsorted(ends, done + _BLOCKS_AT_ONCE, side="right"))
        end = max(end, begin + 1)
        yield slice(at + begin, at + end)
        begin, done = end, int(ends[end - 1])


def _expanded(lists: _Lists, *, piece: slice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each block to be read, and who asks for it."""
    blocks = lists.blocks[piece]
    ends = np.cumsum(blocks)
    read = np.repeat(lists.first[piece] - (ends - blocks), blocks)
    read += np.arange(len(read))
    return read, np.repeat(lists.asking[piece], blocks)
