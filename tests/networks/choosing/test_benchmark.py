"""The benchmark of labelled graphs runs on a small one, with every method beside ours."""

from pathlib import Path

import numpy as np

from benchmarks import networks
from benchmarks.networks_others import OTHERS
from tests.networks.choosing.worlds import ACCOUNTS, crowd, ring


def test_every_method_is_measured_from_the_same_seeds(tmp_path: Path) -> None:
    chance = np.random.default_rng(8)
    members, inner = ring(chance)
    label = np.zeros(ACCOUNTS, np.int8)
    label[members] = 1
    label[-100:] = -1
    src, dst = np.hstack([crowd(chance), inner])
    np.savez(tmp_path / "small.npz", src=src, dst=dst, n=ACCOUNTS, label=label)
    of = networks.read(tmp_path / "small.npz")
    found = networks.compared(of, seeds=5, draws=[0])
    assert set(found) == {networks.OURS, *OTHERS}
    assert found[networks.OURS][0].area > 0.5
    assert networks.behind(found) < networks.MOST_BELOW
