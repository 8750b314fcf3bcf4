"""A server of the guard, a clock, and programs that close what they opened."""

from collections.abc import Iterator

import pytest

from tests.guard.library.guard_server import GuardServer, World, guard_serving
from tests.guard.library.program import opened_lines


@pytest.fixture
def server() -> Iterator[GuardServer]:
    with guard_serving() as serving:
        yield serving


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def lines_closed() -> Iterator[None]:
    yield
    while opened_lines:
        opened_lines.pop().close()
