"""The Merkle tree of RFC 6962 as a verifier needs it: growing, and checking paths."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

#: The root of a tree without leaves.
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """SHA-256(0x00 || content)."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, *, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


class GrowingTree:
    """A tree that takes leaf by leaf and keeps one hash for each set bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the hash of the next leaf."""
        peaks, carry = self._peaks, self.size
        while carry & 1:
            leaf = sha256(b"\x01" + peaks.pop() + leaf).digest()
            carry >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Take the hashes of the next leaves."""
        peaks, size = self._peaks, self.size
        for leaf in leaves:
            carry, node = size, leaf
            while carry & 1:
                node = sha256(b"\x01" + peaks.pop() + node).digest()
                carry >>= 1
            peaks.append(node)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """The root over the leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *left, computed = self._peaks
        for peak in reversed(left):
            computed = node_hash(peak, right=computed)
        return computed


def root_from_inclusion(
    leaf: bytes, *, index: int, size: int, path: Sequence[bytes]
) -> bytes | None:
    """The root that ``path`` leads to from the leaf, or None where it has the wrong length.

    ``path`` is read as the recursion of RFC 6962, section 2.1.1, wrote it, from the root down.
    """
    if not 0 <= index < size:
        return None
    sides = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
        sides.append(index >= middle)
        begin, end = (middle, end) if index >= middle else (begin, middle)
    if len(sides) != len(path):
        return None
    for sibling, is_right in zip(path, reversed(sides), strict=True):
        leaf = node_hash(sibling, right=leaf) if is_right else node_hash(leaf, right=sibling)
    return leaf


def roots_from_consistency(
    path: Sequence[bytes], *, old_size: int, new_size: int, old_root: bytes
) -> tuple[bytes, bytes] | None:
    """The old and the new root that ``path`` leads to, or None where it has the wrong length."""
    if not 0 < old_size < new_size:
        return None
    steps = _descent(old_size, new_size=new_size)
    begins_with_old = all(goes_left for goes_left in steps)
    hashes = [old_root, *path] if begins_with_old else list(path)
    if len(hashes) != len(steps) + 1:
        return None
    old = new = hashes[0]
    for sibling, goes_left in zip(hashes[1:], reversed(steps), strict=True):
        if goes_left:
            new = node_hash(new, right=sibling)
        else:
            old, new = node_hash(sibling, right=old), node_hash(sibling, right=new)
    return old, new


def _descent(old_size: int, *, new_size: int) -> list[bool]:
    """From the root down to the last whole subtree of the old tree: whether each step goes left."""
    steps = []
    begin, end = 0, new_size
    while end != old_size:
        middle = begin + (1 << ((end - begin - 1).bit_length() - 1))
        steps.append(old_size <= middle)
        begin, end = (begin, middle) if old_size <= middle else (middle, end)
    return steps
