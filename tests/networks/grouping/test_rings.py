"""Rings of a small world are found from three of their accounts; honest groups are not."""

from pathlib import Path

import pytest

from benchmarks.rings import Known, cases_by_chance, found, known
from tutela.drills.world.making import make
from tutela.drills.world.plan import planned


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Known:
    folder: Path = tmp_path_factory.mktemp("rings") / "world"
    make(planned(10_000, seed=1, rings=4, hide=0.0), folder=folder, tell=lambda _done, _total: None)
    return known(folder)


def test_dense_rings_hubs_and_rings_by_tags_are_found(world: Known) -> None:
    rings = {ring.shape: ring for ring in found(world, seed=3, ranks=False)}
    for shape in ("dense", "hub_and_spoke", "tag_only"):
        ring = rings[shape]
        assert ring.precision >= 0.85, ring
        assert ring.recall >= 0.7, ring
        assert ring.look_alikes <= 0.05 * len(world.look_alikes), ring


def test_accounts_by_chance_rarely_make_a_case(world: Known) -> None:
    assert cases_by_chance(world, draws=5, seed=3) <= 0.2
