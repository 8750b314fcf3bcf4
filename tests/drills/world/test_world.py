import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.drills.world.conftest import Made, make_world
from tutela.cli.main import run
from tutela.drills.world.chance import Chance
from tutela.drills.world.files import EdgeKind, File, digest
from tutela.drills.world.making import make
from tutela.drills.world.plan import LookAlike, Shape, planned
from tutela.drills.world.population import settled
from tutela.drills.world.shapes import Pairs
from tutela.drills.world.ties import everyday

NOBODY = np.zeros(0, np.int64)
NO_PAIRS = Pairs(src=NOBODY, dst=NOBODY, follows=NOBODY > 0, interacts=NOBODY > 0)
#: Rows of the small world by file: they are the same on every machine.
AGREED = {
    File.ACCOUNTS: "ca607fd7973a3b618f56de68182d20816ff268d7157b4f6d40853cdb4a87d3f1",
    File.EDGES: "272519f9ed9a074f13a350ad7fb59e6aa599bdad6998d17e8ecca0541adeeba2",
    File.EXPOSURES: "a7d91020d41748af0695edc4667ebe773e488dc67245a02b5e023292a9b88267",
    File.TAGS: "a85d1e47a36cadcbdd98fdeb15cb90c415a8f0d2924a22c13afd2f91af969af0",
    File.TOKENS: "c4010fe304b9cf5fbfcd0502a371b8fc0fc5b5be2e2ab771f3b9937e0fcac212",
    File.TRUTH: "922aa54f9661991a2caa1fa4158531be4d55714aa7629672ec7127e4c61dbb7d",
}
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
    rows = edges.group_by(["src", "dst", "kind"]).aggregate([])
    assert rows.num_rows == edges.num_rows
    assert not pc.any(pc.equal(edges["src"], edges["dst"])).as_py()
    assert set(edges["kind"].unique().to_pylist()) == set(EdgeKind)


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


@pytest.mark.parametrize(
    ("accounts", "rings"), [(10_000, 4), (20_000, 8), (50_000, 18), (100_000, 30), (1_000_000, 30)]
)
def test_by_default_there_are_as_many_rings_as_find_room(accounts: int, rings: int) -> None:
    assert planned(accounts, seed=1, rings=None, hide=0).rings == rings


def test_rings_are_of_every_size_and_look_alikes_of_every_kind() -> None:
    whole = planned(1_000_000, seed=1, rings=None, hide=0)
    sizes = [ring.size for ring in whole.ring_groups]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-1]) == (20, 1000)
    assert {ring.shape for ring in whole.ring_groups} == set(Shape)
    assert {each.look_alike for each in whole.look_alikes} == set(LookAlike)
    (only,) = planned(10_000, seed=1, rings=1, hide=0).ring_groups
    assert 20 < only.size < 200


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


def test_the_ties_are_the_same_however_they_are_cut() -> None:
    chance = Chance.from_seed(5)
    people = settled(10_000, chance=chance)
    whole, cut = (
        [
            np.concatenate(
                [getattr(chunk, kind).src * 10_000 + getattr(chunk, kind).dst for chunk in chunks]
            )
            for kind in ("follows", "interactions")
        ]
        for chunks in (
            list(everyday(people, inner=NO_PAIRS, chance=chance, chunk=size))
            for size in (10_000, 500)
        )
    )
    for one, other in zip(whole, cut, strict=True):
        assert np.array_equal(np.sort(one), np.sort(other))


def test_the_rows_of_a_seed_are_those_that_were_agreed(small_world: Made) -> None:
    found = {file: contents(small_world.table(file.removesuffix(".parquet"))) for file in File}
    assert found == AGREED, "worlds of this seed are others now: say so where worlds are described"


def contents(table: pa.Table) -> str:
    """A digest of the rows, whatever packs them."""
    whole = sha256()
    for name in table.column_names:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast("int64")
        if not pa.types.is_floating(column.type):
            column = column.cast("string").fill_null("")
            whole.update("\n".join(column.to_pylist()).encode())
        else:
            whole.update(column.to_numpy().astype("<f4").tobytes())
    return whole.hexdigest()


def test_a_world_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(*_progress: int) -> None:
        raise KeyboardInterrupt

    plan = planned(10_000, seed=1, rings=None, hide=0)
    with pytest.raises(KeyboardInterrupt):
        make(plan, folder=tmp_path / "world", tell=interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    assert run([*SMALL, "--seed", "1", "--out", str(tmp_path / "file" / "world")]) == 2
    assert f"{tmp_path}/file/world: " in capsys.readouterr().err
