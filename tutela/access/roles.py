"""What each role may do; whatever is not in the table is refused."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tutela.domain.vocabulary import Role
from tutela.errors import TutelaError


class Right(StrEnum):
    """Something that a caller may or may not do; every handler names one."""

    #: Send notices, evidence and declarations for one service.
    SEND_NOTICES = "send_notices"
    #: Tell what happened on the platform: measures that were carried out, statements that arrived.
    SEND_EVENTS = "send_events"
    #: Ask what detectors see in items that are not published yet.
    ASK_MATCH = "ask_match"
    #: Ask the guard what a surface may show, and object to what it says.
    ASK_GUARD = "ask_guard"
    #: Load the guard's snapshot into a program of the platform.
    LOAD_GUARD = "load_guard"
    #: See what the guard lists, masked, with its history, its leads and its leaks.
    SEE_GUARD = "see_guard"
    #: Propose what the guard lists, and see what that would hit.
    PROPOSE_GUARD = "propose_guard"
    #: Agree to another's proposal, decide objections, shut a surface and open it again.
    APPROVE_GUARD = "approve_guard"
    #: See how lists and rules stand, who answers for them and what changed; no entry of a list.
    SEE_LISTS = "see_lists"
    #: Propose changes of lists, take one's own back, and read what is proposed.
    PROPOSE_LISTS = "propose_lists"
    #: Agree to the change of a list that another person proposed.
    APPROVE_LISTS = "approve_lists"
    #: Switch a list off at once, for a time, and on again.
    SWITCH_LISTS = "switch_lists"
    #: Propose versions of policies, take one's own back, and see what they would have matched.
    PROPOSE_RULES = "propose_rules"
    #: Agree to another's policy, make it live, agree that it be taken out.
    APPROVE_RULES = "approve_rules"
    #: Turn a policy, or all of them, off at once and on again.
    SWITCH_RULES = "switch_rules"
    #: See searches for networks, what they found, and what was made of it, every id masked.
    SEE_NETWORKS = "see_networks"
    #: Search for a network from a few accounts, read the ids that were found, and dismiss a case.
    RUN_NETWORKS = "run_networks"
    #: Read the investigation rooms that one is of the people of, and no others.
    SEE_ROOMS = "see_rooms"
    #: Open investigation rooms, write in one's own, say who else is of their people, take them out.
    RUN_ROOMS = "run_rooms"
    #: See the cases of one service, without those reserved for specialists.
    SEE_CASES = "see_cases"
    #: Claim a case, keep or give back its lease, and decide it.
    DECIDE_CASES = "decide_cases"
    #: See, claim and decide cases with a possible child victim.
    DECIDE_SPECIALIST_CASES = "decide_specialist_cases"
    #: Say on which harms and in which languages each person works.
    SET_NEED_TO_KNOW = "set_need_to_know"
    #: Open one case without the right, for a written reason that another person reads.
    BREAK_GLASS = "break_glass"
    #: Look at what others opened without the right, and at unusual browsing, and say what it was.
    JUDGE_ACCESS = "judge_access"
    #: Read which cases one looked at oneself.
    SEE_OWN_VIEWS = "see_own_views"
    #: Read who looked at which case.
    SEE_VIEWS = "see_views"
    #: See what the team looked at per incident, without anybody's name.
    SEE_TEAM_CARE = "see_team_care"
    #: Undo a decision, so that the platform lifts its measures.
    UNDO_DECISIONS = "undo_decisions"
    #: Send, start, stop and take back decisions about many subjects, and agree to another's.
    DECIDE_IN_BULK = "decide_in_bulk"
    #: Read reconciliation, canaries, outbox and ledger health.
    SEE_STATUS = "see_status"
    #: Send messages to the platform again that were given up.
    REVIVE_MESSAGES = "revive_messages"
    #: Read the ids behind what is red.
    SEE_STATUS_IDS = "see_status_ids"
    #: Read how precise trusted flaggers, hotlines, authorities and researchers are.
    SEE_FLAGGERS = "see_flaggers"
    #: Read how right the team's decisions are.
    SEE_QUALITY = "see_quality"
    #: Say who is right where two people found otherwise, and plan how much is looked at again.
    JUDGE_QUALITY = "judge_quality"
    #: Read which items a fault touched, and how far it was made good.
    SEE_INCIDENTS = "see_incidents"
    #: See who may log in as what, and who changed that.
    SEE_PEOPLE = "see_people"
    #: Say of which accounts and subjects one must not decide, as they are too near.
    DECLARE_INTERESTS = "declare_interests"
    #: See that somebody declared a conflict of interest, and say that its reason is gone.
    JUDGE_INTERESTS = "judge_interests"
    #: Ask for changes of who may log in as what, agree to another's, and shut somebody out.
    CHANGE_PEOPLE = "change_people"


class Forbidden(TutelaError):
    """The caller is known and lacks the right."""

    code = "forbidden"
    title = "Not allowed"
    status = 403


_LOOK: Final = frozenset({Right.BREAK_GLASS, Right.SEE_OWN_VIEWS, Right.DECLARE_INTERESTS})
_REVIEW: Final = _LOOK | {Right.SEE_CASES, Right.DECIDE_CASES, Right.SEE_STATUS, Right.SEE_QUALITY}
_INVESTIGATE: Final = frozenset({Right.SEE_ROOMS, Right.RUN_ROOMS})
_WATCH: Final = frozenset({Right.SEE_STATUS, Right.SEE_STATUS_IDS, Right.SEE_LISTS})
_KEEP_LISTS: Final = frozenset({Right.PROPOSE_LISTS, Right.SWITCH_LISTS})
_OVERSEE: Final = _LOOK | {Right.SEE_VIEWS, Right.SEE_PEOPLE}

RIGHTS: Final = MappingProxyType(
    {
        Role.SERVICE: frozenset(
            {Right.SEND_NOTICES, Right.SEND_EVENTS, Right.ASK_MATCH, Right.ASK_GUARD}
            | {Right.SEE_STATUS}
        ),
        Role.GUARD: frozenset({Right.ASK_GUARD, Right.LOAD_GUARD}),
        Role.REVIEWER: _REVIEW,
        Role.SPECIALIST: _REVIEW
        | _INVESTIGATE
        | {Right.DECIDE_SPECIALIST_CASES, Right.PROPOSE_GUARD, Right.SEE_NETWORKS},
        Role.LEAD: _REVIEW
        | _WATCH
        | _INVESTIGATE
        | {Right.DECIDE_SPECIALIST_CASES, Right.SEE_FLAGGERS, Right.SEE_INCIDENTS}
        | {Right.SEE_TEAM_CARE}
        | {Right.REVIVE_MESSAGES, Right.UNDO_DECISIONS, Right.DECIDE_IN_BULK, Right.JUDGE_QUALITY}
        | {Right.SEE_GUARD, Right.PROPOSE_GUARD, Right.APPROVE_GUARD}
        | {Right.PROPOSE_RULES, Right.APPROVE_RULES, Right.SWITCH_RULES}
        | _KEEP_LISTS
        | {Right.APPROVE_LISTS}
        | {Right.SEE_NETWORKS, Right.RUN_NETWORKS}
        | {Right.SEE_VIEWS, Right.JUDGE_ACCESS, Right.SET_NEED_TO_KNOW, Right.JUDGE_INTERESTS},
        Role.INVESTIGATOR: _LOOK
        | _INVESTIGATE
        | {Right.SEE_CASES, Right.SEE_STATUS}
        | {Right.SEE_GUARD, Right.PROPOSE_GUARD, Right.SEE_NETWORKS, Right.RUN_NETWORKS},
        Role.COMPLIANCE: _WATCH
        | _OVERSEE
        | {Right.JUDGE_ACCESS, Right.JUDGE_INTERESTS}
        | {Right.PROPOSE_RULES, Right.APPROVE_RULES, Right.SWITCH_RULES}
        | _KEEP_LISTS
        | {Right.APPROVE_LISTS}
        | {Right.SEE_FLAGGERS, Right.SEE_INCIDENTS, Right.SEE_GUARD, Right.SEE_NETWORKS}
        | {Right.SEE_QUALITY, Right.SEE_ROOMS},
        Role.AUDITOR: _WATCH
        | _OVERSEE
        | {Right.SEE_FLAGGERS, Right.SEE_GUARD, Right.SEE_NETWORKS, Right.SEE_QUALITY},
        Role.INSPECTOR: _WATCH | _OVERSEE | {Right.SEE_GUARD, Right.SEE_NETWORKS},
        Role.ADMIN: _WATCH
        | {Right.SEE_FLAGGERS, Right.SET_NEED_TO_KNOW}
        | {Right.PROPOSE_RULES, Right.SWITCH_RULES}
        | _KEEP_LISTS
        | {Right.SEE_PEOPLE, Right.CHANGE_PEOPLE},
    }
)


def has(role: Role, *, right: Right) -> bool:
    """Whether the role has the right."""
    return right in RIGHTS[role]


def refuse_unless(role: Role, *, right: Right) -> None:
    """`Forbidden` unless the role has the right."""
    if not has(role, right=right):
        raise Forbidden(detail=f"The role {role} has no right to {right.replace('_', ' ')}.")
