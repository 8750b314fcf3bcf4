"""Inclusion paths for every leaf of a log, from its leaf hashes alone (RFC 6962, section 2.1.1)."""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32


class Tree:
    """The tree over leaf hashes; each node is hashed once and remembered."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves
        self._nodes: dict[tuple[int, int], bytes] = {}

    def path(self, index: int) -> list[bytes]:
        """The siblings on the way from a leaf to the root, the leaf's own first."""
        siblings = []
        begin, end = 0, len(self._leaves)
        while end - begin > 1:
            middle = _middle(begin, end=end)
            if index < middle:
                siblings.append(self._node(middle, end=end))
                end = middle
            else:
                siblings.append(self._node(begin, end=middle))
                begin = middle
        return siblings[::-1]

    def _node(self, begin: int, *, end: int) -> bytes:
        if end - begin == 1:
            return self._leaves[begin]
        known = self._nodes.get((begin, end))
        if known is None:
            middle = _middle(begin, end=end)
            left, right = self._node(begin, end=middle), self._node(middle, end=end)
            known = self._nodes[begin, end] = sha256(b"\x01" + left + right).digest()
        return known


def leaves_of(tiles: dict[int, bytes]) -> list[bytes]:
    """The leaf hashes of the tiles of the lowest level, in order."""
    joined = b"".join(tiles[place] for place in sorted(tiles))
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def _middle(begin: int, *, end: int) -> int:
    return begin + (1 << ((end - begin - 1).bit_length() - 1))
