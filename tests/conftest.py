"""What every test gets: the network fence, and the fixture plugins of `tests/fixtures/`."""

import os

from hypothesis import HealthCheck, settings

from tests.fixtures.logging_here import log_plainly
from tests.house import network_fence

#: Modules of fixtures, one a part of the house.
pytest_plugins: list[str] = [
    "tests.fixtures.postgres",
    "tests.fixtures.house",
    "tests.fixtures.site",
    "tests.fixtures.platform",
    "tests.fixtures.service",
    "tests.fixtures.browser",
    "tests.fixtures.staff",
    "tests.fixtures.spark",
]

network_fence.install()
log_plainly()

# No test asserts how long anything takes, on a machine that may have much else to do.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_xdist_auto_num_workers() -> int:
    """How many workers `-n auto` starts: one more than processors, for a test waits now and then.

    It waits for processes to start and end, for a disk, for the next turn of a service.
    """
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (ours or 1) + 1
