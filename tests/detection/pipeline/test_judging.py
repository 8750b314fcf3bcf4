"""Policies are asked about content beside its signals; what they can't tell is never clean."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.detection.pipeline.test_events import Platform, client_on
from tests.fixtures.detectors import Given as FromTest
from tests.fixtures.detectors import Tokens, detection_on
from tests.fixtures.site import Site
from tutela.detection.pipeline.counting import matches_by_rule
from tutela.detection.pipeline.judging import bench_at
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.standings import EVERYBODY
from tutela.law.detection import REGISTER

POLICY = """
tutela_rules: 1
policies:
  - id: minor-says-token
    version: 1
    mode: live
    title: A minor's account uses a token
    owner: trust-and-safety
    legal_basis: [public_content]
    events: [{event}]
    when: {when}
    action: {{do: open_case, category: STATEMENT_CATEGORY_SCAMS_AND_FRAUD}}
    tests:
      - name: it does
        event: {{type: {event}, content_id: p, account_id: a, kind: post, text: tok-rule}}
        expect: match
      - name: it does not
        event: {{type: {event}, content_id: p, account_id: a, kind: post, text: x}}
        expect: no_match
"""
WHEN = "content.text == 'tok-rule'"


def write(folder: Path, *, when: str = WHEN, event: str = "content") -> None:
    (folder / "a.yaml").write_text(POLICY.format(when=when, event=event), encoding="utf-8")


@pytest_asyncio.fixture
async def platform(web: Site, tmp_path: Path) -> Platform:
    """A site with a detector of tokens and one policy in `tmp_path / rules`."""
    folder = tmp_path / "rules"
    folder.mkdir()
    write(folder)
    bench = bench_at(
        folder, bases=REGISTER.built_in(), budget_seconds=5.0, clock=web.house.clock.now
    )
    detector = Tokens()
    panel = Panel([FromTest({EVERYBODY: [detector]})], budget_seconds=5.0, bench=bench)
    await panel.refresh()
    room = detection_on(web.house, panel=panel)
    web.client = client_on(web, room=room)
    return Platform(web, detector=detector, room=room)


async def said(platform: Platform) -> list[dict[str, Any]]:
    """What each look said, by detector."""
    rows = await platform.web.house.rows("SELECT signals FROM content_look ORDER BY id")
    return [{each["detector"]: each["result"] for each in signals} for (signals,) in rows]


async def test_a_policy_that_matches_opens_a_case_about_its_harm(platform: Platform) -> None:
    await platform.post("tok-rule")
    await platform.post("x")
    assert await said(platform) == [
        {"tokens": "no_match", "rules": "match"},
        {"tokens": "no_match", "rules": "no_match"},
    ]
    assert await platform.work() == 1
    assert await platform.cases() == [("scams", "general", "automated", 1)]
    house = platform.web.house
    caller = await house.desk.caller(f"Bearer {await platform.web.token()}")
    day = house.clock.now() - timedelta(days=1)
    matched = await matches_by_rule(house.pool, caller=caller, since=day)
    assert matched == {("minor-says-token", 1): 1}
    assert await matches_by_rule(house.pool, caller=caller, since=day + timedelta(days=2)) == {}


async def test_a_policy_in_shadow_is_counted_and_nothing_follows(
    platform: Platform, tmp_path: Path
) -> None:
    text = POLICY.format(when=WHEN, event="content").replace("mode: live", "mode: shadow")
    text = text.replace("minor-says-token", "in-shadow")
    (tmp_path / "rules" / "a.yaml").write_text(text, encoding="utf-8")
    await platform.room.panel.refresh()
    await platform.post("tok-rule")
    assert [each["tokens"] for each in await said(platform)] == ["no_match"]
    assert await platform.work() == 0
    metrics = (await platform.web.client.get("/metrics")).text
    counted = 'tutela_rule_outcomes_total{mode="shadow",policy="in-shadow",result="match"} 1.0'
    assert counted in metrics


async def test_a_private_message_is_kept_from_policies_too(platform: Platform) -> None:
    await platform.post("tok-rule", visibility="interpersonal")
    assert await platform.looks() == [("unavailable", "no_legal_basis", None)]


async def test_policies_that_are_not_fit_are_red_and_the_old_ones_stay(
    platform: Platform, tmp_path: Path
) -> None:
    panel = platform.room.panel
    assert [(each.name, each.ok) for each in await panel.standings()] == [
        ("tokens", True),
        ("rules", True),
    ]
    write(tmp_path / "rules", when="content.txt == ''")
    await panel.refresh()
    assert [(each.name, each.why) for each in await panel.standings() if not each.ok] == [
        ("rule minor-says-token", "policies_refused")
    ]
    await platform.post("tok-rule")
    assert await said(platform) == [{"tokens": "no_match", "rules": "match"}]


async def test_without_fit_policies_nothing_is_clean_and_all_is_judged_once_they_are(
    web: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    write(folder, when="content.txt == ''")
    bench = bench_at(
        folder, bases=REGISTER.built_in(), budget_seconds=5.0, clock=web.house.clock.now
    )
    panel = Panel([FromTest({EVERYBODY: [Tokens()]})], budget_seconds=5.0, bench=bench)
    await panel.refresh()
    room = detection_on(web.house, panel=panel)
    web.client = client_on(web, room=room)
    platform = Platform(web, detector=Tokens(), room=room)
    await platform.post("tok-rule")
    assert await platform.looks() == [("unavailable", "no_policies", "public_content")]
    write(folder)
    await panel.refresh()
    assert await platform.work() == 1
    assert [result for result, _, _ in await platform.looks()] == ["unavailable", "match"]


async def test_a_policy_on_events_that_nobody_asks_about_is_red(
    platform: Platform, tmp_path: Path
) -> None:
    edge = POLICY.format(when="edge.kind == 'follow'", event="edge")
    edge = edge.replace("content_id: p, account_id: a, kind: post, text: tok-rule", "kind: follow")
    edge = edge.replace("content_id: p, account_id: a, kind: post, text: x", "kind: other")
    (tmp_path / "rules" / "b.yaml").write_text(
        edge.replace("minor-says-token", "followed"), encoding="utf-8"
    )
    await platform.room.panel.refresh()
    red = [(each.name, each.why) for each in await platform.room.panel.standings() if not each.ok]
    assert red == [("rule followed", "event_never_asked")]
