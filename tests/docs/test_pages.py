"""Every page is found from the index, and what it says of tests and lanes is what they are."""

import re
from collections import Counter
from datetime import UTC, datetime

from tests.drops.test_silent_drops import CHECKED, CONSTRAINED
from tests.house.tree import ROOT
from tutela.domain.lanes import LANE_SHARES, LANE_STRIDES, Lane, next_turn
from tutela.law.parameters import Unit, whole_number
from tutela.settings import Settings

DOCS = ROOT / "docs"
LANES = (DOCS / "explanation" / "lanes.md").read_text(encoding="utf-8")
LOST = (DOCS / "explanation" / "why-nothing-gets-lost.md").read_text(encoding="utf-8")


def test_every_page_can_be_reached_from_the_index() -> None:
    reached, pending = set(), [DOCS / "index.md"]
    while pending:
        page = pending.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.is_relative_to(DOCS):
            continue
        reached.add(page)
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        pending.extend(page.parent / link for link in links)
    assert set(DOCS.rglob("*.md")) - reached == set()


def test_every_seeded_drop_stands_with_its_guard() -> None:
    guards = {drop.name: list(drop.checks) for drop in CHECKED}
    guards |= {drop.name: [drop.constraint] for drop in CONSTRAINED}
    for name, guard in guards.items():
        row = re.search(rf"^\| {re.escape(name)} \| (.+) \|$", LOST, re.MULTILINE)
        assert row is not None, name
        assert re.findall(r"`(\w+)`", row[1]) == guard


def test_the_lanes_have_the_shares_and_targets_that_are_told() -> None:
    for lane in Lane:
        hours = whole_number(f"review_target_{lane}", unit=Unit.HOURS, on=datetime.now(UTC).date())
        row = re.search(
            rf"^\| `{lane}` \|[^|]+\| (\d+)[^|]*\| (\d+) hours? \|$", LANES, re.MULTILINE
        )
        assert row is not None, lane
        assert (int(row[1]), int(row[2])) == (LANE_SHARES[lane], hours)
    assert "3, 4, 6 and 12" in " ".join(LANES.split())
    assert list(LANE_STRIDES.values()) == [3, 4, 6, 12]


def test_ten_picks_go_as_told() -> None:
    passes: dict[Lane, int] = {}
    picks: Counter[Lane] = Counter()
    for _ in range(10):
        turn = next_turn(passes, with_work=list(Lane))
        assert turn is not None
        passes = dict(turn.passes)
        picks[turn.lane] += 1
    assert "4 danger, 3 child safety, 2 flagged, 1 general" in " ".join(LANES.split())
    assert list(picks.values()) == [4, 3, 2, 1]


def test_what_pages_say_of_defaults_is_so() -> None:
    settings = Settings()
    own = (DOCS / "how-to" / "run-on-your-own-postgresql.md").read_text(encoding="utf-8")
    alarms = (DOCS / "how-to" / "read-the-status-page-and-alarms.md").read_text(encoding="utf-8")
    assert f"`TUTELA_POOL_CONNECTIONS` ({settings.pool_connections})" in own
    assert f"`TUTELA_RECONCILE_SECONDS` ({settings.reconcile_seconds:g})" in alarms
