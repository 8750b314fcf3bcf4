"""What is known of one event for its rules: values by variable, and of the rest why it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final

from tutela.detection.rules.variables import (
    WORDS_EACH_MAX_CODE_POINTS,
    WORDS_MAX,
    Kind,
    OfDetector,
    Variable,
    Vocabulary,
)
from tutela.domain.signals import Result, Signal, together

_INT64_MAX: Final = 2**63 - 1


class Why(StrEnum):
    """Why nothing is known of what a rule asks."""

    #: The event does not say it.
    NOT_TOLD = "not_told"
    #: It is larger than what rules look at.
    TOO_LARGE = "too_large"
    #: The event says it in another type than declared.
    NOT_AS_DECLARED = "not_as_declared"
    #: Another detector could not look, or was not asked.
    DETECTOR_UNAVAILABLE = "detector_unavailable"
    #: No legal basis that the policy names is in force for the event.
    NO_LEGAL_BASIS = "no_legal_basis"
    #: The rule divided by zero.
    DIVIDED_BY_ZERO = "divided_by_zero"
    #: The rule came to a number that is too large.
    OVERFLOWED = "overflowed"
    #: The rule asked for an element that is not there.
    NO_SUCH_ELEMENT = "no_such_element"
    #: The rule looped more often than it may.
    OVER_BUDGET = "over_budget"
    #: The rule failed otherwise.
    RULE_FAILED = "rule_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules see of one event."""

    #: The type of the event, or the name of the action.
    event: str
    known: Mapping[str, object]
    #: Variables of which nothing is known, with the reason.
    unknown: Mapping[str, Why] = field(default_factory=dict)
    #: The code of the legal basis on which they look; None where whoever asks has settled that.
    basis: str | None = None


class Unknown(Exception):
    """A value that rules are not given."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def facts_of(
    event: Mapping[str, object],
    *,
    signals: Sequence[Signal] = (),
    basis: str | None = None,
    vocabulary: Vocabulary,
) -> Facts:
    """What rules see of an event of the contract, or of an action of Osprey's, as JSON says it.

    Never raises for an event: what is missing, too large or of another type is unknown.
    """
    name = name_of(event)
    values: dict[str, object] = {}
    unknown: dict[str, Why] = {}
    for variable in vocabulary.of_event(name):
        try:
            values[variable.name] = _value(event, variable=variable)
        except Unknown as reason:
            unknown[variable.name] = reason.why
        if variable.optional:
            values[variable.flag] = variable.name in values
    for detector in vocabulary.detectors:
        said = tuple(each for each in signals if each.detector == detector)
        _hear(said, detector=detector, values=values, unknown=unknown)
    return Facts(event=name, known=values, unknown=unknown, basis=basis)


def name_of(event: Mapping[str, object]) -> str:
    """The type of an event, or the name of an action."""
    named = event.get("type", event.get("action_name"))
    return named if isinstance(named, str) else ""


def _hear(
    said: tuple[Signal, ...],
    *,
    detector: str,
    values: dict[str, object],
    unknown: dict[str, Why],
) -> None:
    """What detectors of one name say together; one that could not look leaves `no match` open."""
    start = f"signals.{detector}."
    result = together(said)
    is_known = values[start + OfDetector.KNOWN] = result is not Result.UNAVAILABLE
    if not is_known:
        for part in OfDetector:
            if part is not OfDetector.KNOWN:
                unknown[start + part] = Why.DETECTOR_UNAVAILABLE
        return
    values[start + OfDetector.MATCHED] = result is Result.MATCH
    matches = [each for signal in said for each in signal.matches]
    words = {
        OfDetector.LISTS: {each.list for each in matches},
        OfDetector.TAGS: {tag for each in matches for tag in each.tags},
    }
    for part, found in words.items():
        if len(found) <= WORDS_MAX:
            values[start + part] = sorted(found)
        else:
            unknown[start + part] = Why.TOO_LARGE
    distances = [each.distance for each in matches if each.distance is not None]
    if distances:
        values[start + OfDetector.DISTANCE_BITS] = min(distances)
    else:
        unknown[start + OfDetector.DISTANCE_BITS] = Why.NOT_TOLD


def _value(event: Mapping[str, object], *, variable: Variable) -> object:
    value: object = event
    for step in variable.path:
        value = value.get(step) if isinstance(value, Mapping) else None
        if value is None:
            break
    if value is None:
        value = variable.absent
    if value is None:
        raise Unknown(Why.NOT_TOLD)
    match variable.kind:
        case Kind.TEXT:
            return _text(value, length_max=variable.length_max)
        case Kind.WORDS:
            return _words(value)
        case Kind.TIME:
            return _time(value)
        case Kind.DAY:
            return _day(value)
        case kind:
            return _scalar(value, kind=kind)


def _text(value: object, *, length_max: int) -> str:
    if not isinstance(value, str) or _has_surrogates(value):
        raise Unknown(Why.NOT_AS_DECLARED)
    if len(value) > length_max:
        raise Unknown(Why.TOO_LARGE)
    return value


def _words(value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise Unknown(Why.NOT_AS_DECLARED)
    if len(value) > WORDS_MAX:
        raise Unknown(Why.TOO_LARGE)
    return [_text(each, length_max=WORDS_EACH_MAX_CODE_POINTS) for each in value]


def _time(value: object) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Unknown(Why.NOT_AS_DECLARED) from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Unknown(Why.NOT_AS_DECLARED)
    return value


def _day(value: object) -> datetime:
    """The beginning of the day, UTC; a date stands for itself."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            value = _time(value)
    if isinstance(value, datetime):
        value = _time(value).astimezone(UTC).date()
    if not isinstance(value, date):
        raise Unknown(Why.NOT_AS_DECLARED)
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def _scalar(value: object, *, kind: Kind) -> object:
    match kind, value:
        case Kind.FLAG, bool():
            return value
        case (_, bool()):
            raise Unknown(Why.NOT_AS_DECLARED)
        case Kind.COUNT, int():
            if abs(value) > _INT64_MAX:
                raise Unknown(Why.TOO_LARGE)
            return value
        case Kind.NUMBER, int() | float():
            try:
                return float(value)
            except OverflowError:
                raise Unknown(Why.TOO_LARGE) from None
    raise Unknown(Why.NOT_AS_DECLARED)


def _has_surrogates(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
