"""Everything listed, asked for on every surface of a small world: none leaks, and none without."""

import asyncio

import pytest

from benchmarks.evasions import NINETEEN
from benchmarks.guard_world import EXACT, GUARD, NOBODY, compared, in_memory, size_of, told
from benchmarks.guard_world_figures import HARMED_MAX, Seen, recall_table, table
from benchmarks.guard_world_run import Staged, judged, stage
from tutela.drills.surfaces.adapters import Page
from tutela.drills.surfaces.truth import Leak
from tutela.guard.asking import Surface

LISTED = 48


@pytest.fixture(scope="module")
def staged() -> Staged:
    return asyncio.run(stage(size_of(LISTED), seed=6, tell=lambda _: None))


@pytest.fixture(scope="module")
def runs(staged: Staged) -> dict[str, Seen]:
    found = asyncio.run(compared(staged, guards=in_memory(staged), tell=lambda _: None))
    assert any("same_network" in line for line in told(found.surfaces))
    assert found.is_fit()
    return found.runs


def test_nothing_listed_leaks_through_the_guard_on_any_surface(runs: dict[str, Seen]) -> None:
    assert dict(runs[GUARD].leaks) == {}
    assert all(runs[GUARD].harmed_share(surface) <= HARMED_MAX for surface in Surface)
    assert runs[GUARD].is_fit()


def test_without_the_guard_the_same_world_leaks_in_every_way(runs: dict[str, Seen]) -> None:
    assert all(runs[NOBODY].leaked(surface) > 0 for surface in Surface)
    assert set(Leak) <= {leak for _, leak in runs[NOBODY].leaks}
    assert not runs[NOBODY].is_fit()
    assert not runs[EXACT].is_fit()


@pytest.mark.parametrize("surface", list(Surface))
def test_listed_texts_written_otherwise_lead_to_nothing(
    runs: dict[str, Seen], surface: Surface
) -> None:
    shut = sum(runs[GUARD].shut_variants[surface, each] for each in NINETEEN)
    asked = sum(runs[GUARD].variants[surface, each] for each in NINETEEN)
    assert asked > LISTED / 2
    assert shut / asked > 0.95
    assert runs[NOBODY].recall("Cyrillic", surface=surface) == 0
    assert runs[EXACT].recall("Cyrillic", surface=surface) == 0


def test_a_page_that_withholds_what_is_ordinary_is_harm(staged: Staged) -> None:
    pages = [Page(blocked=True) for _ in staged.asks]
    shut = judged(staged, pages=pages)
    assert all(shut.harmed_share(surface) == 1 for surface in Surface)
    half = [without_the_last(page) for page in staged.unguarded]
    assert judged(staged, pages=half).harmed_share(Surface.SEARCH) > 0.5


def without_the_last(page: Page) -> Page:
    return Page(results=page.results[:-1], related=page.related)


def test_what_a_run_showed_is_told_by_surface_and_class(runs: dict[str, Seen]) -> None:
    lines = [*table(runs), *recall_table(runs[GUARD])]
    assert sum(line.startswith(GUARD) for line in lines) >= len(Surface)
    assert any(line.startswith("a letter left out") for line in lines)
