"""Processes of one machine build an index once, and what each does to it stays its own."""

import gc
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.detection.hashes.building import ROWS, listed
from tests.house.tree import ROOT
from tutela.detection.hashes import HashIndex, HashKind
from tutela.detection.hashes.commons import Commons


class Joined:
    """Another process that builds from the same hashes."""

    def __init__(self, folder: Path, *, seed: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.detection.hashes.joining", str(folder), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._said() == "[0, 1]"

    def change(self, *, seed: int) -> str:
        assert self._process.stdin is not None
        print(seed, file=self._process.stdin, flush=True)
        return self._said()

    def memory(self) -> set[str]:
        return shared_memory(str(self._process.pid))

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.communicate()

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def shared_memory(process: str = "self") -> set[str]:
    """The inodes of the shared memory that a process has mapped."""
    gc.collect()
    maps = Path(f"/proc/{process}/maps").read_text().splitlines()
    return {line.split()[4] for line in maps if "memfd:tutela" in line}


def rows(index: HashIndex, *, seed: int) -> list[int]:
    return [int(row) for row in index.search(listed(seed)[:1]).row]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "hashes"


@pytest.fixture
def commons(folder: Path) -> Iterator[Commons]:
    commons = Commons(folder, least=1)
    yield commons
    commons.close()


def test_two_processes_map_the_same_memory_and_change_their_own(
    commons: Commons, folder: Path
) -> None:
    before = shared_memory()
    joined = Joined(folder, seed=1)
    index = commons.build(listed(1), kind=HashKind.PDQ)
    assert shared_memory() - before == joined.memory()
    assert joined.change(seed=2) == "[1]"
    assert (rows(index, seed=1), rows(index, seed=2)) == ([0], [])
    assert list(index.add(listed(3)[:1])) == [ROWS]
    assert rows(index, seed=3) == [ROWS]
    joined.kill()
    assert rows(index, seed=1) == [0]


def test_memory_goes_from_process_to_process_while_one_has_it(
    commons: Commons, folder: Path
) -> None:
    first = Joined(folder, seed=1)
    memory = first.memory()
    index = commons.build(listed(1), kind=HashKind.PDQ)
    first.kill()
    second = Joined(folder, seed=1)
    assert second.memory() == memory
    second.kill()
    assert rows(index, seed=1) == [0]
    again = commons.build(listed(1), kind=HashKind.PDQ)
    assert rows(again, seed=1) == [0]


def test_several_in_one_process_hand_each_other_the_memory(commons: Commons, folder: Path) -> None:
    before = shared_memory()
    index = commons.build(listed(1), kind=HashKind.PDQ)
    with closing(Commons(folder, least=1)) as other:
        same = other.build(listed(1), kind=HashKind.PDQ)
        assert len(shared_memory() - before) == 1
        index.remove([0])
        assert (rows(index, seed=1), rows(same, seed=1)) == ([], [0])


def test_memory_that_nobody_uses_is_freed(commons: Commons) -> None:
    before = shared_memory()
    index = commons.build(listed(1), kind=HashKind.PDQ)
    same = commons.build(listed(1), kind=HashKind.PDQ)
    assert len(shared_memory() - before) == 1
    del index
    assert len(shared_memory() - before) == 1
    assert rows(same, seed=1) == [0]
    del same
    assert shared_memory() == before


def test_other_hashes_are_built_in_memory_of_their_own(commons: Commons, folder: Path) -> None:
    joined = Joined(folder, seed=1)
    index = commons.build(listed(2), kind=HashKind.PDQ)
    assert not shared_memory() & joined.memory()
    assert rows(index, seed=2) == [0]
    joined.kill()


def test_a_few_hashes_and_places_that_cannot_be_shared_are_built_alone(tmp_path: Path) -> None:
    before = shared_memory()
    few = Commons(tmp_path / "few").build(listed(1)[:5], kind=HashKind.PDQ)
    nowhere = Commons(tmp_path / ("long" * 40), least=1).build(listed(1), kind=HashKind.PDQ)
    assert (rows(few, seed=1), rows(nowhere, seed=1)) == ([0], [0])
    assert shared_memory() == before
