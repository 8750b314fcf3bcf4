from tutela.cli.children import LAST_PAUSE_SECONDS, pause_seconds


def test_the_first_quick_death_costs_no_pause_and_the_later_ones_more_and_more() -> None:
    pauses = [pause_seconds(deaths) for deaths in range(10)]
    assert pauses[:2] == [0.0, 0.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LAST_PAUSE_SECONDS


def test_a_child_that_dies_for_hours_does_not_take_its_supervisor_along() -> None:
    assert pause_seconds(100_000) == LAST_PAUSE_SECONDS
