"""A look finds the version that a surface serves by a handful of canaries, whichever it is."""

import pytest

from tests.fixtures.surfaces import canary
from tutela.guard.asking import Surface
from tutela.guard.propagation.asking import Seen, SurfaceUnavailable
from tutela.guard.propagation.configured import Asking
from tutela.guard.propagation.looking import FAILURES_MAX, Look, Looking, Question, Spelling
from tutela.guard.publishing.canaries import CANARIES_KEPT

SEARCH = Asking(
    name="search",
    surface=Surface.SEARCH,
    url="http://127.0.0.1:9/{value}",
    results="/results",
    blocked="/blocked",
    controls=("weather",),
)
QUESTIONS = [
    Question(value=f"asked-{n}", spelling=Spelling.OWN, what=f"entry-{n}") for n in range(10)
]


class Serving:
    """A surface that serves one version, and answers the first so many questions."""

    def __init__(self, version: int, *, answers: int = 1_000) -> None:
        oldest = max(0, version - CANARIES_KEPT)
        self._blocked = {canary(each) for each in range(version, oldest, -1)}
        self._left = answers
        self.asked = 0

    async def ask(self, surface: Asking, *, value: str) -> Seen:
        del surface
        self.asked += 1
        if self.asked > self._left:
            raise SurfaceUnavailable("answered 503")
        return Seen(shown=0, blocked=value in self._blocked)


async def looked(serving: Serving, *, newest: int) -> Look:
    return await Looking(serving, surface=SEARCH).look(QUESTIONS, newest=newest, canary=canary)


@pytest.mark.parametrize("newest", [1, 2, 127, 128, 129, 500])
async def test_the_version_is_found_by_halves(newest: int) -> None:
    kept = range(max(1, newest - CANARIES_KEPT + 1), newest + 1)
    for version in (*kept[:3], *kept[-3:], *kept[::9], 0, max(0, newest - CANARIES_KEPT)):
        serving = Serving(version)
        look = await looked(serving, newest=newest)
        expected = version if version in kept else 0
        assert look.version == expected, f"serving {version} of {newest}"
        assert serving.asked - len(QUESTIONS) <= 10
        assert (look.asked, look.unanswered) == (serving.asked, 0)


async def test_a_surface_that_is_newer_than_what_was_read_is_current() -> None:
    assert (await looked(Serving(12), newest=10)).version == 10


async def test_a_surface_that_fails_is_soon_left_alone_and_nothing_is_taken_for_answered() -> None:
    serving = Serving(5, answers=4)
    look = await looked(serving, newest=5)
    assert serving.asked == 4 + FAILURES_MAX
    assert look.unanswered == sum(each.seen is None for each in look.replies) == 8
    assert look.why == "answered 503"
    assert look.version == 5
    assert (await looked(Serving(5, answers=1), newest=5)).version is None
