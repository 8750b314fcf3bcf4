"""Every state and every event: what leads where, and what is refused."""

from enum import StrEnum
from itertools import product

import pytest

from tutela.domain.states import (
    STATE_TABLES,
    CaseEvent,
    CaseState,
    DecisionEvent,
    DecisionState,
    Event,
    FilingEvent,
    FilingState,
    IllegalTransition,
    IncidentEvent,
    IncidentState,
    ItemEvent,
    ItemState,
    MeasureEvent,
    MeasureState,
    OutboxEvent,
    OutboxState,
    StateTable,
    transition,
)

AnyState = (
    ItemState | CaseState | DecisionState | MeasureState | OutboxState | IncidentState | FilingState
)

IN_FORCE = [
    MeasureState.DECIDED,
    MeasureState.ACCEPTED,
    MeasureState.CONFIRMED,
    MeasureState.FAILED,
]
ON_THE_WAY_OUT = [MeasureState.RECALLED, MeasureState.RECALL_ACCEPTED, MeasureState.LIFTED]

#: Triples and no mapping: members of different lists with one value are equal.
MOVES: list[tuple[AnyState, Event, AnyState]] = [
    (ItemState.OPEN, ItemEvent.DECIDED, ItemState.ANSWERED),
    (ItemState.OPEN, ItemEvent.ESCALATED, ItemState.OPEN),
    (CaseState.OPEN, CaseEvent.ITEM_ADDED, CaseState.OPEN),
    (CaseState.OPEN, CaseEvent.ANSWERED_IN_PART, CaseState.OPEN),
    (CaseState.OPEN, CaseEvent.ESCALATED, CaseState.OPEN),
    (CaseState.OPEN, CaseEvent.ANSWERED, CaseState.DECIDED),
    (CaseState.DECIDED, CaseEvent.FINISHED, CaseState.CLOSED),
    (DecisionState.TAKEN, DecisionEvent.REVERSED, DecisionState.UNDONE),
    (MeasureState.DECIDED, MeasureEvent.APPLY_ACCEPTED, MeasureState.ACCEPTED),
    *(
        (state, MeasureEvent.APPLY_ACCEPTED, state)
        for state in MeasureState
        if state is not MeasureState.DECIDED
    ),
    *((state, MeasureEvent.APPLIED, MeasureState.CONFIRMED) for state in IN_FORCE),
    *((state, MeasureEvent.NOT_APPLIED, MeasureState.FAILED) for state in IN_FORCE),
    *((state, MeasureEvent.UNDONE, MeasureState.FAILED) for state in IN_FORCE),
    *((state, MeasureEvent.RECALLED, MeasureState.RECALLED) for state in IN_FORCE),
    (MeasureState.RECALLED, MeasureEvent.UNDO_ACCEPTED, MeasureState.RECALL_ACCEPTED),
    (MeasureState.RECALL_ACCEPTED, MeasureEvent.UNDO_ACCEPTED, MeasureState.RECALL_ACCEPTED),
    (MeasureState.LIFTED, MeasureEvent.UNDO_ACCEPTED, MeasureState.LIFTED),
    *((state, MeasureEvent.UNDONE, MeasureState.LIFTED) for state in ON_THE_WAY_OUT),
    *((state, MeasureEvent.APPLIED, state) for state in ON_THE_WAY_OUT),
    *((state, MeasureEvent.NOT_APPLIED, state) for state in ON_THE_WAY_OUT),
    (OutboxState.DUE, OutboxEvent.ACCEPTED, OutboxState.DELIVERED),
    (OutboxState.DUE, OutboxEvent.FAILED, OutboxState.DUE),
    (OutboxState.DUE, OutboxEvent.EXHAUSTED, OutboxState.DEAD),
    (OutboxState.DEAD, OutboxEvent.REVIVED, OutboxState.DUE),
    (IncidentState.OPENED, IncidentEvent.REPLAYED, IncidentState.REPLAYED),
    (IncidentState.REPLAYED, IncidentEvent.TOLD, IncidentState.TOLD),
    (FilingState.DUE, FilingEvent.EXEMPTED, FilingState.NEVER),
    (FilingState.DUE, FilingEvent.TAKEN, FilingState.FILED),
    (FilingState.DUE, FilingEvent.POSTPONED, FilingState.DUE),
    (FilingState.DUE, FilingEvent.STOPPED, FilingState.HELD),
    (FilingState.DUE, FilingEvent.REFUSED, FilingState.REFUSED),
    (FilingState.HELD, FilingEvent.RELEASED, FilingState.DUE),
    (FilingState.REFUSED, FilingEvent.RELEASED, FilingState.DUE),
]

STATES: list[AnyState] = [
    *ItemState,
    *CaseState,
    *DecisionState,
    *MeasureState,
    *OutboxState,
    *IncidentState,
    *FilingState,
]
EVENTS: list[Event] = [
    *ItemEvent,
    *CaseEvent,
    *DecisionEvent,
    *MeasureEvent,
    *OutboxEvent,
    *IncidentEvent,
    *FilingEvent,
]
FINAL = [
    ItemState.ANSWERED,
    CaseState.CLOSED,
    DecisionState.UNDONE,
    MeasureState.LIFTED,
    OutboxState.DELIVERED,
    IncidentState.TOLD,
    FilingState.FILED,
    FilingState.NEVER,
]


def same(one: object, *, other: object) -> bool:
    return type(one) is type(other) and one == other


def expected(state: AnyState, *, event: Event) -> AnyState | None:
    for before, happening, after in MOVES:
        if same(before, other=state) and same(happening, other=event):
            return after
    return None


def exits(table: StateTable, *, state: StrEnum) -> set[StrEnum]:
    return {after for (before, _), after in table.moves.items() if before is state}


@pytest.mark.parametrize(("state", "event"), list(product(STATES, EVENTS)), ids=repr)
def test_a_pair_leads_where_the_table_says_or_is_refused(state: AnyState, event: Event) -> None:
    after = expected(state, event=event)
    if after is not None:
        assert transition(state, event=event) is after
        return
    with pytest.raises(IllegalTransition) as refusal:
        transition(state, event=event)
    assert refusal.value.evidence == {"state": state.value, "event": event.value}
    assert (refusal.value.code, refusal.value.status) == ("illegal_state", 409)


@pytest.mark.parametrize("kind", STATE_TABLES, ids=lambda kind: kind.__name__)
def test_every_state_is_reached_from_the_first(kind: type[StrEnum]) -> None:
    table = STATE_TABLES[kind]
    reached = {table.initial}
    for _ in kind:
        reached |= {after for state in reached for after in exits(table, state=state)}
    assert reached == set(kind)


@pytest.mark.parametrize("state", STATES, ids=repr)
def test_a_state_has_a_way_out_unless_it_is_final(state: AnyState) -> None:
    onward = exits(STATE_TABLES[type(state)], state=state) - {state}
    assert bool(onward) == (not any(same(state, other=final) for final in FINAL))


@pytest.mark.parametrize("kind", STATE_TABLES, ids=lambda kind: kind.__name__)
def test_every_event_has_a_use(kind: type[StrEnum]) -> None:
    table = STATE_TABLES[kind]
    assert {event for _, event in table.moves} == set(table.events)


def test_a_message_that_died_is_sent_again_only_by_a_person() -> None:
    assert [event for event in OutboxEvent if _allowed(OutboxState.DEAD, event=event)] == [
        OutboxEvent.REVIVED
    ]


def test_a_case_closes_only_after_its_last_item_was_answered() -> None:
    assert [state for state in CaseState if _allowed(state, event=CaseEvent.FINISHED)] == [
        CaseState.DECIDED
    ]


def _allowed(state: AnyState, *, event: Event) -> bool:
    return expected(state, event=event) is not None
