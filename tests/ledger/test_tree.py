"""The tiled tree against the plain recursion of RFC 6962 and its published answers."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tutela.ledger import tree

# The eight leaves of the Certificate Transparency reference tests, and their answers.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def split(leaves: Sequence[bytes]) -> int:
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return k


def naive_root(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(leaves)
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_inclusion(m: int, *, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(leaves)
    if m < k:
        return [*naive_inclusion(m, leaves=leaves[:k]), naive_root(leaves[k:])]
    return [*naive_inclusion(m - k, leaves=leaves[k:]), naive_root(leaves[:k])]


def naive_consistency(m: int, *, leaves: Sequence[bytes], known: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if known else [naive_root(leaves)]
    k = split(leaves)
    if m <= k:
        return [*naive_consistency(m, leaves=leaves[:k], known=known), naive_root(leaves[k:])]
    return [*naive_consistency(m - k, leaves=leaves[k:], known=False), naive_root(leaves[:k])]


def hashes(count: int, *, start: int = 0) -> list[bytes]:
    return [tree.leaf_hash(number.to_bytes(8, "big")) for number in range(start, start + count)]


def tiles_of(leaves: Sequence[bytes]) -> dict[tuple[int, int], bytes]:
    return tree.append({}, size=0, leaf_hashes=leaves).changed_tiles


def only(
    tiles: dict[tuple[int, int], bytes], *, needed: list[tuple[int, int]]
) -> dict[tuple[int, int], bytes]:
    return {at: tiles[at] for at in needed}


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


CT_HASHES = [tree.leaf_hash(leaf) for leaf in CT_LEAVES]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_roots_of_eight_leaves_are_reproduced(size: int) -> None:
    appended = tree.append({}, size=0, leaf_hashes=CT_HASHES[:size])
    assert appended.root.hex() == CT_ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size"), CT_INCLUSION)
def test_the_published_inclusion_paths_are_reproduced(index: int, size: int) -> None:
    path = tree.inclusion_path(tiles_of(CT_HASHES), index=index, size=size)
    assert [each.hex() for each in path] == CT_INCLUSION[index, size]


@pytest.mark.parametrize(("old_size", "new_size"), CT_CONSISTENCY)
def test_the_published_consistency_paths_are_reproduced(old_size: int, new_size: int) -> None:
    path = tree.consistency_path(tiles_of(CT_HASHES), old_size=old_size, new_size=new_size)
    assert [each.hex() for each in path] == CT_CONSISTENCY[old_size, new_size]


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert tree.root({}, size=0) == tree.EMPTY_ROOT == naive_root([])
    assert tree.append({}, size=0, leaf_hashes=[]).root == tree.EMPTY_ROOT


def test_every_proof_of_every_small_tree_equals_the_plain_recursion_and_verifies() -> None:
    leaves = hashes(34)
    tiles = tiles_of(leaves)
    roots = [naive_root(leaves[:size]) for size in range(35)]
    for size in range(1, 35):
        for index in range(size):
            path = tree.inclusion_path(tiles, index=index, size=size)
            assert path == naive_inclusion(index, leaves=leaves[:size])
            assert tree.verify_inclusion(
                leaves[index], index=index, size=size, path=path, root=roots[size]
            )
        for old in range(size + 1):
            proof = tree.consistency_path(tiles, old_size=old, new_size=size)
            assert proof == (naive_consistency(old, leaves=leaves[:size]) if old else [])
            assert tree.verify_consistency(
                proof, old_size=old, new_size=size, old_root=roots[old], new_root=roots[size]
            )


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 66_000])
def test_trees_at_the_edges_of_tiles_equal_the_plain_recursion(size: int) -> None:
    leaves = hashes(size)
    tiles = tiles_of(leaves)
    expected = naive_root(leaves)
    assert tree.root(only(tiles, needed=tree.tiles_for_append(size)), size=size) == expected
    for index in {0, size // 2, size - 1}:
        needed = only(tiles, needed=tree.tiles_for_inclusion(index=index, size=size))
        assert tree.inclusion_path(needed, index=index, size=size) == naive_inclusion(
            index, leaves=leaves
        )
    for old in {1, size // 2, size - 1}:
        needed = only(tiles, needed=tree.tiles_for_consistency(old_size=old, new_size=size))
        proof = tree.consistency_path(needed, old_size=old, new_size=size)
        assert proof == naive_consistency(old, leaves=leaves)


def test_tiles_are_laid_out_as_tlog_tiles_does() -> None:
    leaves = hashes(70_000)
    tiles = tiles_of(leaves)
    assert sorted({level for level, _ in tiles}) == [0, 1, 2]
    assert tiles[0, 3] == b"".join(leaves[768:1024])
    assert tiles[1, 0][32 * 5 : 32 * 6] == naive_root(leaves[256 * 5 : 256 * 6])
    assert tiles[2, 0] == naive_root(leaves[:65_536])
    assert len(tiles[0, 273]) == 32 * (70_000 - 273 * 256)


def test_a_later_version_of_a_tile_serves_an_earlier_size() -> None:
    leaves = hashes(300)
    later = tiles_of(leaves)
    assert tree.root(later, size=200) == naive_root(leaves[:200])
    again = tree.append(later, size=200, leaf_hashes=leaves[200:300])
    assert again.root == naive_root(leaves)


def test_a_tile_that_is_too_short_is_refused() -> None:
    tiles = tiles_of(hashes(10))
    with pytest.raises(
        tree.TileIncomplete, match=r"tile \(0, 0\) holds 10 hashes where 12 are needed"
    ):
        tree.append(tiles, size=12, leaf_hashes=hashes(1))
    with pytest.raises(KeyError):
        tree.append({}, size=12, leaf_hashes=hashes(1))


def test_a_leaf_hash_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        tree.append({}, size=0, leaf_hashes=[b"short"])


def test_what_lies_outside_the_tree_is_refused() -> None:
    tiles = tiles_of(hashes(3))
    for index in (-1, 3):
        with pytest.raises(tree.OutsideTree):
            tree.inclusion_path(tiles, index=index, size=3)
    for old, new in ((-1, 3), (4, 3)):
        with pytest.raises(tree.OutsideTree):
            tree.tiles_for_consistency(old_size=old, new_size=new)
    with pytest.raises(tree.OutsideTree):
        tree.root(tiles, size=-1)


def test_an_inclusion_proof_with_any_part_changed_is_refuted() -> None:
    leaves = hashes(23)
    tiles, root = tiles_of(leaves), naive_root(leaves)
    for index in range(23):
        path = tree.inclusion_path(tiles, index=index, size=23)
        right: dict[str, Any] = {
            "leaf": leaves[index],
            "index": index,
            "size": 23,
            "path": path,
            "root": root,
        }
        wrong: list[dict[str, Any]] = [
            {"leaf": flipped(leaves[index])},
            {"index": (index + 1) % 23},
            {"index": -1},
            {"index": 23},
            {"size": 0},
            {"root": flipped(root)},
            {"path": [*path, root]},
            {"path": path[:-1]},
            *(
                {"path": [*path[:at], flipped(path[at]), *path[at + 1 :]]}
                for at in range(len(path))
            ),
        ]
        assert tree.verify_inclusion(**right)
        assert not any(tree.verify_inclusion(**(right | each)) for each in wrong)


def test_a_consistency_proof_with_any_part_changed_is_refuted() -> None:
    leaves = hashes(23)
    tiles, new_root = tiles_of(leaves), naive_root(leaves)
    for old in range(24):
        old_root = naive_root(leaves[:old])
        path = tree.consistency_path(tiles, old_size=old, new_size=23)
        right: dict[str, Any] = {
            "path": path,
            "old_size": old,
            "new_size": 23,
            "old_root": old_root,
            "new_root": new_root,
        }
        wrong: list[dict[str, Any]] = [
            {"old_root": flipped(old_root)},
            {"old_size": -1},
            {"new_size": old - 1},
            {"path": [*path, new_root]},
            *(
                {"path": [*path[:at], flipped(path[at]), *path[at + 1 :]]}
                for at in range(len(path))
            ),
        ]
        if path:
            wrong += [{"path": path[:-1]}, {"path": []}, {"new_root": flipped(new_root)}]
        assert tree.verify_consistency(**right)
        assert not any(tree.verify_consistency(**(right | each)) for each in wrong)


@given(
    st.integers(0, 700),
    st.integers(0, 700),
    st.lists(st.binary(min_size=32, max_size=32), max_size=12),
)
def test_no_made_up_consistency_proof_is_accepted(old: int, new: int, path: list[bytes]) -> None:
    accepted = tree.verify_consistency(
        path, old_size=old, new_size=new, old_root=b"o" * 32, new_root=b"n" * 32
    )
    assert not accepted


class GrowingTree(RuleBasedStateMachine):
    """A tree fed in batches of any size, each read only through the tiles that it says it needs."""

    @initialize()
    def start(self) -> None:
        self.leaves: list[bytes] = []
        self.tiles: dict[tuple[int, int], bytes] = {}
        self.roots = {0: tree.EMPTY_ROOT}

    @rule(count=st.one_of(st.integers(0, 5), st.integers(200, 300), st.integers(0, 1_500)))
    def append(self, count: int) -> None:
        added = hashes(count, start=len(self.leaves))
        needed = only(self.tiles, needed=tree.tiles_for_append(len(self.leaves)))
        appended = tree.append(needed, size=len(self.leaves), leaf_hashes=added)
        self.leaves += added
        self.tiles |= appended.changed_tiles
        assert appended.new_size == len(self.leaves)
        assert appended.root == naive_root(self.leaves)
        self.roots[appended.new_size] = appended.root

    @precondition(lambda self: self.leaves)
    @rule(choice=st.data())
    def prove_inclusion(self, choice: st.DataObject) -> None:
        size = choice.draw(st.integers(1, len(self.leaves)))
        index = choice.draw(st.integers(0, size - 1))
        needed = only(self.tiles, needed=tree.tiles_for_inclusion(index=index, size=size))
        path = tree.inclusion_path(needed, index=index, size=size)
        root = tree.root(self.tiles, size=size)
        assert path == naive_inclusion(index, leaves=self.leaves[:size])
        assert tree.verify_inclusion(
            self.leaves[index], index=index, size=size, path=path, root=root
        )

    @rule()
    def every_head_is_consistent_with_every_later_one(self) -> None:
        sizes = sorted(self.roots)
        for old, new in ((old, new) for old in sizes for new in sizes if old <= new):
            needed = only(self.tiles, needed=tree.tiles_for_consistency(old_size=old, new_size=new))
            path = tree.consistency_path(needed, old_size=old, new_size=new)
            assert tree.verify_consistency(
                path, old_size=old, new_size=new, old_root=self.roots[old], new_root=self.roots[new]
            )

    @invariant()
    def every_tile_but_the_last_of_its_level_is_full(self) -> None:
        for level in {level for level, _ in self.tiles}:
            count = len(self.leaves) >> (8 * level)
            row = b"".join(self.tiles[level, index] for index in range(-(-count // 256)))
            assert len(row) == 32 * count


TestGrowingTree = GrowingTree.TestCase
TestGrowingTree.settings = settings(max_examples=30, stateful_step_count=12, deadline=None)
