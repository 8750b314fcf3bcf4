"""One process builds, others search the same memory: at once, and through kill -9."""

import gc
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from tests.detection.hashes.building import NAME, ROWS, listed
from tests.house.tree import ROOT
from tutela.detection.hashes import Md5Set, PdqIndex
from tutela.detection.hashes.kinds import HashesUnfit
from tutela.detection.hashes.sharing import (
    SharedIndex,
    SharingTaken,
    SharingUnavailable,
    Shelf,
    by_descriptor,
    by_name_for_a_moment,
    shared,
)

NAMED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, to see that nothing is left there


class Builder:
    """A builder in a process of its own."""

    def __init__(self, place: Path, *, seed: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.detection.hashes.building", str(place), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._answer() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def tell(self, *words: object) -> None:
        assert self.process.stdin is not None
        print(*words, file=self.process.stdin, flush=True)
        assert self._answer() == "done"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "hashes.sock"


@pytest.fixture
def builder(place: Path) -> Iterator[Builder]:
    with Builder(place, seed=1) as builder:
        yield builder


def rows(index: SharedIndex, *, seed: int, row: int = 0) -> list[int]:
    return [int(each) for each in index.search(listed(seed)[row : row + 1]).row]


def open_descriptors() -> int:
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir()))


def mapped_memory() -> int:
    """How many pieces of shared memory this process has mapped."""
    gc.collect()
    return Path("/proc/self/maps").read_text().count("tutela")


def test_what_another_process_adds_and_removes_counts_at_once(
    builder: Builder, place: Path
) -> None:
    index = SharedIndex(place, name=NAME)
    assert (rows(index, seed=1), rows(index, seed=2)) == ([0], [])
    builder.tell("add", 2)
    assert rows(index, seed=2) == [ROWS]
    builder.tell("remove", 0)
    assert rows(index, seed=1) == []
    builder.tell("merge")
    assert (rows(index, seed=1), rows(index, seed=2)) == ([], [ROWS])


def test_another_index_takes_its_place_at_once_and_the_old_memory_is_freed(
    builder: Builder, place: Path
) -> None:
    before = mapped_memory()
    index = SharedIndex(place, name=NAME)
    for seed in (3, 4, 5):
        builder.tell("put", seed)
        assert (rows(index, seed=seed), rows(index, seed=seed - 1)) == ([0], [])
        assert mapped_memory() == before + 1
    del index
    assert mapped_memory() == before


def test_a_killed_builder_leaves_readers_what_they_have_and_nothing_behind(place: Path) -> None:
    names = set(NAMED_MEMORY.iterdir()) if NAMED_MEMORY.exists() else set()
    with Builder(place, seed=1) as builder:
        index = SharedIndex(place, name=NAME)
        builder.kill()
    assert not index.is_attended
    assert rows(index, seed=1) == [0]
    with pytest.raises(SharingUnavailable):
        SharedIndex(place, name=NAME)
    if NAMED_MEMORY.exists():
        assert {each for each in NAMED_MEMORY.iterdir() if "tutela" in each.name} <= names


def test_the_next_builder_takes_the_place_and_readers_follow(place: Path) -> None:
    with Builder(place, seed=1) as first:
        index = SharedIndex(place, name=NAME)
        first.kill()
    with Builder(place, seed=2):
        assert (rows(index, seed=1), rows(index, seed=2)) == ([], [0])
        assert index.is_attended


def test_nothing_is_said_from_an_index_that_is_over(place: Path) -> None:
    index = PdqIndex.build(listed(1), allocate=shared)
    with Shelf(place) as shelf:
        shelf.put(NAME, index=index)
        reader = SharedIndex(place, name=NAME)
    assert rows(reader, seed=1) == [0]
    index.end()
    with pytest.raises(SharingUnavailable):
        rows(reader, seed=1)


def test_a_place_has_one_builder(builder: Builder, place: Path) -> None:
    with pytest.raises(SharingTaken):
        Shelf(place)
    assert rows(SharedIndex(place, name=NAME), seed=1) == [0]


def test_an_index_that_nobody_shares_is_unavailable(builder: Builder, place: Path) -> None:
    for name in ("other", "", "\udcff"):
        with pytest.raises(SharingUnavailable):
            SharedIndex(place, name=name)


def test_a_reader_cannot_write(builder: Builder, place: Path) -> None:
    index = SharedIndex(place, name=NAME).current()
    writes: list[Callable[[], object]] = [
        lambda: index.add(listed(2)[:1]),
        lambda: index.remove([0]),
        index.merge,
        index.end,
    ]
    for write in writes:
        with pytest.raises(HashesUnfit, match="reading alone"):
            write()
    with pytest.raises(ValueError, match="read-only"):
        index.block.arrays["dead"][0] = 1


def test_only_shared_memory_can_be_shared(place: Path) -> None:
    with Shelf(place) as shelf, pytest.raises(SharingUnavailable):
        shelf.put(NAME, index=PdqIndex.build(listed(1)))


@pytest.mark.parametrize("descriptor_of", [by_descriptor, by_name_for_a_moment])
def test_every_way_to_get_memory_leaves_no_name(
    place: Path, descriptor_of: Callable[[int], int]
) -> None:
    if descriptor_of is by_descriptor and sys.platform != "linux":
        pytest.skip("memory without a name is Linux's own")
    digests = np.arange(64, dtype=np.uint8).reshape(4, 16)
    index = Md5Set.build(digests, allocate=lambda size: shared(size, descriptor_of=descriptor_of))
    with Shelf(place) as shelf:
        shelf.put(NAME, index=index)
        assert SharedIndex(place, name=NAME).search(digests).row.tolist() == [0, 1, 2, 3]
    if NAMED_MEMORY.exists():
        assert not [each for each in NAMED_MEMORY.iterdir() if each.name.startswith("tutela-")]


def test_descriptors_are_closed_with_their_memory(place: Path) -> None:
    index = PdqIndex.build(listed(1), allocate=shared)
    index.merge()
    before = open_descriptors()
    for _ in range(3):
        index.merge()
    assert open_descriptors() == before
