"""What people keep by screens beside the policies of files, and what they switched off of both."""

from dataclasses import dataclass
from typing import Final

from tutela.detection.rules.policies import OnEvent, Policies, RuleOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What two people put in force for one service, and what somebody switched off there."""

    policies: Policies | None = None
    #: What is said of policies that are not fit any more.
    broken: tuple[RuleOutcome, ...] = ()
    #: Ids of policies that nobody is to ask, of files too.
    off: frozenset[str] = frozenset()
    all_off: bool = False


#: What a service has that keeps none.
NOTHING_KEPT: Final = Ruling()


def without(policies: Policies, *, ids: frozenset[str]) -> Policies:
    """The policies without some, which are then not evaluated at all."""
    if not ids or all(each.id not in ids for each in policies.policies):
        return policies
    key = (policies.digest, ids)
    if key not in _LESSENED:
        if len(_LESSENED) >= _LESSENED_MAX:
            _LESSENED.clear()
        _LESSENED[key] = _lessened(policies, ids=ids)
    return _LESSENED[key]


#: What `without` came to: a switch is thrown seldom, and an event comes often.
_LESSENED: Final[dict[tuple[str, frozenset[str]], Policies]] = {}
_LESSENED_MAX: Final = 64


def _lessened(policies: Policies, *, ids: frozenset[str]) -> Policies:
    by_event = {}
    for name, on_event in policies.by_event.items():
        checked = tuple(each for each in on_event.checked if each.policy.id not in ids)
        by_event[name] = OnEvent(
            language=on_event.language,
            checked=checked,
            batches=on_event.language.batches([each.program for each in checked]),
            by_id={(each.policy.id, each.policy.mode): each for each in checked},
        )
    return Policies(
        policies=tuple(each for each in policies.policies if each.id not in ids),
        vocabulary=policies.vocabulary,
        by_event=by_event,
        digest=policies.digest,
    )
