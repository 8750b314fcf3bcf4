"""What every test gets: the network fence, and the fixture plugins of `tests/fixtures/`."""

from tests.house import network_fence

#: Modules of fixtures, one a part of the house.
pytest_plugins: list[str] = [
    "tests.fixtures.postgres",
    "tests.fixtures.house",
    "tests.fixtures.site",
    "tests.fixtures.platform",
    "tests.fixtures.service",
    "tests.fixtures.browser",
]

network_fence.install()
