"""States of the versions of policies that people keep on screens, and of the switch over them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class RuleState(StrEnum):
    """Where a version of a policy stands."""

    #: Somebody asked for it; another person has not agreed yet. It is asked about nothing.
    PROPOSED = "proposed"
    #: It is evaluated and counted, and nothing follows.
    SHADOW = "shadow"
    #: What it says is acted upon, by the word of two people.
    LIVE = "live"
    #: Live; somebody asked that it be taken out, and another person has not agreed yet.
    LEAVING = "leaving"
    #: Another person did not agree to it.
    REJECTED = "rejected"
    #: Nobody agreed in time.
    LAPSED = "lapsed"
    #: Whoever had asked for it took their word back before anybody agreed.
    WITHDRAWN = "withdrawn"
    #: A newer version stands in its place.
    REPLACED = "replaced"
    #: Taken out: from shadow by one person, from live by two.
    RETIRED = "retired"
    #: Its time is over.
    EXPIRED = "expired"


class RuleEvent(StrEnum):
    """What happens to a version of a policy."""

    #: Another person agreed to what was asked.
    APPROVED = "approved"
    #: Another person did not agree to what was asked.
    REJECTED = "rejected"
    #: Whoever had asked took their own word back.
    TAKEN_BACK = "taken_back"
    #: Nobody agreed in time to what was asked.
    LAPSED = "lapsed"
    #: Somebody who had not proposed it made it live.
    PROMOTED = "promoted"
    #: A newer version took its place.
    REPLACED = "replaced"
    #: Somebody took it out of shadow.
    RETIRED = "retired"
    #: Somebody asked that it be taken out.
    RETIREMENT_ASKED = "retirement_asked"
    #: Its time is over.
    EXPIRED = "expired"


class RuleSwitchState(StrEnum):
    """Whether the kill switch of a policy, or of all, is thrown."""

    #: It is asked about nothing.
    OFF = "off"
    #: It is asked as its state says.
    ON = "on"


class RuleSwitchEvent(StrEnum):
    """What happens to a thrown switch."""

    #: Somebody lets it stay off for longer.
    KEPT = "kept"
    #: Somebody turned it on again.
    TURNED_ON = "turned_on"
    #: Its time is over.
    ENDED = "ended"


#: What waits for a second person.
ASKED: Final = (RuleState.PROPOSED, RuleState.LEAVING)
#: What is asked about events.
IN_FORCE: Final = (RuleState.SHADOW, RuleState.LIVE, RuleState.LEAVING)

RULE_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (RuleState.PROPOSED, RuleEvent.APPROVED): RuleState.SHADOW,
    (RuleState.PROPOSED, RuleEvent.REJECTED): RuleState.REJECTED,
    (RuleState.PROPOSED, RuleEvent.TAKEN_BACK): RuleState.WITHDRAWN,
    (RuleState.PROPOSED, RuleEvent.LAPSED): RuleState.LAPSED,
    (RuleState.SHADOW, RuleEvent.PROMOTED): RuleState.LIVE,
    (RuleState.SHADOW, RuleEvent.RETIRED): RuleState.RETIRED,
    (RuleState.LIVE, RuleEvent.RETIREMENT_ASKED): RuleState.LEAVING,
    (RuleState.LEAVING, RuleEvent.APPROVED): RuleState.RETIRED,
    (RuleState.LEAVING, RuleEvent.REJECTED): RuleState.LIVE,
    (RuleState.LEAVING, RuleEvent.TAKEN_BACK): RuleState.LIVE,
    (RuleState.LEAVING, RuleEvent.LAPSED): RuleState.LIVE,
    **{
        (state, event): after
        for state in IN_FORCE
        for event, after in (
            (RuleEvent.REPLACED, RuleState.REPLACED),
            (RuleEvent.EXPIRED, RuleState.EXPIRED),
        )
    },
}

RULE_SWITCH_MOVES: Final[Mapping[tuple[StrEnum, StrEnum], StrEnum]] = {
    (RuleSwitchState.OFF, RuleSwitchEvent.KEPT): RuleSwitchState.OFF,
    (RuleSwitchState.OFF, RuleSwitchEvent.TURNED_ON): RuleSwitchState.ON,
    (RuleSwitchState.OFF, RuleSwitchEvent.ENDED): RuleSwitchState.ON,
}

AnyState = RuleState | RuleSwitchState
AnyEvent = RuleEvent | RuleSwitchEvent
