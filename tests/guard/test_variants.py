"""What `make bench-guard` shows at full size, at a small one."""

import random

import pytest

from benchmarks import guard, guard_queries
from benchmarks.evasions import NINETEEN
from tutela.guard.asking import Surface, Verdict
from tutela.guard.deciding import Decider

CHANCE = random.Random(6)


@pytest.fixture(scope="module")
def held() -> Decider:
    return guard.built(1_500, seed=6)


def test_listed_words_are_blocked_in_every_class_and_with_affixes(held: Decider) -> None:
    words = [text.value for text in held.snapshot.texts if text.value.isalpha()]
    shares = guard.recall(held, words=CHANCE.sample(words, 15), chance=CHANCE)
    undone = {name: shares[name] for name in (*NINETEEN, *guard_queries.AFFIXES)}
    assert undone == dict.fromkeys(undone, 1.0)
    assert set(shares) > set(undone) | set(guard_queries.MISSPELT)


def test_benign_queries_of_many_languages_are_let_through(held: Decider) -> None:
    queries = CHANCE.sample(guard.controls(held.snapshot.texts, chance=CHANCE), 3_000)
    assert all(count <= 3 for count in guard.harm(held, queries=queries).values())


def test_what_a_mix_calls_blocked_is_and_however_it_is_written(held: Decider) -> None:
    mixes = guard.mixes(held.snapshot.texts, count=200, chance=random.Random(7))
    blocked = mixes["blocked, plain"] + mixes["blocked, variants"]
    assert {held.verdict(Surface.SEARCH, text).verdict for text in blocked} == {Verdict.BLOCK}
    assert len(mixes["realistic mix"]) > 150
