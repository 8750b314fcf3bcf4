"""Dates, addresses and sizes as the database's framework (PHP, Laravel) reads them."""

import re
import unicodedata
from calendar import monthrange
from datetime import date
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from typing import Final

_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
#: What PHP reads as a date in spite of the format: short figures, and a time or zone behind it.
_LOOSE_DAY: Final = re.compile(r"([0-9]{1,4})-([0-9]{1,2})-([0-9]{1,2})([T ]?[0-9:.+\-Z ]*)")
_MONTHS: Final = 12
_DAYS_MAX: Final = 31
#: The Gregorian calendar repeats after so many years; PHP has a year 0 and Python has none.
_CYCLE_YEARS: Final = 400
#: So many days are remembered as read: statements of one month name few.
_DAYS_KEPT: Final = 4096

#: The registered schemes that a reference to a law or to terms of service can sensibly have.
_SCHEMES: Final = "https?|ftps?|sftp|file|data|ldaps?|urn|about|ipfs|git|ssh|wss?|mailto|news|nntp"
_USER: Final = r"(?:[\w.-]|%[0-9A-Fa-f]{2})+"
_PATH: Final = r"(?:[\w.\-~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*"
_REST: Final = r"(?:[\w.\-~!$&'\[\]()*+,;=:@/?]|%[0-9A-Fa-f]{2})*"
_FRAGMENT: Final = r"(?:[\w.\-~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*"
#: What stands for a symbol, a mark, and anything else that is no letter or number, outside ASCII.
_SYMBOL, _MARK, _OTHER = "\ue000", "\ue001", "\ue002"
_LABEL: Final = rf"[\w\-$+<=>^`|~{_SYMBOL}{_MARK}]+"
_TOP: Final = rf"(?:xn--[a-z0-9-]+|(?:[^\W_]|{_MARK})+)"
_NAME: Final = rf"(?:(?:{_LABEL}\.)+{_TOP}|[a-z0-9_-]+)\.?"
_URL: Final = re.compile(
    rf"(?:{_SCHEMES})://(?:(?:{_USER}:)?{_USER}@)?(?:{_NAME}|\[(?P<ip_6>[0-9a-f:.]+)\])"
    rf"(?::[0-9]+)?(?:/{_PATH})*(?:\?{_REST})?(?:\#{_FRAGMENT})?",
    re.IGNORECASE,
)


#: PHP writes floats from here on with an exponent.
_EXPONENT_FROM: Final = 1e15
#: PHP reads longer integers as floats.
_INTEGERS_END: Final = 1 << 63


def is_day(value: object) -> bool:
    """Whether the value is YYYY-MM-DD, zero padded, and a day of the calendar."""
    return isinstance(value, str) and _reads_as_day(value)


@lru_cache(_DAYS_KEPT)
def _reads_as_day(value: str) -> bool:
    found = _DAY.fullmatch(value)
    if found is None:
        return False
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= _MONTHS:
        return False
    return 1 <= day <= monthrange(year % _CYCLE_YEARS + _CYCLE_YEARS, month)[1]


def day_number(value: object) -> int | None:
    """The day that PHP would read, counted from year 1, or None where it reads none.

    A day that the calendar lacks runs over into the next month. Only what begins with year, month
    and day is read; PHP knows many more forms, which differ in the second error and never in the
    first.
    """
    return _number_of(value) if isinstance(value, str) else None


@lru_cache(_DAYS_KEPT)
def _number_of(value: str) -> int | None:
    found = _LOOSE_DAY.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups()[:3])
    if found[4] and not (1 <= month <= _MONTHS and 1 <= day <= _DAYS_MAX):
        return None
    year, month = year + (month - 1) // _MONTHS, (month - 1) % _MONTHS + 1
    return date(year, month, 1).toordinal() + day - 1 if year >= 1 else day - _DAYS_MAX


def is_url(value: object) -> bool:
    """Whether the value is an absolute URL with a host, in the framework's eyes."""
    if not isinstance(value, str):
        return False
    found = _URL.fullmatch("".join(map(_plain, value)))
    return found is not None and (found["ip_6"] is None or _is_ip_6(found["ip_6"]))


def _plain(letter: str) -> str:
    if letter.isascii() or letter.isalnum():
        return letter
    return {"S": _SYMBOL, "M": _MARK}.get(unicodedata.category(letter)[0], _OTHER)


def _is_ip_6(written: str) -> bool:
    try:
        IPv6Address(written)
    except AddressValueError:
        return False
    return True


def size(value: object) -> int:
    """Characters of a text (code points), members of a list, digits of a number."""
    if isinstance(value, str | list | dict):
        return len(value)
    return len(text(value))


def text(value: object) -> str:
    """A scalar as PHP writes it: null and false are empty, true is 1, 2.0 is 2."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if isinstance(value, int) and not -_INTEGERS_END <= value < _INTEGERS_END:
        return str(float(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXPONENT_FROM:
        return str(int(value))
    return str(value)
