"""Files of edges that can't be taken: each is refused with its place, and nothing is guessed."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.networks.files.writing import written
from tutela.networks.files.edges import Reading, read_edges
from tutela.networks.files.errors import GraphTooLarge, NetworkFileUnfit

SOME = {"src": [1, 2], "dst": [2, 3]}


def cut_in_half(path: Path) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def with_a_flipped_middle(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    return path


def text(path: Path, *, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def long_table() -> dict[str, list[int]]:
    ids = np.random.default_rng(1).integers(0, 10**9, (2, 2_000))
    return {"src": ids[0].tolist(), "dst": ids[1].tolist()}


def text_folder(folder: Path) -> Path:
    (folder / "edges.parquet").mkdir()
    return folder / "edges.parquet"


def pickled(path: Path) -> Path:
    np.savez(path, src=np.array([{}], dtype=object), dst=np.array([1]))
    return path


UNFIT: dict[str, tuple[Callable[[Path], Path], str]] = {
    "absent": (lambda folder: folder / "edges.csv", "there is no such file"),
    "a folder": (text_folder, "no whole Parquet file"),
    "another ending": (lambda f: text(f / "edges.xlsx", content="x"), "the ending says"),
    "empty CSV": (lambda f: text(f / "edges.csv", content=""), "(?i)empty"),
    "empty Parquet": (lambda f: text(f / "edges.parquet", content=""), "cut short"),
    "empty NPZ": (lambda f: text(f / "edges.npz", content=""), "cut short"),
    "a CSV without columns named": (
        lambda f: text(f / "edges.csv", content="1,2\n2,3\n"),
        "no column src and dst; there are: 1, 2",
    ),
    "a CSV row too short": (
        lambda f: text(f / "edges.csv", content="src,dst\n1,2\n3\n"),
        "row 2: not as many fields",
    ),
    "a CSV that is no UTF-8": (
        lambda f: text(f / "edges.csv", content=b"src,dst\n\xff\xfe,b\n"),
        "UTF-?8",
    ),
    "no row at all": (
        lambda f: text(f / "edges.csv", content="src,dst\n"),
        "no edge, and no account",
    ),
    "one column missing": (
        lambda f: written(f / "edges.parquet", columns={"src": [1], "target": [2]}),
        "no column dst; there are: src, target",
    ),
    "Parquet cut in half": (
        lambda f: cut_in_half(written(f / "edges.parquet", columns=long_table())),
        "no whole Parquet file; was it cut short",
    ),
    "Parquet broken within": (
        lambda f: with_a_flipped_middle(written(f / "edges.parquet", columns=long_table())),
        "no whole Parquet file",
    ),
    "NPZ cut in half": (
        lambda f: cut_in_half(written(f / "edges.npz", columns=long_table())),
        "no whole NPZ file; was it cut short",
    ),
    "NPZ broken within": (
        lambda f: with_a_flipped_middle(written(f / "edges.npz", columns=long_table())),
        "no whole NPZ file|CRC|magic",
    ),
    "arrays of unequal length": (
        lambda f: written(f / "edges.npz", columns={"src": [1, 2], "dst": [2]}),
        "src, dst are not of one length",
    ),
    "arrays of two dimensions": (
        lambda f: written(f / "edges.npz", columns={"src": [[1, 2]], "dst": [2]}),
        "src: one row",
    ),
    "pickled objects": (
        lambda f: pickled(f / "edges.npz"),
        "Object arrays cannot be loaded",
    ),
    "an id outside n": (
        lambda f: written(f / "edges.npz", columns={**SOME, "n": 3}),  # type: ignore[dict-item]
        "row 2, dst: not from 0 to n - 1",
    ),
    "a negative n": (
        lambda f: written(f / "edges.npz", columns={**SOME, "n": -3}),  # type: ignore[dict-item]
        "n: the number of accounts is wanted",
    ),
    "n of string ids": (
        lambda f: written(f / "edges.npz", columns={"src": ["a"], "dst": ["b"], "n": 3}),  # type: ignore[dict-item]
        "n: counts accounts that are numbers",
    ),
    "an id that is not there": (
        lambda f: written(f / "edges.parquet", columns={"src": [1, None], "dst": [2, 3]}),
        "row 2, src: nothing is there",
    ),
    "ids that are neither numbers nor strings": (
        lambda f: written(f / "edges.parquet", columns={"src": [True], "dst": [False]}),
        "src: ids are whole numbers or strings, not bool",
    ),
    "a weight that is not there": (
        lambda f: written(f / "edges.parquet", columns={**SOME, "weight": [1.0, None]}),
        "row 2, weight: nothing is there",
    ),
    "weights that are no numbers": (
        lambda f: written(f / "edges.parquet", columns={**SOME, "weight": [[1], [2]]}),
        "weight: numbers are wanted, not list",
    ),
    "a kind that is not there": (
        lambda f: written(f / "edges.parquet", columns={**SOME, "kind": ["tag", None]}),
        "row 2, kind: nothing is there",
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_an_unfit_file_is_refused_by_name_and_place(tmp_path: Path, name: str) -> None:
    make, why = UNFIT[name]
    path = make(tmp_path)
    with pytest.raises(NetworkFileUnfit) as refused:
        read_edges(path)
    assert re.match(re.escape(str(path)), refused.value.detail)
    assert re.search(why, refused.value.detail)


def test_more_edges_than_memory_holds_are_refused_before_any_is_read(tmp_path: Path) -> None:
    path = tmp_path / "edges.parquet"
    many = pa.table({"src": pa.repeat(1, 4_000_000), "dst": pa.repeat(2, 4_000_000)})
    with pq.ParquetWriter(path, many.schema) as writer:
        writer.write_table(many)
    told: list[int] = []
    reading = Reading(free_bytes=1 << 20, tell=lambda done, _total: told.append(done))
    words = r"4,000,000 edges need about 0\.2 GiB .* take --engine spark"
    with pytest.raises(GraphTooLarge, match=words):
        read_edges(path, reading=reading)
    assert told == []


@pytest.mark.parametrize("ending", ["csv", "npz"])
def test_rows_are_counted_or_guessed_without_reading_them(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path / f"edges.{ending}", columns=long_table())
    with pytest.raises(GraphTooLarge) as refused:
        read_edges(path, reading=Reading(free_bytes=1))
    rows = int(refused.value.detail.split(": ")[1].split(" edges")[0].replace(",", ""))
    assert 1_900 <= rows <= 2_100


def test_an_n_that_memory_does_not_hold_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "edges.npz", columns={**SOME, "n": 10**15})  # type: ignore[dict-item]
    with pytest.raises(GraphTooLarge):
        read_edges(path)
