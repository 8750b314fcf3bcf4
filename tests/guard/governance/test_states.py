"""Where entries, objections and switches can go, and where they can't."""

from enum import StrEnum

import pytest

from tutela.domain.guard import (
    ASKED,
    ENDING,
    EntryEvent,
    EntryState,
    ObjectionState,
    SwitchState,
)
from tutela.domain.states import STATE_TABLES, IllegalTransition, transition

OVER = [
    EntryState.REJECTED,
    EntryState.LAPSED,
    EntryState.EXPIRED,
    EntryState.WITHDRAWN,
    ObjectionState.GRANTED,
    ObjectionState.UPHELD,
    SwitchState.OPENED,
]


@pytest.mark.parametrize("kind", [EntryState, ObjectionState, SwitchState])
def test_only_what_is_over_has_no_way_on(kind: type[StrEnum]) -> None:
    left = {before for (before, _), after in STATE_TABLES[kind].moves.items() if before != after}
    assert {state for state in kind if state not in left} == {
        state for state in OVER if isinstance(state, kind)
    }


@pytest.mark.parametrize("event", [EntryEvent.APPROVED, EntryEvent.REJECTED, EntryEvent.TAKEN_BACK])
def test_an_answer_is_given_to_what_was_asked_and_to_nothing_else(event: EntryEvent) -> None:
    for state in EntryState:
        if state in ASKED:
            assert transition(state, event=event) is not state
        else:
            with pytest.raises(IllegalTransition):
                transition(state, event=event)


def test_whatever_was_in_force_once_comes_to_its_end() -> None:
    for state in ENDING:
        assert transition(state, event=EntryEvent.EXPIRED) is EntryState.EXPIRED


def test_nothing_asked_waits_for_ever_and_one_word_alone_lasts_no_longer_than_that() -> None:
    after = {state: transition(state, event=EntryEvent.LAPSED) for state in ASKED}
    assert after == {
        EntryState.PROPOSED: EntryState.LAPSED,
        EntryState.PROVISIONAL: EntryState.LAPSED,
        EntryState.LEAVING: EntryState.LIVE,
        EntryState.SUSPENDED: EntryState.LIVE,
    }
