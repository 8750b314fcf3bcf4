"""The Merkle tree of RFC 6962, kept as tiles of C2SP tlog-tiles; pure.

A tile at ``(level, index)`` is up to 256 concatenated 32-byte hashes: at level 0 of leaves, at
level n of the complete subtrees of ``256**n`` leaves. A tile only ever grows at its end, so a later
version of it serves every earlier size. Callers fetch the tiles that ``tiles_for_*`` names, in one
query, and pass them as a mapping; a tile that is not there is a KeyError.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
TILE_HASHES: Final = 1 << TILE_HEIGHT
TILE_BYTES: Final = TILE_HASHES * HASH_BYTES

#: The root of a tree without leaves: SHA-256 of nothing.
EMPTY_ROOT: Final = sha256(b"").digest()

#: Tiles by ``(level, index)``.
Tiles = Mapping[tuple[int, int], bytes]


class OutsideTree(ValueError):
    """An index or a size that the tree of the given size does not have."""


class TileIncomplete(ValueError):
    """A tile holds fewer hashes than the tree of the given size needs of it."""


@dataclass(frozen=True, slots=True)
class Appended:
    """A tree after an append: its size, its root, and every tile that is new or has grown."""

    new_size: int
    root: bytes
    changed_tiles: dict[tuple[int, int], bytes]


@dataclass(frozen=True, slots=True)
class _Span:
    """Leaves ``begin`` to ``end``; the smallest power of two >= their number divides ``begin``."""

    begin: int
    end: int


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 || content) (RFC 6962, section 2.1)."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, *, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right) (RFC 6962, section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def append(tiles: Tiles, *, size: int, leaf_hashes: Sequence[bytes]) -> Appended:
    """The tree of ``size`` leaves with ``leaf_hashes`` behind them.

    ``tiles`` holds those of ``tiles_for_append(size)``. Raises TileIncomplete for a tile that is
    too short, ValueError for a hash that is not 32 bytes long.
    """
    if any(len(each) != HASH_BYTES for each in leaf_hashes):
        raise ValueError("a leaf hash is 32 bytes long")
    changed: dict[tuple[int, int], bytes] = {}
    added = b"".join(leaf_hashes)
    level = 0
    while added:
        grown = _grow_level(tiles, level=level, count=size >> (TILE_HEIGHT * level), added=added)
        changed.update(grown)
        full = (tile for tile in grown.values() if len(tile) == TILE_BYTES)
        added = b"".join(map(_root_of_hashes, full))
        level += 1
    new_size = size + len(leaf_hashes)
    return Appended(new_size, root({**tiles, **changed}, size=new_size), changed)


def tiles_for_append(size: int) -> list[tuple[int, int]]:
    """The tiles that are not full in a tree of ``size`` leaves; ``root`` reads the same."""
    edges = []
    level = 0
    while count := size >> (TILE_HEIGHT * level):
        if count % TILE_HASHES:
            edges.append((level, count // TILE_HASHES))
        level += 1
    return edges


def root(tiles: Tiles, *, size: int) -> bytes:
    """MTH(D[size]) of RFC 6962, from the tiles that ``tiles_for_append(size)`` names."""
    if size < 0:
        raise OutsideTree(f"there is no tree of {size} leaves")
    return _span_hash(tiles, span=_Span(0, size)) if size else EMPTY_ROOT


def inclusion_path(tiles: Tiles, *, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1, from the leaf up.

    OutsideTree unless 0 <= index < size.
    """
    return [_span_hash(tiles, span=span) for span in _inclusion_spans(index, size=size)]


def tiles_for_inclusion(*, index: int, size: int) -> list[tuple[int, int]]:
    """The tiles that ``inclusion_path`` reads."""
    return _tiles_of(_inclusion_spans(index, size=size))


def consistency_path(tiles: Tiles, *, old_size: int, new_size: int) -> list[bytes]:
    """PROOF(old_size, D[new_size]) of RFC 6962, section 2.1.2.

    Empty where ``old_size`` is 0 or ``new_size``; OutsideTree unless 0 <= old_size <= new_size.
    """
    return [
        _span_hash(tiles, span=span) for span in _consistency_spans(old_size, new_size=new_size)
    ]


def tiles_for_consistency(*, old_size: int, new_size: int) -> list[tuple[int, int]]:
    """The tiles that ``consistency_path`` reads."""
    return _tiles_of(_consistency_spans(old_size, new_size=new_size))


def verify_inclusion(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``path`` proves the leaf hash at ``index`` under ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, computed = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            computed = node_hash(sibling, right=computed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            computed = node_hash(computed, right=sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and computed == root


def verify_consistency(
    path: Sequence[bytes], *, old_size: int, new_size: int, old_root: bytes, new_root: bytes
) -> bool:
    """Whether ``path`` proves that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size in (0, new_size):
        expected = new_root if old_size else EMPTY_ROOT
        return not path and old_root == expected
    node, last = old_size - 1, new_size - 1
    shift = (~node & (node + 1)).bit_length() - 1
    node, last = node >> shift, last >> shift
    hashes = [old_root, *path] if node == 0 else list(path)
    return bool(hashes) and _climb(hashes, node=node, last=last) == (old_root, new_root)


def _climb(hashes: Sequence[bytes], *, node: int, last: int) -> tuple[bytes, bytes] | None:
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return None
        if node & 1 or node == last:
            old, new = node_hash(sibling, right=old), node_hash(sibling, right=new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, right=sibling)
        node, last = node >> 1, last >> 1
    return (old, new) if last == 0 else None


def _grow_level(
    tiles: Tiles, *, level: int, count: int, added: bytes
) -> dict[tuple[int, int], bytes]:
    first, held = divmod(count, TILE_HASHES)
    hashes = _hashes(tiles, at=(level, first), until=held) + added if held else added
    starts = range(0, len(hashes), TILE_BYTES)
    return {
        (level, first + nth): hashes[start : start + TILE_BYTES] for nth, start in enumerate(starts)
    }


def _hashes(tiles: Tiles, *, at: tuple[int, int], until: int) -> bytes:
    held = tiles[at][: until * HASH_BYTES]
    if len(held) < until * HASH_BYTES:
        raise TileIncomplete(
            f"tile {at} holds {len(held) // HASH_BYTES} hashes where {until} are needed"
        )
    return held


def _root_of_hashes(hashes: bytes) -> bytes:
    row = [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        pairs = iter(row)
        row = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(pairs, pairs, strict=True)
        ]
    return row[0]


def _span_hash(tiles: Tiles, *, span: _Span) -> bytes:
    hashes = [_subtree_hash(tiles, height=height, nth=nth) for height, nth in _subtrees(span)]
    computed = hashes.pop()
    while hashes:
        computed = node_hash(hashes.pop(), right=computed)
    return computed


def _subtree_hash(tiles: Tiles, *, height: int, nth: int) -> bytes:
    at, first, count = _place(height, nth=nth)
    held = _hashes(tiles, at=at, until=first + count)
    return _root_of_hashes(held[first * HASH_BYTES :])


def _place(height: int, *, nth: int) -> tuple[tuple[int, int], int, int]:
    """The tile of a complete subtree, the first of its hashes there, and their number."""
    level, rest = divmod(height, TILE_HEIGHT)
    index, first = divmod(nth << rest, TILE_HASHES)
    return (level, index), first, 1 << rest


def _subtrees(span: _Span) -> list[tuple[int, int]]:
    """The complete subtrees of a span from left to right, each by height and place in its row."""
    parts = []
    begin = span.begin
    while begin < span.end:
        height = (span.end - begin).bit_length() - 1
        parts.append((height, begin >> height))
        begin += 1 << height
    return parts


def _tiles_of(spans: Sequence[_Span]) -> list[tuple[int, int]]:
    return sorted({_place(height, nth=nth)[0] for span in spans for height, nth in _subtrees(span)})


def _split(span: _Span) -> tuple[_Span, _Span]:
    middle = span.begin + (1 << ((span.end - span.begin - 1).bit_length() - 1))
    return _Span(span.begin, middle), _Span(middle, span.end)


def _inclusion_spans(index: int, *, size: int) -> list[_Span]:
    if not 0 <= index < size:
        raise OutsideTree(f"there is no leaf {index} in a tree of {size}")
    spans = []
    span = _Span(0, size)
    while span.end - span.begin > 1:
        left, right = _split(span)
        span, sibling = (left, right) if index < left.end else (right, left)
        spans.append(sibling)
    return spans[::-1]


def _consistency_spans(old_size: int, *, new_size: int) -> list[_Span]:
    if not 0 <= old_size <= new_size:
        raise OutsideTree(f"no tree grows from {old_size} to {new_size} leaves")
    if old_size in (0, new_size):
        return []
    spans = []
    span = _Span(0, new_size)
    while span.end != old_size:
        left, right = _split(span)
        span, sibling = (left, right) if old_size <= left.end else (right, left)
        spans.append(sibling)
    if span.begin:
        spans.append(span)
    return spans[::-1]
