"""Lanes and their shares: danger first, nothing starves, nobody buys a place by ticking a box."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.domain.harm import HarmFamily
from tutela.domain.lanes import LANE_SHARES, LANE_STRIDES, Lane, lane, next_turn
from tutela.domain.vocabulary import Channel

FLAGGING = {Channel.TRUSTED_FLAGGER, Channel.HOTLINE, Channel.AUTHORITY}
ALL = frozenset(Lane)
WINDOW = sum(LANE_SHARES.values())

lane_sets = st.sets(st.sampled_from(Lane), min_size=1)
histories = st.lists(lane_sets, max_size=60)
past_passes = st.fixed_dictionaries(
    {member: st.integers(0, LANE_STRIDES[member]) for member in Lane}
)


def picks(work: Iterable[Collection[Lane]], *, passes: dict[Lane, int] | None = None) -> list[Lane]:
    """The lanes served, one for each set of lanes with work."""
    served = []
    current: dict[Lane, int] = passes or {}
    for with_work in work:
        turn = next_turn(current, with_work=with_work)
        assert turn is not None
        served.append(turn.lane)
        current = dict(turn.passes)
    return served


def longest_gap(served: Sequence[Lane], *, of: Lane) -> int:
    """The most picks that went to others in a row."""
    places = [-1, *(index for index, member in enumerate(served) if member is of), len(served)]
    return max(later - earlier - 1 for earlier, later in pairwise(places))


def test_the_shares_are_of_a_hundred_and_every_lane_has_one() -> None:
    assert WINDOW == 100
    assert set(LANE_SHARES) == ALL
    assert all(share > 0 for share in LANE_SHARES.values())


def test_strides_are_in_exact_inverse_proportion_to_shares() -> None:
    assert len({LANE_STRIDES[member] * LANE_SHARES[member] for member in Lane}) == 1


def test_where_no_lane_has_work_there_is_no_turn() -> None:
    assert next_turn({Lane.DANGER: 2}, with_work=()) is None


def test_the_most_urgent_lane_is_served_first_when_all_are_due() -> None:
    assert picks([ALL] * 4) == list(Lane)


@given(passes=past_passes, earlier=histories, with_work=lane_sets)
def test_only_a_lane_with_work_is_served(
    passes: dict[Lane, int], earlier: list[set[Lane]], with_work: set[Lane]
) -> None:
    assert picks([*earlier, with_work], passes=passes)[-1] in with_work


@given(passes=past_passes, earlier=histories, skipped=st.integers(0, 250))
def test_with_all_lanes_full_each_gets_its_share_of_any_hundred_within_one_pick(
    passes: dict[Lane, int], earlier: list[set[Lane]], skipped: int
) -> None:
    served = picks([*earlier, *[ALL] * (skipped + WINDOW)], passes=passes)
    counts = Counter(served[len(earlier) + skipped :])
    assert all(abs(counts[member] - share) <= 1 for member, share in LANE_SHARES.items())


@given(
    passes=past_passes,
    flooded=st.sampled_from(Lane),
    others=st.lists(st.sets(st.sampled_from(Lane)), min_size=WINDOW, max_size=WINDOW),
    waiting=st.sampled_from(Lane),
)
def test_a_lane_with_work_gets_its_share_whatever_floods_the_others(
    passes: dict[Lane, int], flooded: Lane, others: list[set[Lane]], waiting: Lane
) -> None:
    served = picks([{flooded, waiting, *rest} for rest in others], passes=passes)
    assert Counter(served)[waiting] >= LANE_SHARES[waiting] - 1


@given(
    passes=past_passes,
    work=st.lists(st.sets(st.sampled_from(Lane)), max_size=120),
    of=st.sampled_from(Lane),
)
def test_no_lane_with_work_waits_longer_than_its_stride_allows(
    passes: dict[Lane, int], work: list[set[Lane]], of: Lane
) -> None:
    served = picks([{of, *rest} for rest in work], passes=passes)
    others = [member for member in Lane if member is not of]
    bound = sum(LANE_STRIDES[of] // LANE_STRIDES[member] + 1 for member in others)
    assert longest_gap(served, of=of) <= bound


@given(idle_picks=st.integers(1, 400), idle=st.sampled_from(Lane))
def test_an_idle_lane_earns_no_credit(idle_picks: int, idle: Lane) -> None:
    served = picks([*[ALL - {idle}] * idle_picks, *[ALL] * WINDOW])
    assert abs(Counter(served[idle_picks:])[idle] - LANE_SHARES[idle]) <= 1


@given(passes=past_passes, work=st.lists(lane_sets, min_size=1, max_size=200))
def test_passes_name_every_lane_and_never_grow_beyond_a_stride(
    passes: dict[Lane, int], work: list[set[Lane]]
) -> None:
    for with_work in work:
        turn = next_turn(passes, with_work=with_work)
        assert turn is not None
        passes = dict(turn.passes)
        assert set(passes) == ALL
        assert all(0 <= ahead <= LANE_STRIDES[member] for member, ahead in passes.items())


def test_a_lone_lane_is_served_every_time() -> None:
    assert picks([{Lane.GENERAL}] * 20) == [Lane.GENERAL] * 20


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("family", HarmFamily)
@pytest.mark.parametrize("possible_minor", [True, False])
def test_claimed_danger_goes_before_everything(
    *, channel: Channel, family: HarmFamily, possible_minor: bool
) -> None:
    chosen = lane(
        channel=channel, family=family, imminent_danger=True, possible_minor=possible_minor
    )
    assert chosen is Lane.DANGER


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("family", HarmFamily)
def test_a_possible_minor_goes_before_the_senders_standing(
    channel: Channel, family: HarmFamily
) -> None:
    chosen = lane(channel=channel, family=family, imminent_danger=False, possible_minor=True)
    assert chosen is Lane.CHILD_SAFETY


@pytest.mark.parametrize("channel", Channel)
def test_child_safety_is_its_own_lane_from_every_channel(channel: Channel) -> None:
    chosen = lane(
        channel=channel, family=HarmFamily.CHILD_SAFETY, imminent_danger=False, possible_minor=False
    )
    assert chosen is Lane.CHILD_SAFETY


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("family", [f for f in HarmFamily if f is not HarmFamily.CHILD_SAFETY])
def test_the_rest_goes_by_the_senders_standing(channel: Channel, family: HarmFamily) -> None:
    chosen = lane(channel=channel, family=family, imminent_danger=False, possible_minor=False)
    assert chosen is (Lane.FLAGGED if channel in FLAGGING else Lane.GENERAL)
