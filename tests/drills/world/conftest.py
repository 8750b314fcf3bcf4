from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from tutela.drills.world.making import make
from tutela.drills.world.plan import planned


@dataclass(frozen=True)
class Made:
    """A world on disk."""

    folder: Path
    document: dict[str, Any]

    def table(self, name: str) -> pa.Table:
        return pq.read_table(self.folder / f"{name}.parquet")

    def column(self, name: str, *, of: str) -> NDArray[np.object_]:
        """A column as Python has its values: None where there is none."""
        return np.array(self.table(of)[name].to_pylist(), object)


def make_world(folder: Path, *, seed: int = 7, hide: float = 0.0) -> Made:
    plan = planned(10_000, seed=seed, rings=None, hide=hide)
    make(plan, folder=folder, tell=lambda _done, _total: None)
    return Made(folder, msgspec.json.decode((folder / "world.json").read_bytes()))


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """10,000 accounts, four rings, nothing hidden."""
    return make_world(tmp_path_factory.mktemp("world") / "small")
