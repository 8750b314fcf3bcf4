"""What the database asks of one field: rules, and the words it answers with.

A rule looks at the cleaned value and at the whole statement. Rules of presence are also asked of a
field that is not there; all others pass it by. The first rule that fails gives the message.
Semantics: laravel/framework v12.58.0.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from tutela.compliance.transparency.cleaning import text_of
from tutela.compliance.transparency.urls import is_url

#: The fields of a statement, cleaned.
Given = Mapping[str, object]


class Absent(Enum):
    """The value of a field that was not given."""

    #: Not given at all, which is not the same as null.
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is asked; `of_absent` where it is asked of a missing or null field too."""

    passes: Callable[[object, Given], bool]
    #: What is answered where it fails; None drops the field, and no further rule is asked.
    message: str | None
    of_absent: bool = False


#: Makes the rule of a field, given the name that messages call it by.
RuleFor = Callable[[str], Rule]

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: The Gregorian calendar repeats after so many years; Python's begins with the year 1.
_CALENDAR_YEARS: Final = 400


def array() -> RuleFor:
    """A list or an object."""
    return _asks(
        "The {} field must be an array.", passes=lambda value, _: isinstance(value, list | dict)
    )


def text() -> RuleFor:
    """A string."""
    return _asks("The {} field must be a string.", passes=lambda value, _: isinstance(value, str))


def one_of(words: Collection[str]) -> RuleFor:
    """One of `words`."""
    return _asks(
        "The selected {} is invalid.",
        passes=lambda value, _: isinstance(value, str) and value in words,
    )


def some_of(words: Collection[str]) -> RuleFor:
    """A list or an object whose members are all of `words`, or none; asked of arrays only."""
    return _asks(
        "The selected {} is invalid.",
        passes=lambda value, _: all(
            isinstance(member, str) and member in words
            for member in (value.values() if isinstance(value, dict) else value)
        ),
    )


def at_most(size: int) -> RuleFor:
    """At most so many code points, or members; numbers have always fewer digits."""
    return _asks(
        f"The {{}} field must not be greater than {size} characters.",
        passes=lambda value, _: not isinstance(value, str | list | dict) or len(value) <= size,
    )


def matches(pattern: str, *, message: str = "The {} field format is invalid.") -> RuleFor:
    """A string or a number that is all of `pattern`."""
    expression = re.compile(pattern)
    return _asks(
        message, passes=lambda value, _: expression.fullmatch(said(value) or "") is not None
    )


def url() -> RuleFor:
    """A URL, as Laravel understands it."""
    return _asks(
        "The {} field must be a valid URL.",
        passes=lambda value, _: isinstance(value, str) and is_url(value),
    )


def day(message: str) -> RuleFor:
    """A day of the calendar, YYYY-MM-DD, zero padded; the year 0000 counts."""
    return _asks(message, passes=lambda value, _: isinstance(value, str) and _is_day(value))


def not_before(first: str) -> RuleFor:
    """A day from `first` on; asked of days only."""
    return _asks(
        f"The {{}} field must be a date after or equal to {first}.",
        passes=lambda value, _: isinstance(value, str) and value >= first,
    )


def not_after(last: str) -> RuleFor:
    """A day up to `last`; asked of days only."""
    return _asks(
        f"The {{}} field must be a date before or equal to {last}.",
        passes=lambda value, _: isinstance(value, str) and value <= last,
    )


def required() -> RuleFor:
    """Given, not null, and not empty."""
    return required_where(lambda _: True)


def required_where(
    asked: Callable[[Given], bool], *, message: str = "The {} field is required."
) -> RuleFor:
    """Given wherever `asked` holds for the statement."""
    return lambda name: Rule(
        lambda value, given: is_given(value) or not asked(given),
        message.format(name),
        of_absent=True,
    )


def required_without(others: Collection[str]) -> RuleFor:
    """Given where none of `others` is."""
    names = " / ".join(map(called, others))
    return required_where(
        lambda given: not any(is_given(given.get(each)) for each in others),
        message=f"The {{}} field is required when none of {names} are present.",
    )


def dropped_unless(kept: Callable[[Given], bool]) -> RuleFor:
    """Left out of the statement wherever `kept` doesn't hold for it."""
    return lambda _: Rule(lambda _, given: kept(given), None, of_absent=True)


def is_given(value: object) -> bool:
    """Whether a value counts as present: neither null nor an empty list or object."""
    return value is not None and value is not Absent.ABSENT and value not in ([], {})


def said(value: object) -> str | None:
    """A string or a number as the database writes it; None of anything else."""
    match value:
        case bool():
            return None
        case str():
            return value
        case int() | float():
            return text_of(value)
    return None


def called(field: str) -> str:
    """What messages call a field."""
    return field.replace("_", " ")


def _is_day(written: str) -> bool:
    if _DATE.fullmatch(written) is None:
        return False
    year, month, of_month = map(int, written.split("-"))
    try:
        date(year or _CALENDAR_YEARS, month, of_month)
    except ValueError:
        return False
    return True


def _asks(message: str, *, passes: Callable[[Any, Given], bool]) -> RuleFor:
    return lambda name: Rule(passes, message.format(name))
