"""A fault as it is named: a JSON text or flags, read strictly and with every wrong place told."""

from collections.abc import Sequence
from datetime import datetime

from tutela.domain.fault import FaultNamed, Predicate, errors_of
from tutela.errors import FieldError, TutelaError
from tutela.intake.reading import NotJson, Unfit, fit, read_json, refuse_if_any

#: What a flag says for true and false, and for what was not said.
_WORDS = {"yes": True, "no": False}
_NOTHING_SAID = ""
_TRUE_OR_FALSE = frozenset(
    {"imminent_danger", "possible_minor", "specialist", "case_open", "answered"}
)


class FaultUnfit(TutelaError):
    """A fault can't be read, or does not hold together; every place is named."""

    code = "fault_unfit"
    title = "The fault can't be read"
    status = 422


def read_fault(raw: bytes, *, now: datetime) -> FaultNamed:
    """The fault in a JSON text; `FaultUnfit` where it is none."""
    try:
        return fault_of(read_json(raw), now=now)
    except (NotJson, Unfit) as cause:
        raise _unfit(cause) from cause


def fault_of(value: object, *, now: datetime) -> FaultNamed:
    """The fault that a JSON value is; `FaultUnfit` where it is none."""
    try:
        fault = fit(value, kind=FaultNamed)
        refuse_if_any(tuple(errors_of(fault, now=now)))
    except Unfit as cause:
        raise _unfit(cause) from cause
    return fault


def predicate_value(conditions: Sequence[str]) -> dict[str, object]:
    """The JSON value of a predicate written as FIELD=VALUE each; `FaultUnfit` for other texts.

    A field that is said several times is fitted by any of its values, an empty one by what was not
    said.
    """
    value: dict[str, object] = {}
    for condition in conditions:
        field, equals, text = condition.partition("=")
        if not equals or field not in Predicate.__struct_fields__:
            known = ", ".join(Predicate.__struct_fields__)
            raise FaultUnfit(
                f"{condition}: not FIELD=VALUE with one of {known}.",
                errors=[FieldError(f"/predicate/{field}", "unknown field")],
            )
        if field in _TRUE_OR_FALSE:
            value[field] = _WORDS.get(text, text)
        else:
            said = None if text == _NOTHING_SAID else text
            value[field] = [*_listed(value.get(field)), said]
    return value


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _unfit(cause: TutelaError) -> FaultUnfit:
    places = "; ".join(f"{each.pointer}: {each.message}" for each in cause.errors)
    return FaultUnfit(places or cause.detail, errors=cause.errors)
