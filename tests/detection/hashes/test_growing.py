"""What is added is found at once and what is removed is lost at once, while merges go on."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.detection.hashes.planting import Bytes, flipped, random_hashes
from tutela.detection.hashes import Md5Set, PdqIndex, Sha1Set, Sha256Set
from tutela.detection.hashes.index import MERGED_FROM, HashIndex
from tutela.detection.hashes.kinds import HashesUnfit
from tutela.detection.hashes.state import NEW_AT_MOST

CHANCE = np.random.default_rng(7)
LISTED = random_hashes(CHANCE, rows=10_000)


def rows_near(index: HashIndex, *, query: Bytes) -> list[int]:
    return [int(row) for row in index.search(query[None]).row]


def test_what_is_added_is_found_before_and_after_a_merge() -> None:
    index = PdqIndex.build(LISTED)
    new = random_hashes(np.random.default_rng(1), rows=3)
    assert index.add(new) == range(10_000, 10_003)
    assert rows_near(index, query=new[1]) == [10_001]
    index.merge()
    assert rows_near(index, query=new[1]) == [10_001]
    assert len(index) == 10_003


def test_what_is_removed_is_lost_at_once_and_stays_lost() -> None:
    index = PdqIndex.build(LISTED)
    (added,) = index.add(LISTED[:1])
    index.remove([0])
    assert rows_near(index, query=LISTED[0]) == [added]
    index.remove([added])
    assert rows_near(index, query=LISTED[0]) == []
    index.merge()
    assert rows_near(index, query=LISTED[0]) == []
    assert index.add(LISTED[:1]) == range(10_001, 10_002)
    assert len(index) == 10_000


def test_a_number_that_was_never_given_cannot_be_removed() -> None:
    index = PdqIndex.build(LISTED[:2])
    for unknown in (2, -1):
        with pytest.raises(HashesUnfit):
            index.remove([unknown])
    assert len(index) == 2


def test_many_additions_are_merged_in_the_background_and_all_found() -> None:
    index = PdqIndex.build(LISTED)
    new = random_hashes(np.random.default_rng(2), rows=MERGED_FROM + 500)
    for begin in range(0, len(new), 500):
        index.add(new[begin : begin + 500])
    index.settle()
    asked = flipped(new, distances=np.full(len(new), 20), chance=np.random.default_rng(3))
    assert index.search(asked).row.tolist() == list(range(10_000, 10_000 + len(new)))


def test_more_than_has_room_is_built_in_at_once() -> None:
    index = PdqIndex.build(LISTED[:10])
    index.add(LISTED[10:12])
    new = random_hashes(np.random.default_rng(4), rows=NEW_AT_MOST)
    assert index.add(new) == range(12, 12 + NEW_AT_MOST)
    assert rows_near(index, query=new[-1]) == [11 + NEW_AT_MOST]
    assert rows_near(index, query=LISTED[11]) == [11]


@pytest.mark.parametrize("exact", [Md5Set, Sha1Set, Sha256Set])
def test_digests_match_themselves_alone(exact: type[HashIndex]) -> None:
    size = exact.kind.size_bytes
    digests = random_hashes(np.random.default_rng(5), rows=5_000, size_bytes=size)
    digests[7] = digests[3]
    digests[9] = 0
    index = exact.build(digests)
    index.add(digests[:1])
    near = digests[:4] ^ np.eye(4, size, k=size - 4, dtype=np.uint8)
    assert len(index.search(near, radius=0)) == 0
    hits = index.search(digests[[3, 9, 0]])
    assert list(zip(hits.query.tolist(), hits.row.tolist(), strict=True)) == [
        (0, 3),
        (0, 7),
        (1, 9),
        (2, 0),
        (2, 5_000),
    ]


def test_digests_that_end_in_zeros_are_told_apart() -> None:
    digests = np.zeros((3, 16), np.uint8)
    digests[1, 0], digests[2, 15] = 1, 1
    index = Md5Set.build(digests)
    assert index.search(digests).row.tolist() == [0, 1, 2]


class Growing(RuleBasedStateMachine):
    """An index beside a dict of what is in."""

    def __init__(self) -> None:
        super().__init__()
        self.chance = np.random.default_rng(11)
        self.index = PdqIndex.build(LISTED[:50])
        self.inside = dict(enumerate(LISTED[:50]))

    @rule(rows=st.integers(0, 4))
    def add(self, rows: int) -> None:
        new = random_hashes(self.chance, rows=rows)
        self.inside |= dict(zip(self.index.add(new), new, strict=True))

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.inside:
            gone = data.draw(st.sampled_from(sorted(self.inside)))
            self.index.remove([gone])
            del self.inside[gone]

    @rule()
    def merge(self) -> None:
        self.index.merge()

    @invariant()
    def all_that_is_in_is_found_and_nothing_else(self) -> None:
        assert len(self.index) == len(self.inside)
        everything = self.index.search(LISTED[:1], radius=256)
        assert sorted(everything.row.tolist()) == sorted(self.inside)
        if self.inside:
            number, listed = next(iter(self.inside.items()))
            assert number in rows_near(self.index, query=listed)


TestGrowing = Growing.TestCase
TestGrowing.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
