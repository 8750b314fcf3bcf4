"""Exactness: what the index finds is what brute force finds, at every radius and chunk count."""

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.detection.hashes.planting import (
    Bytes,
    Found,
    by_brute_force,
    clustered,
    flipped,
    random_hashes,
)
from tutela.detection.hashes import Hits, PdqIndex, postings, probing
from tutela.detection.hashes.chunks import HASH_BITS, SCANNED_UP_TO, cut, plan
from tutela.detection.hashes.kinds import HashesUnfit, HashKind, words_of
from tutela.detection.hashes.memory import laid_out, private

ROWS = 2 * SCANNED_UP_TO
RADII = (0, 1, 14, 15, 16, 17, 30, 31, 32, 40, 47, 48, 63, 128, 256)


def found(hits: Hits) -> Found:
    pairs = list(zip(hits.query.tolist(), hits.row.tolist(), hits.distance.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs), "something was found twice"
    return set(pairs)


def queries_near(hashes: Bytes, *, chance: np.random.Generator, most: int) -> Bytes:
    """One query at every distance from 0 to `most` from some row."""
    distances = np.arange(most + 1)
    return flipped(
        hashes[chance.integers(0, len(hashes), most + 1)], distances=distances, chance=chance
    )


@pytest.fixture(scope="module")
def listed() -> Bytes:
    return random_hashes(np.random.default_rng(1), rows=ROWS)


@pytest.fixture(scope="module")
def index(listed: Bytes) -> PdqIndex:
    return PdqIndex.build(listed)


@pytest.mark.parametrize("radius", RADII)
def test_what_is_found_is_what_brute_force_finds(
    index: PdqIndex, listed: Bytes, radius: int
) -> None:
    queries = queries_near(listed, chance=np.random.default_rng(radius), most=70)
    queries = queries[:2] if radius > 100 else queries
    expected = by_brute_force(listed, queries=queries, radius=radius)
    assert found(index.search(queries, radius=radius)) == expected


def test_every_planted_hash_up_to_the_radius_is_found_and_none_beyond(
    index: PdqIndex, listed: Bytes
) -> None:
    chance = np.random.default_rng(2)
    for distance in range(41):
        rows = chance.integers(0, ROWS, 32)
        near = flipped(listed[rows], distances=np.full(32, distance), chance=chance)
        hits = index.search(near)
        wanted = (
            {(n, int(row), distance) for n, row in enumerate(rows)} if distance <= 31 else set()
        )
        assert found(hits) == wanted


@pytest.mark.parametrize("chunks", [16, 15, 14, 13, 12])
def test_every_number_of_chunks_finds_the_same(chunks: int) -> None:
    chance = np.random.default_rng(chunks)
    listed = random_hashes(chance, rows=40_000)
    rows = postings.distinct(words_of(listed, kind=HashKind.PDQ), numbers=np.arange(len(listed)))
    block = laid_out(postings.fields(rows, chunks=chunks), allocate=private)
    postings.fill(block.arrays, rows=rows)
    queries = queries_near(listed, chance=chance, most=40)
    asked = words_of(queries, kind=HashKind.PDQ)
    for radius in (0, 5, 13, 31):
        near = probing.near(postings.read(block.arrays), queries=asked, radius=radius)
        assert near is not None, "it was left to a scan"
        pairs = zip(
            near.query.tolist(), near.position.tolist(), near.distance.tolist(), strict=True
        )
        assert set(pairs) == by_brute_force(listed, queries=queries, radius=radius)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    clusters=st.integers(1, 40),
    spread=st.integers(0, 60),
    radius=st.integers(0, 64),
)
def test_lists_of_near_duplicates_are_searched_exactly(
    seed: int, clusters: int, spread: int, radius: int
) -> None:
    chance = np.random.default_rng(seed)
    hashes = clustered(chance, rows=SCANNED_UP_TO + 200, clusters=clusters, spread=spread)
    queries = queries_near(hashes, chance=chance, most=5)
    hits = PdqIndex.build(hashes).search(queries, radius=radius)
    assert found(hits) == by_brute_force(hashes, queries=queries, radius=radius)


@settings(max_examples=200, deadline=None)
@given(
    count=st.sampled_from([12, 13, 14, 15, 16]),
    radius=st.integers(0, 59),
    data=st.data(),
)
def test_the_proof_holds_for_every_way_in_which_bits_can_differ(
    count: int, radius: int, data: st.DataObject
) -> None:
    planned = plan(count, radius=radius)
    assert planned is not None
    chunk_of_each_bit = st.lists(st.integers(0, count - 1), min_size=radius, max_size=radius)
    spread = np.bincount(data.draw(chunk_of_each_bit), minlength=count)
    differs = np.minimum(spread, [chunk.width_bits for chunk in cut(count)])
    assert any(
        differs[chunk] < len(group.layers)
        and differs[(chunk + 1) % count] <= group.layers[differs[chunk]].left_bits
        for group in planned.groups
        for chunk in group.chunks
    )


def test_faiss_finds_the_same(index: PdqIndex, listed: Bytes) -> None:
    flat = faiss.IndexBinaryFlat(HASH_BITS)
    flat.add(listed)
    queries = queries_near(listed, chance=np.random.default_rng(3), most=60)
    limits, distances, rows = flat.range_search(queries, 31 + 1)
    asked = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    pairs = zip(asked.tolist(), rows.tolist(), distances.astype(int).tolist(), strict=True)
    assert found(index.search(queries)) == set(pairs)


def test_a_list_of_one_hash_matches(listed: Bytes) -> None:
    one = PdqIndex.build(listed[:1])
    assert found(one.search(listed[:2])) == {(0, 0, 0)}


def test_an_empty_list_matches_nothing(listed: Bytes) -> None:
    empty = PdqIndex.build(listed[:0])
    assert len(empty) == 0
    assert found(empty.search(listed[:3], radius=HASH_BITS)) == set()
    assert found(empty.search(listed[:0])) == set()


def test_rows_with_the_same_hash_are_all_found(listed: Bytes) -> None:
    hashes = np.concatenate([listed, listed[5:9], listed[5:6]])
    hits = PdqIndex.build(hashes).search(listed[4:7], radius=0)
    assert found(hits) == {(0, 4, 0), (1, 5, 0), (1, ROWS, 0), (1, ROWS + 4, 0)} | {
        (2, 6, 0),
        (2, ROWS + 1, 0),
    }


def test_the_nearest_rows_are_kept_where_few_are_wanted(listed: Bytes) -> None:
    near = flipped(
        np.repeat(listed[:1], 20, axis=0),
        distances=np.arange(20),
        chance=np.random.default_rng(4),
    )
    hits = PdqIndex.build(near).search(np.stack([listed[0], ~listed[0]]), most=3)
    assert found(hits) == {(0, 0, 0), (0, 1, 1), (0, 2, 2)}
    assert hits.cut.tolist() == [0]


@pytest.mark.parametrize("most", [1, 7, 300])
def test_what_is_kept_is_what_comes_first_of_all(most: int) -> None:
    chance = np.random.default_rng(most)
    hashes = clustered(chance, rows=ROWS, clusters=60, spread=20)
    index = PdqIndex.build(hashes[:-500])
    index.add(hashes[-500:])
    queries = queries_near(hashes, chance=chance, most=30)
    every, few = index.search(queries), index.search(queries, most=most)
    for query in range(len(queries)):
        wanted, kept = every.query == query, few.query == query
        assert every.row[wanted][:most].tolist() == few.row[kept].tolist()
        assert every.distance[wanted][:most].tolist() == few.distance[kept].tolist()
        assert (query in few.cut.tolist()) is bool(wanted.sum() > most)


def test_a_list_of_one_hash_many_times_is_cut(listed: Bytes) -> None:
    hits = PdqIndex.build(np.repeat(listed[:1], ROWS, axis=0)).search(listed[:2], most=5)
    assert (hits.row.tolist(), hits.cut.tolist()) == ([0, 1, 2, 3, 4], [0])


@pytest.mark.parametrize("radius", [-1, 257])
def test_a_radius_that_no_hash_can_have_is_refused(index: PdqIndex, radius: int) -> None:
    with pytest.raises(HashesUnfit, match="0 to 256"):
        index.search(np.zeros((1, 32), np.uint8), radius=radius)


@pytest.mark.parametrize(
    "unfit",
    [np.zeros((2, 16), np.uint8), np.zeros(32, np.uint8), np.zeros((2, 32), np.int64)],
)
def test_what_is_no_table_of_hashes_is_refused(index: PdqIndex, unfit: Bytes) -> None:
    with pytest.raises(HashesUnfit):
        index.search(unfit)
    with pytest.raises(HashesUnfit):
        PdqIndex.build(unfit)
