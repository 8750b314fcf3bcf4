"""Files on accounts beside their edges: tokens they used, and what the platform knows of them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tutela.networks.files.errors import NetworkFileUnfit
from tutela.networks.files.known import read_known
from tutela.networks.files.tokens import read_tokens

NAMES = pa.array([10, 20, 30])


def written(folder: Path, *, text: str) -> Path:
    path = folder / "beside.csv"
    path.write_text(text)
    return path


def test_tokens_are_read_with_their_kind_and_strangers_counted(tmp_path: Path) -> None:
    table = pa.table(
        {"account": [10, 10, 30, 99], "kind": ["a", "b", "a", "a"], "token": ["x", "x", "x", "x"]}
    )
    pq.write_table(table, tmp_path / "tokens.parquet")
    tags = written(tmp_path, text="account,tag\n20,x\n20,x\n")
    found = read_tokens([tmp_path / "tokens.parquet", tags], names=NAMES)
    assert list(zip(found.kinds, found.names, strict=True)) == [
        ("a", "x"),
        ("b", "x"),
        ("tag", "x"),
    ]
    assert found.used.toarray().tolist() == [[1, 1, 0], [0, 0, 1], [1, 0, 0]]
    assert found.strangers == 1


def test_possible_minors_and_removed_accounts_are_known_by_what_stands_there(
    tmp_path: Path,
) -> None:
    path = written(
        tmp_path, text="account,minor,removed_at\n30,yes,\n10,no,2026-01-01\n20,unknown,\n7,yes,\n"
    )
    known = read_known(path, names=NAMES)
    assert np.flatnonzero(known.maybe_minor).tolist() == [2]
    assert np.flatnonzero(known.removed).tolist() == [0]


@pytest.mark.parametrize("text", ["account,other\n1,2\n", "token\nx\n"])
def test_files_without_their_columns_are_refused(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text=text)
    with pytest.raises(NetworkFileUnfit, match=r"beside\.csv: columns `account` and `token`"):
        read_tokens([path], names=NAMES)
    with pytest.raises(NetworkFileUnfit, match=r"beside\.csv: columns `account` and `minor`"):
        read_known(path, names=NAMES)


def test_a_token_without_an_account_is_refused(tmp_path: Path) -> None:
    table = pa.table({"account": [10, None], "token": ["x", "y"]})
    pq.write_table(table, tmp_path / "tokens.parquet")
    with pytest.raises(NetworkFileUnfit, match="lacks a field"):
        read_tokens([tmp_path / "tokens.parquet"], names=NAMES)
