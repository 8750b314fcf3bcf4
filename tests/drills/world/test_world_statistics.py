"""What the page on the files of a world says of its shape, held in a small one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tests.drills.world.conftest import Made, make_world
from tutela.drills.world.files import EdgeKind, digest
from tutela.drills.world.plan import LookAlike, Shape

ACCOUNTS = 10_000


def rows_of(made: Made, *kinds: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    edges = made.table("edges")
    chosen = pc.is_in(edges["kind"].cast("string"), pa.array(kinds)).to_numpy()
    return edges["src"].to_numpy()[chosen], edges["dst"].to_numpy()[chosen]


def neighbours(made: Made, *kinds: str) -> csr_array:
    src, dst = rows_of(made, *kinds)
    one = coo_array((np.ones(len(src)), (src, dst)), shape=(ACCOUNTS, ACCOUNTS)).tocsr()
    both = (one + one.T).tocsr()
    both.data[:] = 1
    return both


def share_inside(made: Made, *, column: str) -> Iterator[tuple[str, float]]:
    """Of the accounts that a member is joined to, how many are of its group."""
    joined = neighbours(made, *EdgeKind)
    of_group = made.column(column, of="truth")
    for name in sorted({each for each in of_group if each}):
        members = np.flatnonzero(of_group == name)
        yield name, joined[members][:, members].nnz / joined[members].nnz


def test_there_are_about_twenty_edges_an_account(small_world: Made) -> None:
    assert small_world.document["edges_an_account"] == pytest.approx(20, abs=1)
    kinds = small_world.document["kinds"]
    assert kinds["follow"] / ACCOUNTS == pytest.approx(9.6, abs=0.5)
    assert kinds["interaction"] / ACCOUNTS == pytest.approx(6.7, abs=0.5)
    assert kinds["shared_tag"] / ACCOUNTS == pytest.approx(3.0, abs=0.5)


def test_some_are_followed_far_more_than_others(small_world: Made) -> None:
    found = small_world.document["statistics"]
    touching = found["edges_touching_an_account"]
    assert touching["most"] > 10 * touching["percentile_99"]
    assert found["follows_of_the_most_followed_percent"] == pytest.approx(0.07, abs=0.02)


def test_follows_are_returned_and_friends_of_friends_are_friends(small_world: Made) -> None:
    src, dst = rows_of(small_world, "follow")
    returned = np.isin(dst * ACCOUNTS + src, src * ACCOUNTS + dst).mean()
    assert returned == pytest.approx(0.46, abs=0.04)
    near = neighbours(small_world, "follow", "interaction")
    degrees = np.asarray(near.sum(axis=1)).ravel()
    triangles = np.asarray((near @ near).multiply(near).sum(axis=1)).ravel()
    pairs = np.maximum(degrees * (degrees - 1), 1)
    assert (triangles / pairs).mean() == pytest.approx(0.08, abs=0.02)


def test_more_accounts_are_created_every_year(small_world: Made) -> None:
    created = small_world.table("accounts")["created_at"].to_numpy()
    years = np.unique(created.astype("datetime64[Y]"), return_counts=True)[1]
    assert (np.diff(years) > 0).all()


def test_most_accounts_that_a_member_is_joined_to_are_not_of_its_ring(small_world: Made) -> None:
    inside = dict(share_inside(small_world, column="ring"))
    shapes = {ring["shape"]: inside[ring["name"]] for ring in small_world.document["rings"]}
    assert max(shapes.values()) < 0.5
    assert min(shapes[each] for each in Shape if each is not Shape.SPARSE) > 0.25
    assert 0.1 < shapes[Shape.SPARSE] < 0.25


def test_only_tags_join_a_ring_of_tags(small_world: Made) -> None:
    (ring,) = [each for each in small_world.document["rings"] if each["shape"] == Shape.TAG_ONLY]
    within = ring["edges_within"]
    assert within["shared_tag"] > 0.85 * sum(within.values())


def test_each_ring_has_a_look_alike_of_its_shape_and_size(small_world: Made) -> None:
    rings = small_world.document["rings"]
    alike = small_world.document["look_alikes"]
    keys = ("shape", "accounts")
    assert [[each[key] for key in keys] for each in alike] == [
        [each[key] for key in keys] for each in rings
    ]
    for ring, other in zip(rings, alike, strict=True):
        assert other["share_within"] == pytest.approx(ring["share_within"], abs=0.05)
    ring_of, alike_of = (small_world.column(name, of="truth") for name in ("ring", "look_alike"))
    both = np.array([bool(one and other) for one, other in zip(ring_of, alike_of, strict=True)])
    assert both.sum() == sum(int(ring["accounts"] * 0.06) for ring in rings)


def test_shops_and_families_share_what_the_page_says(small_world: Made) -> None:
    found = {
        each["look_alike"]: each["edges_within"] for each in small_world.document["look_alikes"]
    }
    assert found[LookAlike.FAMILY]["shared_device"] > 0
    assert found[LookAlike.SHOP]["shared_payment"] > 0


def test_marks_that_join_are_used_by_both(small_world: Made) -> None:
    tokens = small_world.table("tokens").to_pylist()
    used: dict[tuple[str, int], set[str]] = {}
    for row in tokens:
        used.setdefault((row["kind"], row["account"]), set()).add(row["token"])
    assert all(len(row["token"]) == 16 for row in tokens)
    for kind in ("device", "payment"):
        src, dst = rows_of(small_world, f"shared_{kind}")
        assert len(src) > 0
        for one, other in zip(src.tolist(), dst.tolist(), strict=True):
            assert used[kind, one] & used[kind, other]


def test_those_who_come_back_bring_what_the_page_says(small_world: Made) -> None:
    tokens = small_world.table("tokens")
    of_account: dict[int, set[str]] = {}
    for account, token in zip(
        tokens["account"].to_pylist(), tokens["token"].to_pylist(), strict=True
    ):
        of_account.setdefault(account, set()).add(token)
    recreated = small_world.column("recreated_of", of="truth")
    near = neighbours(small_world, "follow", "interaction")
    marks, neighbour = [], []
    for new, old in enumerate(recreated.tolist()):
        if old is None:
            continue
        marks.append(bool(of_account[new] & of_account[old]))
        neighbour.append(near[[new]].multiply(near[[old]]).nnz >= 3)
    assert np.mean(marks) == pytest.approx(0.6, abs=0.15)
    assert 0.4 < np.mean(neighbour) < 0.9


def test_lists_are_ranked_from_one_and_show_nobody_themselves(small_world: Made) -> None:
    shown = small_world.table("exposures")
    viewer, item, rank = (shown[name].to_numpy() for name in ("viewer", "item", "rank"))
    starts = np.flatnonzero(np.diff(viewer, prepend=-1))
    assert (rank[starts] == 1).all()
    assert (np.diff(rank.astype(int))[np.diff(viewer) == 0] == 1).all()
    assert (viewer != item).all()
    assert len({*zip(viewer.tolist(), item.tolist(), strict=True)}) == len(viewer)
    ring = small_world.column("ring", of="truth")
    inside = np.array([one is not None for one in ring])
    same = np.array([one == other for one, other in zip(ring[viewer], ring[item], strict=True)])
    assert same[inside[viewer]].mean() == pytest.approx(0.3, abs=0.06)


def test_hidden_edges_are_half_of_the_same_world(small_world: Made, tmp_path: Path) -> None:
    half = make_world(tmp_path / "half", hide=0.5)
    for kind in EdgeKind:
        all_src, all_dst = rows_of(small_world, kind)
        src, dst = rows_of(half, kind)
        assert np.isin(src * ACCOUNTS + dst, all_src * ACCOUNTS + all_dst).all()
        assert len(src) == pytest.approx(len(all_src) / 2, rel=0.1)
    assert half.document["edges"] == pytest.approx(small_world.document["edges"] / 2, rel=0.02)
    for name in ("accounts", "tags", "tokens", "truth", "exposures"):
        file = f"{name}.parquet"
        assert digest(half.folder / file) == digest(small_world.folder / file)
