"""On which legal basis a person may be told later, in which country, and for how long at most."""

import tomllib
from datetime import date
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Annotated, Final

import msgspec

from tutela.domain.countries import is_country
from tutela.law.parameters import LawUnreadable, Text

#: A basis on which the authority of any Member State may ask.
UNION: Final = "EU"
_BUILT_IN: Final = "withholding.toml"

Code = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{1,63}$")]


class Basis(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}
):
    """A law by which an authority may ask that somebody is not told yet."""

    code: Code
    #: ISO 3166-1 alpha-2, or `EU`.
    country: str
    #: The law and its article.
    reference: Text
    longest_days: Annotated[int, msgspec.Meta(ge=1)]
    #: The first day on which it holds.
    first: date
    #: Whether the cited wording was checked against a published copy.
    verified: bool
    #: The last day on which it holds; None while no end is known.
    last: date | None = None

    def holds(self, on: date) -> bool:
        """Whether `on` lies within its days, both ends included."""
        return self.first <= on and (self.last is None or on <= self.last)


Bases = tuple[Basis, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    basis: tuple[Basis, ...]


def read_bases(text: str, *, file: str) -> Bases:
    """The bases in a register.

    Raises LawUnreadable, naming the file and what is wrong in it: malformed TOML, an unknown,
    missing or mistyped field, a country that is none, days that end before they begin, and two
    periods of one code that overlap.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), _File).basis
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise LawUnreadable(f"{file}: {error}", evidence={"file": file}) from error
    for each in found:
        if each.country != UNION and not is_country(each.country):
            raise _unreadable(f"country {each.country!r} is none", file=file, basis=each)
        if each.last is not None and each.last < each.first:
            raise _unreadable("ends before it begins", file=file, basis=each)
    return together(found, file=file)


def together(bases: Bases, *, file: str) -> Bases:
    """The same bases; LawUnreadable where two of one code hold on one day."""
    for one, other in combinations(bases, 2):
        if one.code == other.code and (one.holds(other.first) or other.holds(one.first)):
            raise _unreadable("stands there twice for the same day", file=file, basis=one)
    return bases


@cache
def built_in() -> Bases:
    """The bases that come with the house."""
    file = resources.files("tutela.law") / "bases" / _BUILT_IN
    return read_bases(file.read_text(encoding="utf-8"), file=_BUILT_IN)


def basis_on(bases: Bases, *, code: str, on: date) -> Basis | None:
    """The basis of that code that holds on that day; None where none does."""
    return next((each for each in bases if each.code == code and each.holds(on)), None)


def _unreadable(why: str, *, file: str, basis: Basis) -> LawUnreadable:
    return LawUnreadable(f"{file}: basis {basis.code}: {why}", evidence={"file": file})
