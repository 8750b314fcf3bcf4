"""Lists and rules on screens: who answers for them and whether they work, and no entry."""

import os
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from tests.detection.pipeline.test_judging import WHEN, write
from tests.fixtures.detectors import detection_on
from tests.fixtures.listing import KNOWN, chance_terms, rows_of_terms, take
from tests.fixtures.site import Site, site_on
from tests.fixtures.staff import logged_in
from tutela.detection.lists.register import Terms
from tutela.detection.pipeline.judging import Bench, bench_at
from tutela.detection.pipeline.panel import Panel
from tutela.domain.vocabulary import Role
from tutela.law.detection import REGISTER

LISTS, RULES = "/console/main/lists", "/console/main/rules"
HOSTILE = "<script>alert(1)</script>\u202e"


async def test_a_list_is_shown_with_who_answers_for_it_and_never_with_an_entry(web: Site) -> None:
    auditor = await logged_in(web, role=Role.AUDITOR)
    assert "No list is kept" in (await auditor.get(LISTS)).text
    terms = chance_terms(3, seed=4)
    kept = Terms(owner="child-safety", reason=HOSTILE, licence="by agreement", provenance="a host")
    await take(web.house, rows=rows_of_terms(terms), terms=kept)
    page, one = (await auditor.get(LISTS)).text, (await auditor.get(f"{LISTS}/{KNOWN.name}")).text
    assert "All 1 lists work" in page
    for text in (page, one):
        assert all(shown in text for shown in ("child-safety", "3 terms", "by agreement"))
        assert not any(term in text for term in terms)
    assert "Read in" in one
    assert HOSTILE not in one
    assert "&lt;script&gt;" in one
    assert (await auditor.get(f"{LISTS}/other")).status_code == 404


async def test_a_list_that_is_too_old_is_said_to_say_nothing_of_what_it_lacks(web: Site) -> None:
    auditor = await logged_in(web, role=Role.AUDITOR)
    kept = Terms(owner="child-safety", longest_age=timedelta(days=1))
    await take(web.house, rows=rows_of_terms(chance_terms(1)), terms=kept)
    await web.house.rows("UPDATE known_list SET confirmed_at = confirmed_at - interval '2 days'")
    page = (await auditor.get(LISTS)).text
    assert "1 of 1 lists can't be relied on" in page
    assert "2 of 1 days" in page


@pytest_asyncio.fixture
async def bench(web: Site, tmp_path: Path) -> Bench:
    """Who judges by a folder of rules on the site of the test."""
    write(tmp_path)
    clock = web.house.clock.now
    found = bench_at(tmp_path, bases=REGISTER.built_in(), budget_seconds=5.0, clock=clock)
    assert found is not None
    await found.refresh()
    room = detection_on(web.house, panel=Panel(bench=found))
    web.application = site_on(web.house, refusals=web.refusals, looking=room)
    return found


async def test_rules_are_shown_with_their_tests_and_what_is_wrong_with_their_files(
    web: Site, bench: Bench, tmp_path: Path
) -> None:
    lead = await logged_in(web, role=Role.LEAD)
    page = (await lead.get(RULES)).text
    assert "The files are in force" in page
    assert "A minor&#39;s account uses a token" in page
    one = (await lead.get(f"{RULES}/minor-says-token")).text
    assert WHEN.replace("'", "&#39;") in one
    assert "it does not: No match" in one
    assert (await lead.get(f"{RULES}/another")).status_code == 404
    write(tmp_path, when="content.text == 7")
    os.utime(tmp_path / "a.yaml", (0, 0))
    await bench.refresh()
    page = (await lead.get(RULES)).text
    assert "The files are not in force" in page
    assert "a.yaml" in page
    assert "A minor&#39;s account uses a token" in page


async def test_without_rules_the_page_says_so(web: Site) -> None:
    lead = await logged_in(web, role=Role.LEAD)
    assert "No rules are set" in (await lead.get(RULES)).text
