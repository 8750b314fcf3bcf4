"""Who tries out what is listed is shut out; who is merely refused something is not."""

import random
from collections.abc import Iterator

import pytest

from benchmarks.guard_probing import GUISES, Guise, probed, shut_out, world
from tutela.guard.asking import (
    ALLOWED,
    Item,
    ItemKind,
    Reason,
    Result,
    Surface,
    Verdict,
)
from tutela.guard.probing import Limits, Trait, Watch, Word, refuse_all, words_asked

REFUSED = Result(verdict=Verdict.BLOCK, reason=Reason.LISTED)
LIMITS = Limits()


def tokens(count: int, *, seed: int = 6) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(count):
        yield "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=10))


def refused_in_turn(watch: Watch, *, words: Iterator[str], every_seconds: float = 1.0) -> int:
    """How many refused words, one a call, a viewer learns before it is shut out."""
    for number, word in enumerate(words):
        asked = [Word(word, is_refused=True)]
        if watch.viewer_asked("v", words=asked, seconds=number * every_seconds) is not None:
            return number
    return -1


def test_a_viewer_that_is_refused_many_different_words_is_found() -> None:
    assert refused_in_turn(Watch(), words=tokens(100)) == LIMITS.probes_at_once


def test_patience_helps_nobody() -> None:
    day = 86_400.0
    learnt = refused_in_turn(Watch(), words=tokens(2_000), every_seconds=60.0)
    assert 0 < learnt <= LIMITS.probes_at_once + LIMITS.probes_per_day * learnt * 60.0 / day


def test_the_same_refused_word_again_and_again_is_no_probing() -> None:
    watch = Watch()
    for number in range(500):
        asked = [Word("zorvaplim", is_refused=True)]
        assert watch.viewer_asked("v", words=asked, seconds=number * 2.0) is None


def test_completions_of_one_beginning_are_refused_together() -> None:
    watch = Watch()
    completions = [Word(f"zorvaplim {word}", is_refused=True) for word in tokens(10)]
    for seconds in range(8):
        assert watch.viewer_asked("v", words=completions, seconds=seconds) is None


def test_a_call_that_asks_for_hundreds_learns_nothing() -> None:
    asked = [Word(word, is_refused=True) for word in tokens(200)]
    assert Watch().viewer_asked("v", words=asked, seconds=0.0) is Trait.REFUSED


def test_spellings_near_to_a_refused_word_are_found_although_they_pass() -> None:
    watch, word = Watch(), "zorvaplimquet"
    assert watch.viewer_asked("v", words=[Word(word, is_refused=True)], seconds=0.0) is None
    variants = [word[:at] + "x" + word[at + 1 :] for at in range(len(word))]
    traits = [
        watch.viewer_asked("v", words=[Word(variant, is_refused=False)], seconds=1.0 + at)
        for at, variant in enumerate(variants)
    ]
    assert Trait.NEAR_MISS in traits


def test_other_words_after_a_refusal_are_nobodys_business() -> None:
    watch = Watch()
    watch.viewer_asked("v", words=[Word("zorvaplim", is_refused=True)], seconds=0.0)
    for number, word in enumerate(tokens(400)):
        asked = [Word(word, is_refused=False)]
        assert watch.viewer_asked("v", words=asked, seconds=number * 2.0) is None


def test_more_calls_than_a_person_makes_are_found() -> None:
    watch = Watch()
    traits = {
        watch.viewer_asked("v", words=[Word("garden", is_refused=False)], seconds=number * 0.1)
        for number in range(2_000)
    }
    assert traits == {None, Trait.MANY}


def test_each_time_a_viewer_is_shut_out_for_longer() -> None:
    watch = Watch()
    assert [watch.shut("v", seconds=seconds) for seconds in (0.0, 2_000.0, 5_000.0)] == [
        900.0,
        1_800.0,
        3_600.0,
    ]
    month = 31 * 86_400.0
    assert watch.is_shut("v", seconds=8_599.0)
    assert not watch.is_shut("v", seconds=8_601.0)
    assert not watch.is_shut("other", seconds=5_000.0)
    assert watch.shut("v", seconds=8_600.0 + month) == 900.0


def test_whoever_was_shut_out_has_no_new_words_to_try_at_once() -> None:
    watch = Watch()
    known = [Word("zorvaplim", is_refused=True)]
    assert watch.viewer_asked("v", words=known, seconds=0.0) is None
    watch.shut("v", seconds=0.0)
    assert watch.viewer_asked("v", words=known, seconds=901.0) is None
    other = [Word("quibdrastel", is_refused=True)]
    assert watch.viewer_asked("v", words=other, seconds=902.0) is Trait.REFUSED


def test_what_another_process_found_holds_here() -> None:
    watch = Watch()
    watch.hear("v", until=100.0)
    assert watch.is_shut("v", seconds=99.0)
    assert not watch.is_shut("v", seconds=101.0)


def test_memory_has_a_bound_however_many_come() -> None:
    watch = Watch(Limits(viewers_max=10))
    for viewer in range(1_000):
        words = [Word(word, is_refused=True) for word in tokens(2, seed=viewer)]
        watch.viewer_asked(viewer, words=words, seconds=0.0)
        watch.shut(f"s{viewer}", seconds=0.0)
        watch.token_asked(viewer, words=words, seconds=0.0)
    held = (watch._calls, watch._refused, watch._shut, watch._tokens)  # noqa: SLF001 - its bound is what this is about
    assert [len(rows) for rows in held] == [10, 10, 10, 10]


def test_no_word_is_held() -> None:
    watch = Watch()
    watch.viewer_asked("v", words=[Word("zorvaplim", is_refused=True)], seconds=0.0)
    watch.token_asked("t", words=[Word("zorvaplim", is_refused=True)], seconds=0.0)
    assert "zorva" not in repr(vars(watch))


def test_a_token_that_is_refused_many_words_is_told_of_once_in_a_window() -> None:
    watch = Watch()

    def asked(at: int, *, seconds: float) -> Trait | None:
        words = [Word(word, is_refused=True) for word in tokens(100, seed=at)]
        return watch.token_asked("t", words=words, seconds=seconds)

    assert [asked(at, seconds=at) for at in range(5)] == [Trait.REFUSED, None, None, None, None]
    assert [asked(at, seconds=1_000 + at) for at in range(3)] == [Trait.REFUSED, None, None]


def test_a_large_platform_with_few_refusals_is_no_prober() -> None:
    watch = Watch()
    for at in range(10):
        words = [Word(word, is_refused=True) for word in tokens(50, seed=at)]
        words += [Word("garden", is_refused=False)] * 20_000
        assert watch.token_asked("t", words=words, seconds=at) is None


@pytest.mark.parametrize(
    ("surface", "counted"),
    [
        (Surface.SEARCH, 2),
        (Surface.TYPEAHEAD, 2),
        (Surface.HASHTAG, 2),
        (Surface.RECOMMENDATION, 0),
    ],
)
def test_only_words_where_a_person_chooses_them_count(surface: Surface, counted: int) -> None:
    items = [
        Item(kind=ItemKind.TEXT, value="a"),
        Item(kind=ItemKind.TAG, value="b"),
        Item(kind=ItemKind.CONTENT, value="c"),
        Item(kind=ItemKind.TEXT, value="d"),
    ]
    unknown = Result(verdict=Verdict.BLOCK, reason=Reason.UNAVAILABLE)
    found = words_asked(surface, items=items, results=[REFUSED, ALLOWED, REFUSED, unknown])
    assert len(found) == counted
    if counted:
        assert [word.is_refused for word in found] == [True, False]


def test_whoever_is_shut_out_is_told_the_same_of_everything() -> None:
    assert refuse_all(3) == [Result(verdict=Verdict.BLOCK, reason=Reason.TOO_MANY)] * 3


@pytest.mark.parametrize("guise", [each for each in GUISES if each.is_bounded], ids=str)
def test_in_whatever_guise_a_prober_learns_little_and_is_told_of(guise: Guise) -> None:
    found = world(300, queries=3_000)
    learnt = probed(found, guise=guise)
    assert len(learnt.listed) <= 47
    assert learnt.alarms > 0


@pytest.mark.parametrize("guise", [each for each in GUISES if not each.is_bounded], ids=str)
def test_a_prober_with_many_names_or_none_is_told_of(guise: Guise) -> None:
    assert probed(world(300, queries=3_000), guise=guise).alarms > 0


def test_people_who_just_search_are_not_shut_out() -> None:
    assert shut_out(world(300, queries=3_000), people=200) == 0
