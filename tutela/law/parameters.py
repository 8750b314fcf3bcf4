"""Dated parameters of the law and of the house: value, unit, first and last day, reference."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Annotated, Any

import msgspec

from tutela.errors import TutelaError

Text = Annotated[str, msgspec.Meta(min_length=1)]
Whole = Annotated[int, msgspec.Meta(ge=0)]


class Unit(StrEnum):
    """What a parameter counts."""

    #: Hours.
    HOURS = "hours"
    #: Calendar days.
    DAYS = "days"
    #: Calendar months.
    MONTHS = "months"
    #: Items of notices.
    ITEMS = "items"
    #: Parts of a hundred.
    PERCENT = "percent"
    #: Keywords of the Transparency Database.
    KEYWORDS = "keywords"


class Parameter(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}
):
    """A value with the days on which it holds and the place where it is written."""

    value: Whole | tuple[Text, ...]
    unit: Unit
    #: The first day on which the value holds.
    first: date
    #: The law and its article, or that it is a target of the house.
    reference: Text
    #: Whether the cited wording was checked against a published copy.
    verified: bool
    #: The last day on which the value holds; None while no end is known.
    last: date | None = None

    def holds(self, on: date) -> bool:
        """Whether `on` lies within the period, both ends included."""
        return self.first <= on and (self.last is None or on <= self.last)


Periods = Mapping[str, tuple[Parameter, ...]]


class LawUnreadable(TutelaError):
    """A file of the law is malformed, or two of its periods overlap."""

    code = "law_unreadable"
    title = "The law's files cannot be read"


class UnknownParameter(TutelaError):
    """No parameter has this name."""

    code = "unknown_parameter"
    title = "The law has no such parameter"


class NotInForce(TutelaError):
    """The parameter has no value for this day."""

    code = "not_in_force"
    title = "The law has no value for that day"


class WrongUnit(TutelaError):
    """The parameter counts something else than was asked."""

    code = "wrong_unit"
    title = "The parameter has another unit"


def parameter(name: str, *, on: date) -> Parameter:
    """The parameter as it holds on that day.

    Raises UnknownParameter for a name without any period, NotInForce for a day outside them all.
    """
    return value_on(_periods(), name=name, on=on)


def whole_number(name: str, *, unit: Unit, on: date) -> int:
    """The number of `unit` on that day; raises WrongUnit where the parameter counts otherwise."""
    found = parameter(name, on=on)
    if found.unit is not unit or not isinstance(found.value, int):
        raise _wrong_unit(name, found=found, unit=unit)
    return found.value


def words(name: str, *, unit: Unit, on: date) -> tuple[str, ...]:
    """The list of `unit` on that day; raises WrongUnit where the parameter counts otherwise."""
    found = parameter(name, on=on)
    if found.unit is not unit or isinstance(found.value, int):
        raise _wrong_unit(name, found=found, unit=unit)
    return found.value


def value_on(periods: Periods, *, name: str, on: date) -> Parameter:
    """The period of `name` that holds on that day; errors as `parameter`."""
    if name not in periods:
        raise UnknownParameter(f"no parameter {name!r}", evidence={"name": name})
    for period in periods[name]:
        if period.holds(on):
            return period
    raise NotInForce(
        f"{name} has no value for {on.isoformat()}",
        evidence={"name": name, "on": on.isoformat()},
    )


def read_periods(texts: Iterable[str]) -> Periods:
    """All periods of all files, in order of their first day.

    Raises LawUnreadable for malformed TOML, an unknown, missing or mistyped field, a name that two
    files hold, a period that ends before it begins, and periods that overlap.
    """
    periods: dict[str, tuple[Parameter, ...]] = {}
    for name, found in chain.from_iterable(_read(text).items() for text in texts):
        if name in periods:
            raise LawUnreadable(f"{name} stands in two files", evidence={"name": name})
        periods[name] = _in_order(found, name=name)
    return MappingProxyType(periods)


def _read(text: str) -> Mapping[str, tuple[Parameter, ...]]:
    try:
        document: dict[str, Any] = tomllib.loads(text)
        return msgspec.convert(document, dict[str, tuple[Parameter, ...]])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise LawUnreadable(str(error)) from error


def _in_order(found: tuple[Parameter, ...], *, name: str) -> tuple[Parameter, ...]:
    ordered = tuple(sorted(found, key=lambda period: period.first))
    for period in ordered:
        if period.last is not None and period.last < period.first:
            raise LawUnreadable(f"{name} ends before it begins", evidence={"name": name})
    for earlier, later in pairwise(ordered):
        if earlier.last is None or later.first <= earlier.last:
            raise LawUnreadable(f"two periods of {name} overlap", evidence={"name": name})
    return ordered


def _wrong_unit(name: str, *, found: Parameter, unit: Unit) -> WrongUnit:
    return WrongUnit(f"{name} counts {found.unit}, not {unit}", evidence={"name": name})


@cache
def _periods() -> Periods:
    files = resources.files("tutela.law").joinpath("data").iterdir()
    return read_periods(
        entry.read_text(encoding="utf-8") for entry in files if entry.name.endswith(".toml")
    )
