"""The engine in this process."""

import numpy as np
import pytest

from tests.networks.engines.contract import EngineContract, drawn
from tutela.networks.engines import local
from tutela.networks.engines.local import LocalEngine


class TestLocal(EngineContract):
    make = LocalEngine


def test_a_step_is_the_same_to_the_bit_whatever_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = drawn(accounts=500, edges=5_000, seed=7)
    x = np.random.default_rng(7).random((500, 2), np.float32)
    alone = LocalEngine(graph, threads=1).spread(x, kind="tag")
    monkeypatch.setattr(local, "_NUMBERS_A_THREAD", 700)
    shared_out = LocalEngine(graph, threads=3).spread(x, kind="tag")
    assert shared_out.tobytes() == alone.tobytes()
