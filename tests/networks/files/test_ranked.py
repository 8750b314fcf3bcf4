"""The ranked file, written and read."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.ranked import Found, read_ranked, writable, write_ranked
from tutela.networks.ranking import HeldOut, Ranking

NAMES = pa.array(["a", 'b, "c"\n', "=1+1", "d"])
HELD_OUT = HeldOut(seeds=2, recall=0.5, within=10, recall_by_chance=0.1, chance=0.02)
RANKING = Ranking(
    places=np.array([2, 1, 3]),
    scores=np.array([1.0, 0.25, 0.0]),
    scorers={"walk_4": 1.0},
    held_out=HELD_OUT,
    connects=True,
)
FOUND = Found(
    scorer="walk_4",
    scorers={"walk_4": 1.0},
    connects=True,
    held_out_seed_recall=0.5,
    held_out=HELD_OUT,
    seconds=0.1,
    accounts=4,
    seeds=1,
    edges={"edge": 3},
    left_out={},
    remarks=[],
    engine="local",
    seed=0,
)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_was_written_is_read_again(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"ranked.{ending}"
    write_ranked(path, ranking=RANKING, names=NAMES, found=FOUND)
    if ending == "parquet":
        assert pq.read_table(path).column("rank").to_pylist() == [1, 2, 3]
    ranked = read_ranked(path)
    assert ranked.accounts.to_pylist() == ["=1+1", 'b, "c"\n', "d"]
    assert ranked.scores.to_pylist() == [1.0, 0.25, 0.0]
    told = json.loads((tmp_path / f"ranked.{ending}.json").read_text())
    assert (told["held_out_seed_recall"], told["held_out"]["within"]) == (0.5, 10)
    assert sorted(each.name for each in tmp_path.iterdir()) == [path.name, f"{path.name}.json"]


def test_a_ranking_of_nobody_is_a_file_of_no_rows(tmp_path: Path) -> None:
    nobody = Ranking(np.empty(0, np.int64), np.empty(0), {"walk_4": 1.0}, None, connects=False)
    path = tmp_path / "ranked.csv"
    write_ranked(path, ranking=nobody, names=NAMES, found=FOUND)
    assert path.read_text() == "account,score,rank\n"
    assert read_ranked(path).accounts.to_pylist() == []


def test_a_place_where_no_file_can_stand_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, why in [
        ("ranked.npz", "a ranked file is"),
        ("ranked", "the ending says"),
        ("absent/ranked.csv", "there is no folder"),
        ("folder.csv", "is a folder"),
    ]:
        with pytest.raises(NetworkFileUnfit, match=why):
            writable(tmp_path / name)
