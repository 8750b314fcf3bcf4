"""Unknown is not clean: nothing that a detector could not look at is ever read as `no_match`."""

from datetime import date

import pytest
import structlog

from tests.fixtures.detectors import CANARY, LISTED, LISTED_MD5, Digests, Given, Tokens, panel_of
from tests.fixtures.logging_here import log_plainly
from tutela.detection.detectors import Hashes, Item
from tutela.detection.pipeline import looking
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.seeing import Seen, Sight, see
from tutela.domain.events import Visibility
from tutela.domain.signals import Result
from tutela.law.detection import REGISTER, Place

TODAY = date(2026, 11, 22)


def sight(
    text: str | None = None,
    *,
    hashes: Hashes | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Sight:
    return Sight(
        item=Item(surface="post", text=text, hashes=hashes),
        place=Place(service="main/main", surface="post", visibility=visibility, country="DE"),
    )


async def seen(panel: Panel, *sights: Sight, service: str = "main/main") -> list[Seen]:
    return await see(sights, panel=panel, bases=REGISTER.built_in(), service=service, on=TODAY)


async def test_a_match_names_its_entry_and_the_basis_on_which_it_was_found() -> None:
    panel = await panel_of(Tokens())
    found, clean = await seen(panel, sight(f"x {LISTED}"), sight("x"))
    assert (found.result, clean.result) == (Result.MATCH, Result.NO_MATCH)
    assert [each.entry for each in found.signals[0].matches] == ["e-3a"]
    assert found.basis == "public_content"
    assert (found.why, clean.why, clean.may_change) == (None, None, False)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ("raises", "failed"),
        ("hangs", "timed_out"),
        ("short", "broken_answer"),
        ("dead", "canary_missed"),
        ("stale", "list_stale"),
    ],
)
async def test_a_detector_that_is_not_well_says_so_and_nothing_is_clean(
    broken: str, why: str
) -> None:
    detector = Tokens(broken=broken)
    panel = await panel_of(detector, budget_seconds=0.1 if broken == "hangs" else 5.0)
    (unknown,) = await seen(panel, sight("x"))
    assert (unknown.result, unknown.why, unknown.may_change) == (Result.UNAVAILABLE, why, True)
    standings = await panel.standings()
    assert [(each.name, each.ok, each.why) for each in standings] == [("tokens", False, why)]
    detector.broken = None
    detector.hanging.set()
    panel = await panel_of(detector)
    assert [each.ok for each in await panel.standings()] == [True]
    assert [each.result for each in await seen(panel, sight("x"))] == [Result.NO_MATCH]


async def test_another_detectors_match_still_counts_and_what_is_unknown_is_kept() -> None:
    panel = await panel_of(Tokens(broken="raises"), Digests())
    found, unknown = await seen(
        panel,
        sight("x", hashes=Hashes(md5=LISTED_MD5)),
        sight("x", hashes=Hashes(md5="e" * 32)),
    )
    assert (found.result, found.why, found.may_change) == (Result.MATCH, None, True)
    assert (unknown.result, unknown.why) == (Result.UNAVAILABLE, "failed")


async def test_looks_that_hang_take_no_more_than_their_seats() -> None:
    detector = Tokens(broken="hangs")
    panel = await panel_of(detector, budget_seconds=0.1)
    said = [(await seen(panel, sight("x")))[0].why for _ in range(6)]
    assert said == ["timed_out"] * 4 + ["busy"] * 2
    assert len(detector.looked_at) == 4
    detector.hanging.set()


async def test_much_text_is_looked_at_in_portions_until_one_is_late() -> None:
    detector = Tokens()
    panel = await panel_of(detector)
    large = [sight(f"{'x' * 1_500_000} {LISTED if n % 2 else ''}") for n in range(4)]
    assert [each.result for each in await seen(panel, *large)] == ["no_match", "match"] * 2
    assert len(detector.seen) - len(detector.looked_at) == 4
    detector.broken = "hangs"
    detector.seen.clear()
    panel = await panel_of(detector, budget_seconds=0.1)
    assert {each.why for each in await seen(panel, *large)} == {"timed_out"}
    assert len(detector.looked_at) == 1
    detector.hanging.set()


async def test_what_no_detector_looks_at_is_unknown() -> None:
    nothing, digest = sight(), sight(hashes=Hashes(md5="e" * 32))
    panel = await panel_of(Tokens())
    assert [each.why for each in await seen(panel, nothing, digest)] == [
        "nothing_to_look_at",
        "no_detector",
    ]
    assert [each.why for each in await seen(Panel(), sight("x"))] == ["no_detector"]


async def test_a_private_message_reaches_no_detector_where_no_basis_is_in_force() -> None:
    detector = Tokens()
    panel = await panel_of(detector)
    private = sight(f"{LISTED} {CANARY}", visibility=Visibility.INTERPERSONAL)
    (unknown,) = await seen(panel, private)
    assert (unknown.result, unknown.why, unknown.may_change) == (
        Result.UNAVAILABLE,
        "no_legal_basis",
        False,
    )
    assert unknown.basis is None
    assert detector.looked_at == []


async def test_a_detector_looks_for_its_own_service_alone() -> None:
    panel = Panel([Given({"main/other": [Tokens()]})])
    await panel.refresh()
    assert [each.why for each in await seen(panel, sight("x"))] == ["no_detector"]
    (found,) = await seen(panel, sight(LISTED), service="main/other")
    assert found.result is Result.MATCH


async def test_a_source_that_is_away_keeps_its_detectors_and_is_red() -> None:
    source = Given({"main/main": [Tokens()]})
    panel = Panel([source])
    await panel.refresh()
    source.away = True
    await panel.refresh()
    assert [(each.name, each.ok) for each in await panel.standings()] == [
        ("given", False),
        ("tokens", True),
    ]
    assert [each.result for each in await seen(panel, sight("x"))] == [Result.NO_MATCH]


async def test_no_words_of_an_item_reach_the_log_of_a_detector_that_breaks(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log_plainly()
    monkeypatch.setattr(looking, "_log", structlog.get_logger())
    await seen(await panel_of(Tokens(broken="raises")), sight("tok-secret"))
    printed = capsys.readouterr()
    assert "ValueError" in printed.out + printed.err
    assert "tok-secret" not in printed.out + printed.err
