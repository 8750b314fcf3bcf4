"""Seeds, one id a line."""

from pathlib import Path

import pyarrow as pa
import pytest

from tutela.networks.files.errors import NetworkFileUnfit, UnknownSeeds
from tutela.networks.files.seeds import read_seeds

NAMES, NUMBERS = pa.array(["007", "7", "a", "b\u2028c"]), pa.array([-5, 7, 10**15])


def seeds_file(folder: Path, *, content: bytes) -> Path:
    path = folder / "seeds.txt"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "names", "places"),
    [
        (b"a\n007\n", NAMES, [0, 2]),
        (b"\xef\xbb\xbfa\r\n\r\n  7  \r\n\n", NAMES, [1, 2]),
        ("b\u2028c".encode(), NAMES, [3]),
        (b"7\n-5\n1000000000000000", NUMBERS, [0, 1, 2]),
    ],
)
def test_seeds_are_found_as_they_are_written(
    tmp_path: Path, content: bytes, names: pa.Array, places: list[int]
) -> None:
    seeds = read_seeds(seeds_file(tmp_path, content=content), names=names)
    assert (seeds.places.tolist(), seeds.unknown, seeds.repeated) == (places, (), 0)


def test_a_seed_named_again_counts_once_and_unknown_ones_are_named(tmp_path: Path) -> None:
    path = seeds_file(tmp_path, content=b"7\n7\n007\n8\nx\n7\n")
    seeds = read_seeds(path, names=NUMBERS)
    assert (seeds.places.tolist(), seeds.unknown, seeds.repeated) == ([1], ("007", "8", "x"), 2)


def test_seeds_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    path = seeds_file(tmp_path, content=b"\n".join(b"x%d" % number for number in range(7)))
    with pytest.raises(UnknownSeeds, match="x0, x1, x2, x3, x4 and 2 more"):
        read_seeds(path, names=NAMES)


@pytest.mark.parametrize(
    ("content", "why"), [(b"", "names no seed"), (b"\n \n", "names no seed"), (b"\xff", "UTF-8")]
)
def test_an_unfit_file_of_seeds_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(NetworkFileUnfit, match=why):
        read_seeds(seeds_file(tmp_path, content=content), names=NAMES)
    with pytest.raises(NetworkFileUnfit, match="there is no such file"):
        read_seeds(tmp_path / "absent.txt", names=NAMES)
