import json
from pathlib import Path

import pytest

from tests.drills.world.conftest import Made, make_world
from tutela.cli.main import run
from tutela.drills.world.files import EdgeKind, File, digest

SMALL = ["world", "make", "--accounts", "10000"]


def test_the_same_seed_gives_the_same_bytes(small_world: Made, tmp_path: Path) -> None:
    again = make_world(tmp_path / "again")
    for name in [*File, "world.json"]:
        assert (again.folder / name).read_bytes() == (small_world.folder / name).read_bytes(), name


def test_another_seed_gives_another_world(small_world: Made, tmp_path: Path) -> None:
    other = make_world(tmp_path / "other", seed=8)
    same = [
        name for name in File if digest(other.folder / name) == digest(small_world.folder / name)
    ]
    assert same == []


def test_no_edge_stands_twice_and_none_is_a_loop(small_world: Made) -> None:
    edges = small_world.table("edges")
    rows = set(zip(*(edges[name].to_pylist() for name in ("src", "dst", "kind")), strict=True))
    assert len(rows) == edges.num_rows
    assert all(src != dst for src, dst, _ in rows)
    assert {kind for _, _, kind in rows} == set(EdgeKind)


def test_an_edge_comes_about_while_both_accounts_live(small_world: Made) -> None:
    created = small_world.table("accounts")["created_at"].to_numpy()
    edges = small_world.table("edges")
    at = edges["at"].to_numpy()
    for end in ("src", "dst"):
        assert (created[edges[end].to_numpy()] <= at).all()


def test_the_truth_says_of_every_account_where_it_belongs(small_world: Made) -> None:
    assert small_world.column("account", of="truth").tolist() == list(range(10_000))
    ring = small_world.column("ring", of="truth")
    role = small_world.column("role", of="truth")
    assert ((ring == None) == (role == None)).all()  # noqa: E711 - by element
    for told in small_world.document["rings"]:
        members = ring == told["name"]
        assert members.sum() == told["accounts"]
        assert {name: int((role[members] == name).sum()) for name in told["roles"]} == told["roles"]


def test_who_comes_back_was_removed_before(small_world: Made) -> None:
    created = small_world.column("created_at", of="accounts")
    removed = small_world.column("removed_at", of="accounts")
    old = small_world.column("recreated_of", of="truth")
    returned = [new for new, before in enumerate(old) if before is not None]
    assert len(returned) == small_world.document["recreated"] > 0
    assert all(removed[old[new]] < created[new] for new in returned)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["--accounts", "9999", "--seed", "1"], "--accounts 9999"),
        (["--accounts", "10000", "--seed", "-1"], "--seed -1"),
        (["--accounts", "10000", "--seed", "1", "--hide", "1"], "--hide 1"),
        (["--accounts", "10000", "--seed", "1", "--rings", "-1"], "--rings -1"),
        (["--accounts", "10000", "--seed", "1", "--rings", "99"], "--rings 99"),
    ],
)
def test_a_world_that_cannot_be_is_refused_by_its_option(
    wrong: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["world", "make", *wrong, "--out", str(tmp_path / "none")]) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("mine")
    assert run([*SMALL, "--seed", "1", "--out", str(tmp_path)]) == 2
    assert "empty folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_command_answers_with_what_the_folder_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*SMALL, "--seed", "7", "--rings", "0", "--out", str(tmp_path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == json.loads((tmp_path / "world.json").read_bytes())
    assert answer["rings"] == []
