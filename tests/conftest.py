"""What every test gets: the network fence, and the fixture plugins of `tests/fixtures/`."""

import os

import pytest
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules that ask the shared service come first.

    So they are one worker's, as a rule, and the other workers never start a service of their own,
    which would have its work to do until the last test. They are also among the longest.
    """
    asking = {each.path for each in items if _asks_the_shared_service(each)}
    items.sort(key=lambda each: each.path not in asking)


def _asks_the_shared_service(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and "running_tutela" in item.fixturenames


def pytest_xdist_auto_num_workers() -> int:
    """How many workers `-n auto` starts: one more than processors, for a test waits now and then.

    It waits for processes to start and end, for a disk, for the next turn of a service.
    """
    ours = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (ours or 1) + 1
