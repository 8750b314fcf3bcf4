import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.drills.world.chance import Chance, place_in, place_of_pair

PLACES = np.arange(100_000)


def test_the_draws_are_those_of_splitmix64() -> None:
    """The values that Vigna's splitmix64.c gives for the seed 1234567."""
    assert Chance(1234567).words(np.arange(5)).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_a_draw_depends_on_seed_purpose_and_place_alone() -> None:
    chance = Chance.from_seed(3).of("one")
    assert (chance.words(PLACES)[500:600] == chance.words(PLACES[500:600])).all()
    others = (Chance.from_seed(3).of("other"), Chance.from_seed(4).of("one"))
    assert all((chance.words(PLACES) != other.words(PLACES)).all() for other in others)


@given(bound=st.integers(1, 2**31), seed=st.integers(0, 2**63 - 1))
def test_a_number_below_a_bound_is_below_it(bound: int, seed: int) -> None:
    drawn = Chance.from_seed(seed).below(bound, places=PLACES[:1000])
    assert drawn.min() >= 0
    assert drawn.max() < bound


def test_shares_are_even_and_what_happens_happens_as_often_as_said() -> None:
    chance = Chance.from_seed(1)
    counts = np.bincount(chance.below(10, places=PLACES), minlength=10)
    assert counts / len(PLACES) == pytest.approx(np.full(10, 0.1), abs=0.005)
    assert chance.happens(0.3, places=PLACES).mean() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("times", [2, 4, 8])
def test_a_heavy_tail_falls_with_the_square(times: int) -> None:
    drawn = Chance.from_seed(1).heavy(6, most=1000, places=PLACES)
    assert drawn.min() == 6
    assert (drawn >= 6 * times).mean() == pytest.approx(times**-2, rel=0.1)


def test_an_order_names_everybody_once() -> None:
    assert np.sort(Chance.from_seed(1).order(1000)).tolist() == list(range(1000))


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_a_pair_has_one_place_whichever_is_named_first(one: int, other: int) -> None:
    first, second = np.array([one]), np.array([other])
    assert place_of_pair(first, other=second) == place_of_pair(second, other=first)
    assert (place_in(first, slot=second) == place_in(second, slot=first)) == (one == other)
