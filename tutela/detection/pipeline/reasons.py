"""Why nothing is known of an item: the codes of the pipeline; detectors have their own beside."""

from enum import StrEnum
from typing import Final

from tutela.detection.rules.facts import Why as OfRules


class Why(StrEnum):
    """Why an item was not looked at, or what was said of it does not count."""

    #: No legal basis is in force for the service, surface, country and day.
    NO_LEGAL_BASIS = "no_legal_basis"
    #: No detector looks at what the item has.
    NO_DETECTOR = "no_detector"
    #: The item has no text, no hashes and no tags.
    NOTHING_TO_LOOK_AT = "nothing_to_look_at"
    #: This process has not read yet which detectors there are.
    STARTING = "starting"
    #: The detector did not answer within its time.
    TIMED_OUT = "timed_out"
    #: Too many looks of the detector are under way.
    BUSY = "busy"
    #: The detector broke.
    FAILED = "failed"
    #: The detector gave another number of answers, or one that can't be.
    BROKEN_ANSWER = "broken_answer"
    #: The detector did not find its own canary in the same look.
    CANARY_MISSED = "canary_missed"
    #: The detector brings no canary, so that nothing shows that it looks.
    UNPROVEN = "unproven"
    #: The detector gave no reason.
    UNSAID = "unsaid"


#: What another look can't change: nobody may or could look, or a rule asks what is not known. Where
#: a rule waits for a detector, that detector's own signal says so.
FINAL: Final = frozenset(
    {Why.NO_LEGAL_BASIS, Why.NO_DETECTOR, Why.NOTHING_TO_LOOK_AT, *map(str, OfRules)}
)
