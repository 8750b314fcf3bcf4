"""What two people put in force is asked about content, tried on it before, and off at once."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from tests.detection.pipeline.test_events import Platform, client_on
from tests.detection.pipeline.test_judging import write
from tests.fixtures.deciding import claimed, decided, dismissal
from tests.fixtures.detectors import Given, Tokens, detection_on
from tests.fixtures.governing import person
from tests.fixtures.ruling import (
    WHY,
    WIDER,
    governed,
    in_shadow,
    live,
    proposed,
    rule_room,
    rule_text,
)
from tests.fixtures.site import Site
from tutela.access.roles import Forbidden
from tutela.access.tokens import Caller
from tutela.detection.pipeline.judging import Kept, bench_at
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.standings import EVERYBODY
from tutela.detection.rules.findings import Finding, RulesUnfit
from tutela.detection.rules.governing import due, in_force, previewing, switching
from tutela.detection.rules.governing.precision import precision
from tutela.detection.rules.governing.proposing import RuleProposal, propose
from tutela.detection.rules.governing.room import RuleTaken, RuleUnfit, UnknownRule
from tutela.detection.rules.governing.switching import RuleSwitchAsked
from tutela.domain.rules import RuleSwitchState
from tutela.domain.vocabulary import Role
from tutela.law.detection import REGISTER

Two = tuple[Caller, Caller]


async def platform_on(web: Site, *, files: Path | None) -> Platform:
    house = web.house
    bench = bench_at(
        files,
        bases=REGISTER.built_in(),
        budget_seconds=5.0,
        clock=house.clock.now,
        kept=Kept(pool=house.pool, keys=house.keys),
    )
    detector = Tokens()
    panel = Panel([Given({EVERYBODY: [detector]})], budget_seconds=5.0, bench=bench)
    await panel.refresh()
    room = detection_on(house, panel=panel)
    web.client = client_on(web, room=room)
    return Platform(web, detector=detector, room=room)


@pytest_asyncio.fixture
async def platform(web: Site) -> Platform:
    """A platform that tells of content, and a process that asks what people keep; no files."""
    return await platform_on(web, files=None)


@pytest_asyncio.fixture
async def two(web: Site) -> Two:
    """Two leads."""
    return await person(web.house, name="lead-1"), await person(web.house, name="lead-2")


async def said(platform: Platform) -> list[dict[str, Any]]:
    rows = await platform.web.house.rows("SELECT signals FROM content_look ORDER BY id")
    return [{each["detector"]: each["result"] for each in signals} for (signals,) in rows]


async def red(platform: Platform) -> list[tuple[str, str | None]]:
    found = await platform.room.panel.standings()
    return [(each.name, each.why) for each in found if not each.ok]


def switched(policy: str, *, mode: RuleSwitchState, hours: int = 24) -> RuleSwitchAsked:
    return RuleSwitchAsked(policy=policy, mode=mode, reason=WHY, hours=hours)


OFF, ON = RuleSwitchState.OFF, RuleSwitchState.ON


async def test_a_live_version_opens_a_case_and_one_in_shadow_none(
    platform: Platform, two: Two
) -> None:
    house, panel = platform.web.house, platform.room.panel
    version_id = await in_shadow(house, by=two)
    await panel.refresh()
    await platform.post("tok-kept")
    assert await platform.work() == 0
    assert [each["tokens"] for each in await said(platform)] == ["no_match"]
    await live(house, by=two, text=rule_text(version=2))
    await panel.refresh()
    await platform.post("tok-kept")
    assert (await said(platform))[-1] == {"tokens": "no_match", "rules": "match"}
    assert await platform.work() == 1
    assert await platform.cases() == [("scams", "general", "automated", 1)]
    assert version_id is not None


@pytest.mark.parametrize("policy", ["says-token", "all"])
async def test_the_switch_turns_it_off_at_the_next_look_and_time_turns_it_on(
    platform: Platform, two: Two, policy: str
) -> None:
    house, panel, room = platform.web.house, platform.room.panel, rule_room(platform.web.house)
    await live(house, by=two)
    await switching.throw(room, caller=two[0], asked=switched(policy, mode=OFF, hours=2))
    await panel.refresh()
    await platform.post("tok-kept")
    assert (await said(platform))[-1] == {"tokens": "no_match"}
    assert ("rules" if policy == "all" else "rule says-token", "switched_off") in await red(
        platform
    )
    house.clock.ahead += timedelta(hours=3)
    assert await due.settle_all(room) == 1
    await panel.refresh()
    await platform.post("tok-kept")
    assert (await said(platform))[-1]["rules"] == "match"
    assert await red(platform) == []


async def test_whoever_may_turns_it_on_again_and_every_act_is_written_down(
    platform: Platform, two: Two
) -> None:
    house, room = platform.web.house, rule_room(platform.web.house)
    officer = await person(house, name="compliance-1", role=Role.COMPLIANCE)
    reviewer = await person(house, name="reviewer-1", role=Role.REVIEWER)
    await live(house, by=two)
    with pytest.raises(Forbidden):
        await switching.throw(room, caller=reviewer, asked=switched("all", mode=OFF))
    with pytest.raises(UnknownRule):
        await switching.throw(room, caller=officer, asked=switched("another", mode=OFF))
    blank = RuleSwitchAsked(policy="all", mode=OFF, reason=" ")
    with pytest.raises(RuleUnfit):
        await switching.throw(room, caller=officer, asked=blank)
    found = await switching.throw(room, caller=officer, asked=switched("says-token", mode=OFF))
    assert [(each.policy, each.off_by) for each in found.off] == [("says-token", "compliance-1")]
    kept = await switching.throw(room, caller=two[0], asked=switched("says-token", mode=OFF))
    assert [each.kept_by for each in kept.off] == ["lead-1"]
    assert (
        await switching.throw(room, caller=two[1], asked=switched("says-token", mode=ON))
    ).off == []
    events = await house.rows("SELECT event, person FROM rule_change ORDER BY at, id OFFSET 3")
    assert events == [
        ("switched_off", "compliance-1"),
        ("switch_kept", "lead-1"),
        ("switched_on", "lead-2"),
    ]


async def test_another_services_policies_and_switches_are_not_ours(
    platform: Platform, two: Two
) -> None:
    house = platform.web.house
    await live(house, by=two)
    await house.rows("UPDATE rule_version SET service = 'elsewhere'")
    await platform.room.panel.refresh()
    await platform.post("tok-kept")
    assert await said(platform) == [{"tokens": "no_match"}]


async def test_files_and_people_judge_side_by_side_and_the_files_keep_their_names(
    web: Site, two: Two, tmp_path: Path
) -> None:
    write(tmp_path)
    platform = await platform_on(web, files=tmp_path)
    await live(web.house, by=two)
    await platform.room.panel.refresh()
    await platform.post("tok-rule")
    await platform.post("tok-kept")
    assert [each["rules"] for each in await said(platform)] == ["match", "match"]
    await switching.throw(
        platform.room.ruling, caller=two[0], asked=switched("minor-says-token", mode=OFF)
    )
    await platform.room.panel.refresh()
    await platform.post("tok-rule")
    assert (await said(platform))[-1] == {"tokens": "no_match", "rules": "no_match"}
    text = rule_text(policy="minor-says-token", version=9)
    proposal = RuleProposal(text=text, reason=WHY)
    with pytest.raises(RuleTaken):
        await propose(platform.room.ruling, caller=two[0], proposal=proposal)


async def test_a_version_that_is_not_fit_any_more_is_red_and_nothing_is_clean(
    platform: Platform, two: Two
) -> None:
    await live(platform.web.house, by=two)
    await platform.web.house.rows("UPDATE rule_version SET sealed_body = sealed_key")
    await platform.room.panel.refresh()
    await platform.post("x")
    assert await said(platform) == [{"tokens": "no_match", "rules": "unavailable"}]
    assert [why for _, why in await red(platform)] == ["unfit"]


async def test_a_preview_says_what_would_have_been_and_where_it_differs_and_masks_ids(
    platform: Platform, two: Two
) -> None:
    house, room = platform.web.house, rule_room(platform.web.house)
    await live(house, by=two)
    for text in ("tok-kept", "tok-other", "x"):
        await platform.post(text)
    await platform.post("tok-private", visibility="interpersonal")
    asked = await proposed(house, by=two[0], text=rule_text(version=2, when=WIDER))
    found = await previewing.preview(room, caller=two[1], version_id=UUID(asked.id))
    assert (found.events, found.matches, found.no_matches, found.unavailable) == (3, 2, 1, 0)
    assert (found.live_version, found.live_only, found.this_only) == (1, 0, 1)
    assert found.share == pytest.approx(2 / 3, abs=1e-6)
    assert found.examples[0].live is not None
    ids = await house.rows("SELECT count(*) FROM rule_event")
    assert ids == [(3,)]
    assert all("…" in each.content for each in found.examples)
    house.clock.ahead += timedelta(days=8)
    later = await previewing.preview(room, caller=two[1], version_id=UUID(asked.id))
    assert later.events == 0


async def test_precision_is_told_by_policy_and_language_from_what_people_decided(
    platform: Platform, two: Two
) -> None:
    house, room = platform.web.house, rule_room(platform.web.house)
    await live(house, by=two)
    await platform.room.panel.refresh()
    await platform.post("tok-kept", language="de-AT")
    assert await platform.work() == 1
    assert (await precision(room, caller=two[0])).policies == []
    lease = await claimed(house, reviewer=two[0])
    items = await house.rows("SELECT notice_id::text || '.' || ordinal FROM item")
    body = dismissal(lease, items=[items[0][0]])
    await decided(house, reviewer=two[0], lease=lease, body=body)
    await house.rows("UPDATE rule_version SET precision_min = 0.9")
    (found,) = (await precision(room, caller=two[0])).policies
    assert (found.policy, found.all.acted, found.all.dismissed) == ("says-token", 0, 1)
    assert [each.language for each in found.by_language] == ["de"]
    assert (found.precision_min, found.below) == (0.9, found.all.high < 0.9)


async def test_versions_that_do_not_fit_together_say_so_and_hold_up_no_switch(
    web: Site, two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> None:
        raise RulesUnfit([Finding(file="kept", message="no longer fit together")])

    await live(web.house, by=two)
    await switching.throw(rule_room(web.house), caller=two[0], asked=switched("all", mode=OFF))
    monkeypatch.setattr(in_force, "check", refused)
    kept = governed(web.house)
    await kept.refresh()
    ruling = kept.of("main/main")
    assert ruling is not None
    assert (kept.is_unread, ruling.all_off, ruling.policies) == (False, True, None)
    assert [each.policy for each in ruling.broken] == ["says-token"]
