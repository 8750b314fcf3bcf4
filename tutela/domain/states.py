"""States and how they change: by these tables only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from tutela.domain import rules
from tutela.domain.bulk import (
    BULK_MOVES,
    BULK_SUBJECT_MOVES,
    BulkEvent,
    BulkState,
    BulkSubjectEvent,
    BulkSubjectState,
)
from tutela.domain.drift import LEAD_MOVES, LeadEvent, LeadState
from tutela.domain.guard import (
    ENTRY_MOVES,
    OBJECTION_MOVES,
    SWITCH_MOVES,
    EntryEvent,
    EntryState,
    ObjectionEvent,
    ObjectionState,
    SwitchEvent,
    SwitchState,
)
from tutela.domain.interests import INTEREST_MOVES, InterestEvent, InterestState
from tutela.domain.investigations import (
    INVESTIGATION_MOVES,
    InvestigationEvent,
    InvestigationState,
)
from tutela.domain.list_proposals import (
    LIST_PROPOSAL_MOVES,
    ListProposalEvent,
    ListProposalState,
)
from tutela.domain.networks import (
    NETWORK_CASE_MOVES,
    NETWORK_RUN_MOVES,
    NetworkCaseEvent,
    NetworkCaseState,
    NetworkRunEvent,
    NetworkRunState,
)
from tutela.domain.oversight import OVERSIGHT_MOVES, OversightEvent, OversightState
from tutela.domain.quality import LOOK_MOVES, LookEvent, LookState
from tutela.domain.staffing import STAFF_CHANGE_MOVES, StaffChangeEvent, StaffChangeState
from tutela.errors import TutelaError


class ItemState(StrEnum):
    """Where one reported subject of one notice stands; received items = open + answered."""

    #: Waits for a decision that names it.
    OPEN = "open"
    #: A decision named it and its notifier's answer is on the way.
    ANSWERED = "answered"


class ItemEvent(StrEnum):
    """What happens to an item."""

    #: A decision to act or to dismiss named the item.
    DECIDED = "decided"
    #: A decision to escalate named the item: a specialist will decide.
    ESCALATED = "escalated"


class CaseState(StrEnum):
    """Where the case about one subject and one harm family stands."""

    #: Has items without an answer; reviewers see it. A lease or an escalation changes nothing here.
    OPEN = "open"
    #: Every item is answered; measures and messages may still be under way.
    DECIDED = "decided"
    #: Finished for good; a later notice about the same subject opens a new case.
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What happens to a case."""

    #: A notice about the same subject and harm added an item.
    ITEM_ADDED = "item_added"
    #: A decision answered some items; others are still open.
    ANSWERED_IN_PART = "answered_in_part"
    #: A decision handed the case to the specialist queue.
    ESCALATED = "escalated"
    #: A decision answered the last open item.
    ANSWERED = "answered"
    #: Nothing is left to carry out or to tell.
    FINISHED = "finished"


class DecisionState(StrEnum):
    """Whether a decision holds."""

    #: Holds; its measures apply.
    TAKEN = "taken"
    #: Reversed; its measures are lifted and the persons told.
    UNDONE = "undone"


class DecisionEvent(StrEnum):
    """What happens to a decision."""

    #: A complaint, a dispute or a second look reversed it.
    REVERSED = "reversed"


class MeasureState(StrEnum):
    """Whether a restriction is carried out, and its end."""

    #: Decided; the platform has not taken the instruction yet.
    DECIDED = "decided"
    #: The platform took the instruction and has not said that it carried it out.
    ACCEPTED = "accepted"
    #: The platform said that the restriction is in force.
    CONFIRMED = "confirmed"
    #: The platform said that the restriction is not in force.
    FAILED = "failed"
    #: Undone or at its end; the platform has not taken the instruction to lift it yet.
    RECALLED = "recalled"
    #: The platform took the instruction to lift it and has not said that it did.
    RECALL_ACCEPTED = "recall_accepted"
    #: The platform said that the restriction is lifted.
    LIFTED = "lifted"


class MeasureEvent(StrEnum):
    """What happens to a restriction."""

    #: The platform took the instruction to apply it.
    APPLY_ACCEPTED = "apply_accepted"
    #: The platform said that it is in force.
    APPLIED = "applied"
    #: The platform said that it could not do as it was told.
    NOT_APPLIED = "not_applied"
    #: Its decision was undone, or its last day is over.
    RECALLED = "recalled"
    #: The platform took the instruction to lift it.
    UNDO_ACCEPTED = "undo_accepted"
    #: The platform said that it is not in force any more.
    UNDONE = "undone"


class OutboxState(StrEnum):
    """Where one message to the outside stands."""

    #: To be sent, at once or after a pause.
    DUE = "due"
    #: The receiver has taken it.
    DELIVERED = "delivered"
    #: Failed too often; waits for a person, who sends it again or settles it by hand.
    DEAD = "dead"


class OutboxEvent(StrEnum):
    """What happens to a message in the outbox."""

    #: The receiver took it.
    ACCEPTED = "accepted"
    #: An attempt failed; another follows after a pause.
    FAILED = "failed"
    #: The last attempt failed.
    EXHAUSTED = "exhausted"
    #: A person sends it again.
    REVIVED = "revived"


class IncidentState(StrEnum):
    """How far a fault that was named is made good."""

    #: What it touched is found and frozen.
    OPENED = "opened"
    #: Every item it touched waits for a reviewer again, or was found to be answered rightly.
    REPLAYED = "replayed"
    #: Everyone concerned was told, or can't be.
    TOLD = "told"


class IncidentEvent(StrEnum):
    """What happens to an incident."""

    #: Its last item was brought back.
    REPLAYED = "replayed"
    #: The last message to a person concerned was written.
    TOLD = "told"


class FilingState(StrEnum):
    """Where a statement of reasons stands with the Transparency Database: DSA Art. 24(5)."""

    #: To be filed, at once or after a pause.
    DUE = "due"
    #: The database has it.
    FILED = "filed"
    #: May name a person or does not fit; waits for somebody who looks at it.
    HELD = "held"
    #: The database refused it; waits for somebody who corrects it.
    REFUSED = "refused"
    #: Of a canary or a drill: it never leaves the house.
    NEVER = "never"


class FilingEvent(StrEnum):
    """What happens to a statement on its way to the Transparency Database."""

    #: The decision it gives reasons for is marked.
    EXEMPTED = "exempted"
    #: The database took it, or had it already.
    TAKEN = "taken"
    #: What was tried has no clear outcome, or could not be tried; another attempt follows.
    POSTPONED = "postponed"
    #: The scanner or the rules of the database stopped it before it left.
    STOPPED = "stopped"
    #: The database refused it.
    REFUSED = "refused"
    #: A person corrected its texts or let it go as it is.
    RELEASED = "released"


class IllegalTransition(TutelaError):
    """The event cannot happen to something in this state."""

    code = "illegal_state"
    title = "Not possible in this state"
    status = 409


@dataclass(frozen=True, slots=True)
class StateTable:
    """Every move that is allowed; what is not here is refused."""

    initial: StrEnum
    events: type[StrEnum]
    moves: Mapping[tuple[StrEnum, StrEnum], StrEnum]


_IN_FORCE: Final = (
    MeasureState.DECIDED,
    MeasureState.ACCEPTED,
    MeasureState.CONFIRMED,
    MeasureState.FAILED,
)
_ON_THE_WAY_OUT: Final = (
    MeasureState.RECALLED,
    MeasureState.RECALL_ACCEPTED,
    MeasureState.LIFTED,
)

#: Messages and events come late, twice and in any order: what a platform says of a restriction that
#: was recalled since changes nothing, unless it is that the restriction is lifted.
_MEASURE_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    **{(state, MeasureEvent.APPLY_ACCEPTED): state for state in MeasureState},
    (MeasureState.DECIDED, MeasureEvent.APPLY_ACCEPTED): MeasureState.ACCEPTED,
    **{(state, MeasureEvent.APPLIED): MeasureState.CONFIRMED for state in _IN_FORCE},
    **{(state, MeasureEvent.NOT_APPLIED): MeasureState.FAILED for state in _IN_FORCE},
    **{(state, MeasureEvent.UNDONE): MeasureState.FAILED for state in _IN_FORCE},
    **{(state, MeasureEvent.RECALLED): MeasureState.RECALLED for state in _IN_FORCE},
    **{(state, MeasureEvent.APPLIED): state for state in _ON_THE_WAY_OUT},
    **{(state, MeasureEvent.NOT_APPLIED): state for state in _ON_THE_WAY_OUT},
    **{(state, MeasureEvent.UNDONE): MeasureState.LIFTED for state in _ON_THE_WAY_OUT},
    **{(state, MeasureEvent.UNDO_ACCEPTED): state for state in _ON_THE_WAY_OUT},
    (MeasureState.RECALLED, MeasureEvent.UNDO_ACCEPTED): MeasureState.RECALL_ACCEPTED,
}

#: The table of each kind of state.
STATE_TABLES: Final[Mapping[type[StrEnum], StateTable]] = MappingProxyType(
    {
        ItemState: StateTable(
            initial=ItemState.OPEN,
            events=ItemEvent,
            moves={
                (ItemState.OPEN, ItemEvent.DECIDED): ItemState.ANSWERED,
                (ItemState.OPEN, ItemEvent.ESCALATED): ItemState.OPEN,
            },
        ),
        CaseState: StateTable(
            initial=CaseState.OPEN,
            events=CaseEvent,
            moves={
                (CaseState.OPEN, CaseEvent.ITEM_ADDED): CaseState.OPEN,
                (CaseState.OPEN, CaseEvent.ANSWERED_IN_PART): CaseState.OPEN,
                (CaseState.OPEN, CaseEvent.ESCALATED): CaseState.OPEN,
                (CaseState.OPEN, CaseEvent.ANSWERED): CaseState.DECIDED,
                (CaseState.DECIDED, CaseEvent.FINISHED): CaseState.CLOSED,
            },
        ),
        LookState: StateTable(initial=LookState.WAITING, events=LookEvent, moves=LOOK_MOVES),
        DecisionState: StateTable(
            initial=DecisionState.TAKEN,
            events=DecisionEvent,
            moves={(DecisionState.TAKEN, DecisionEvent.REVERSED): DecisionState.UNDONE},
        ),
        MeasureState: StateTable(MeasureState.DECIDED, MeasureEvent, _MEASURE_MOVES),
        OutboxState: StateTable(
            initial=OutboxState.DUE,
            events=OutboxEvent,
            moves={
                (OutboxState.DUE, OutboxEvent.ACCEPTED): OutboxState.DELIVERED,
                (OutboxState.DUE, OutboxEvent.FAILED): OutboxState.DUE,
                (OutboxState.DUE, OutboxEvent.EXHAUSTED): OutboxState.DEAD,
                (OutboxState.DEAD, OutboxEvent.REVIVED): OutboxState.DUE,
            },
        ),
        IncidentState: StateTable(
            initial=IncidentState.OPENED,
            events=IncidentEvent,
            moves={
                (IncidentState.OPENED, IncidentEvent.REPLAYED): IncidentState.REPLAYED,
                (IncidentState.REPLAYED, IncidentEvent.TOLD): IncidentState.TOLD,
            },
        ),
        FilingState: StateTable(
            initial=FilingState.DUE,
            events=FilingEvent,
            moves={
                (FilingState.DUE, FilingEvent.EXEMPTED): FilingState.NEVER,
                (FilingState.DUE, FilingEvent.TAKEN): FilingState.FILED,
                (FilingState.DUE, FilingEvent.POSTPONED): FilingState.DUE,
                (FilingState.DUE, FilingEvent.STOPPED): FilingState.HELD,
                (FilingState.DUE, FilingEvent.REFUSED): FilingState.REFUSED,
                (FilingState.HELD, FilingEvent.RELEASED): FilingState.DUE,
                (FilingState.REFUSED, FilingEvent.RELEASED): FilingState.DUE,
            },
        ),
        BulkState: StateTable(initial=BulkState.UPLOADING, events=BulkEvent, moves=BULK_MOVES),
        BulkSubjectState: StateTable(
            initial=BulkSubjectState.PENDING, events=BulkSubjectEvent, moves=BULK_SUBJECT_MOVES
        ),
        EntryState: StateTable(initial=EntryState.PROPOSED, events=EntryEvent, moves=ENTRY_MOVES),
        ObjectionState: StateTable(ObjectionState.OPEN, ObjectionEvent, OBJECTION_MOVES),
        SwitchState: StateTable(initial=SwitchState.SHUT, events=SwitchEvent, moves=SWITCH_MOVES),
        rules.RuleState: StateTable(rules.RuleState.PROPOSED, rules.RuleEvent, rules.RULE_MOVES),
        rules.RuleSwitchState: StateTable(
            rules.RuleSwitchState.OFF, rules.RuleSwitchEvent, rules.RULE_SWITCH_MOVES
        ),
        ListProposalState: StateTable(
            ListProposalState.PROPOSED, ListProposalEvent, LIST_PROPOSAL_MOVES
        ),
        LeadState: StateTable(initial=LeadState.OPEN, events=LeadEvent, moves=LEAD_MOVES),
        NetworkRunState: StateTable(NetworkRunState.ASKED, NetworkRunEvent, NETWORK_RUN_MOVES),
        OversightState: StateTable(OversightState.OPEN, OversightEvent, OVERSIGHT_MOVES),
        NetworkCaseState: StateTable(NetworkCaseState.OPEN, NetworkCaseEvent, NETWORK_CASE_MOVES),
        StaffChangeState: StateTable(
            initial=StaffChangeState.PROPOSED, events=StaffChangeEvent, moves=STAFF_CHANGE_MOVES
        ),
        InterestState: StateTable(InterestState.HOLDS, InterestEvent, INTEREST_MOVES),
        InvestigationState: StateTable(
            initial=InvestigationState.OPEN, events=InvestigationEvent, moves=INVESTIGATION_MOVES
        ),
    }
)

_Followed = MeasureState | OutboxState | IncidentState | FilingState
_Decided = DecisionState | BulkState | BulkSubjectState | LookState
_Guarded = EntryState | ObjectionState | SwitchState | LeadState | ListProposalState
_Overseen = StaffChangeState | OversightState | InterestState | rules.AnyState
_Found = NetworkRunState | NetworkCaseState | InvestigationState | _Overseen
State = TypeVar("State", bound=ItemState | CaseState | _Decided | _Followed | _Guarded | _Found)
_FollowedEvent = MeasureEvent | OutboxEvent | IncidentEvent | FilingEvent
_DecidedEvent = DecisionEvent | BulkEvent | BulkSubjectEvent | LookEvent
_GuardedEvent = EntryEvent | ObjectionEvent | SwitchEvent | LeadEvent | ListProposalEvent
_OverseenEvent = StaffChangeEvent | OversightEvent | InterestEvent | rules.AnyEvent
_FoundEvent = NetworkRunEvent | NetworkCaseEvent | InvestigationEvent | _OverseenEvent
Event = ItemEvent | CaseEvent | _DecidedEvent | _FollowedEvent | _GuardedEvent | _FoundEvent


def transition(state: State, *, event: Event) -> State:
    """The state after `event`.

    Raises IllegalTransition, with the state and the event as evidence, where the table has no such
    move or the event belongs to another kind of state.
    """
    table = STATE_TABLES[type(state)]
    following = table.moves.get((state, event))
    if following is None or not isinstance(event, table.events):
        raise IllegalTransition(
            f"{event.value} cannot happen in the state {state.value}",
            evidence={"state": state.value, "event": event.value},
        )
    return type(state)(following)


def moves(event: MeasureEvent) -> tuple[list[str], list[str]]:
    """Every state in which the event can happen and, side by side, the state after it.

    For changes by sets, which the database makes by the rows of this table.
    """
    table = STATE_TABLES[MeasureState].moves
    found = [(before, after) for (before, happening), after in table.items() if happening is event]
    return [str(before) for before, _ in found], [str(after) for _, after in found]
