"""Posting lists of every chunk, and the hashes they lead to."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tutela.detection.hashes.chunks import HASHES_AT_MOST, SIGNATURE_BITS, count_for, cut
from tutela.detection.hashes.kinds import HashesUnfit, Numbers, Words
from tutela.detection.hashes.memory import Arrays, Field

_SIGNATURE_MASK: Final = (1 << SIGNATURE_BITS) - 1
_HALF_BITS: Final = 16
#: Signatures in a word of 64 bits.
SIGNATURES_A_WORD: Final = 4
#: Entries that are read together, by how long lists are on average at most.
_BLOCKS: Final = ((6, 4), (24, 8))
_BLOCK: Final = 16


@dataclass(frozen=True, slots=True)
class Distinct:
    """The hashes without repeats, and the rows of each."""

    words: Words
    #: Where the rows of each hash begin in `numbers`, and the end; empty where no hash repeats.
    starts: Numbers
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Postings:
    """For every chunk and every value of it: the hashes that read so.

    Entries of one chunk lie sorted by its value, `signatures` (bits of the next chunk) and
    `positions` (of the hash in `words`) beside each other, padded to whole blocks.
    """

    words: Words
    starts: Numbers
    numbers: Numbers
    #: Of every chunk, one after another: where the entries of each value begin, over all chunks,
    #: and the end.
    offsets: NDArray[np.int32]
    positions: NDArray[np.int32]
    signatures: NDArray[np.uint16]
    #: Number of chunks, entries in a block.
    shape: NDArray[np.int64]

    @property
    def chunks(self) -> int:
        """How many chunks there are; 0: the hashes are scanned."""
        return int(self.shape[0])

    @property
    def block(self) -> int:
        """Entries that are read together."""
        return int(self.shape[1])


def distinct(words: Words, *, numbers: Numbers) -> Distinct:
    """The hashes without repeats; they keep their order where none repeats."""
    mixed = _mixed(words)
    in_order = np.sort(mixed)
    if not np.any(in_order[1:] == in_order[:-1]):
        return Distinct(words, np.zeros(0, np.int64), numbers)
    order = np.argsort(mixed, kind="stable")
    if not _same_where_mixed_alike(words[order], mixed=mixed[order]):
        order = np.lexsort(words.T)
    sorted_words = words[order]
    new = np.ones(len(words), bool)
    new[1:] = np.any(sorted_words[1:] != sorted_words[:-1], axis=1)
    starts = np.append(np.flatnonzero(new), len(words)).astype(np.int64)
    return Distinct(sorted_words[new], starts, numbers[order])


def fields(rows: Distinct, *, chunks: int | None = None) -> list[Field]:
    """The arrays that the posting lists of the hashes need; the number of chunks suits them.

    Raises HashesUnfit for more hashes than an index holds.
    """
    hashes = len(rows.words)
    if hashes > HASHES_AT_MOST:
        raise HashesUnfit(f"An index holds at most {HASHES_AT_MOST:,} hashes.")
    count = count_for(hashes) if chunks is None else chunks
    values = sum(1 << chunk.width_bits for chunk in cut(count)) if count else 0
    entries = _padded(hashes, block=_block_for(hashes, count=count)) if count else 0
    return [
        Field("shape", "<i8", (2,)),
        Field("words", "<u8", rows.words.shape),
        Field("starts", "<i8", rows.starts.shape),
        Field("numbers", "<i8", rows.numbers.shape),
        Field("offsets", "<i4", (values + count,)),
        Field("positions", "<i4", (count, entries)),
        Field("signatures", "<u2", (count, entries)),
    ]


def fill(arrays: Arrays, *, rows: Distinct) -> None:
    """The posting lists in the arrays."""
    count = len(arrays["positions"])
    arrays["shape"][:] = count, _block_for(len(rows.words), count=count)
    arrays["words"][:], arrays["starts"][:], arrays["numbers"][:] = (
        rows.words,
        rows.starts,
        rows.numbers,
    )
    if not count:
        return
    chunks, at = cut(count), 0
    codes = first = chunks[0].codes(rows.words)
    for index, chunk in enumerate(chunks):
        following = chunks[index + 1].codes(rows.words) if index + 1 < count else first
        order = _order(codes, width=chunk.width_bits)
        entries = len(order)
        arrays["positions"][index, :entries] = order
        signatures = (following & _SIGNATURE_MASK).astype(np.uint16)
        arrays["signatures"][index, :entries] = signatures[order]
        lengths = np.bincount(codes, minlength=1 << chunk.width_bits)
        offsets = arrays["offsets"][at : at + 1 + len(lengths)]
        np.cumsum(lengths, out=offsets[1:])
        offsets += index * arrays["positions"].shape[1]
        at, codes = at + 1 + len(lengths), following


def read(arrays: Arrays) -> Postings:
    """The posting lists that lie in the arrays."""
    return Postings(**{name: arrays[name] for name in Postings.__slots__})


def _order(codes: NDArray[np.int64], *, width: int) -> NDArray[np.intp]:
    order = np.argsort((codes & 0xFFFF).astype(np.uint16), kind="stable")
    if width > _HALF_BITS:
        upper = (codes >> _HALF_BITS).astype(np.uint16)
        order = order[np.argsort(upper[order], kind="stable")]
    return order


def _mixed(words: Words) -> NDArray[np.uint64]:
    mixed = np.zeros(len(words), np.uint64)
    for column in words.T:
        mixed ^= column
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed


def _same_where_mixed_alike(words: Words, *, mixed: NDArray[np.uint64]) -> bool:
    alike = np.flatnonzero(mixed[1:] == mixed[:-1])
    return bool(np.all(words[alike] == words[alike + 1]))


def _block_for(hashes: int, *, count: int) -> int:
    if not count:
        return _BLOCK
    length = hashes >> cut(count)[0].width_bits
    return next((block for most, block in _BLOCKS if length < most), _BLOCK)


def _padded(entries: int, *, block: int) -> int:
    return -(-entries // block) * block
