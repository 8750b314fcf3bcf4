"""The paths of the crash test lead where those of the ledger lead."""

from hashlib import sha256

import pytest

from benchmarks.crash_tree import Tree, leaves_of
from tutela.ledger import tree


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257, 700])
def test_every_leaf_has_the_path_that_the_ledger_gives(size: int) -> None:
    leaves = [sha256(bytes([0, n % 256, n // 256])).digest() for n in range(size)]
    tiles = tree.append({}, size=0, leaf_hashes=leaves).changed_tiles
    lowest = {place: hashes for (level, place), hashes in tiles.items() if level == 0}
    assert leaves_of(lowest) == leaves
    built = Tree(leaves)
    for index in range(size):
        assert built.path(index) == tree.inclusion_path(tiles, index=index, size=size)
