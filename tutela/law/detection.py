"""On which legal basis a detector may look: by service, surface, country, visibility and day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import combinations
from typing import Annotated, Final

import msgspec

from tutela.domain.countries import EU, is_country
from tutela.domain.events import Visibility
from tutela.law.parameters import LawUnreadable, Text
from tutela.law.withholding import Code

#: Every Member State.
UNION: Final = "EU"
#: Any country, also where none is known.
ANYWHERE: Final = "*"
_BUILT_IN: Final = "detection.toml"
ServiceName = Annotated[str, msgspec.Meta(pattern="^[^/]+/[^/]+$")]


class DetectionBasis(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from", "last": "to"}
):
    """A law on which detectors may look, and where."""

    code: Code
    visibility: Visibility
    #: Codes of ISO 3166-1 alpha-2, `EU`, or `*` for anywhere.
    countries: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    #: The law and its article.
    reference: Text
    #: The first day on which it holds.
    first: date
    #: Whether the cited wording was checked against a published copy.
    verified: bool
    #: `tenant/service`; any where none is named.
    services: tuple[ServiceName, ...] = ()
    #: Any where none is named.
    surfaces: tuple[Text, ...] = ()
    #: The last day on which it holds; None while no end is known.
    last: date | None = None

    def holds(self, on: date) -> bool:
        """Whether `on` lies within its days, both ends included."""
        return self.first <= on and (self.last is None or on <= self.last)


DetectionBases = tuple[DetectionBasis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was said that a detector would look at."""

    #: `tenant/service`.
    service: str
    surface: str
    visibility: Visibility
    #: ISO 3166-1 alpha-2; None where it is not known.
    country: str | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    basis: tuple[DetectionBasis, ...]


def basis_for(bases: DetectionBases, *, place: Place, on: date) -> DetectionBasis | None:
    """A basis on which detectors may look there on that day; None: they may not."""
    return next((each for each in bases if each.holds(on) and _covers(each, place=place)), None)


def read_bases(text: str, *, file: str) -> DetectionBases:
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
        wrong = [code for code in each.countries if not _is_place(code)]
        if wrong:
            raise _unreadable(f"country {wrong[0]!r} is none", file=file, basis=each)
        if each.last is not None and each.last < each.first:
            raise _unreadable("ends before it begins", file=file, basis=each)
    return together(found, file=file)


def together(bases: DetectionBases, *, file: str) -> DetectionBases:
    """The same bases; LawUnreadable where two of one code hold on one day."""
    for one, other in combinations(bases, 2):
        if one.code == other.code and (one.holds(other.first) or other.holds(one.first)):
            raise _unreadable("stands there twice for the same day", file=file, basis=one)
    return bases


@cache
def built_in() -> DetectionBases:
    """The bases that come with the house."""
    file = resources.files("tutela.law") / "bases" / _BUILT_IN
    return read_bases(file.read_text(encoding="utf-8"), file=_BUILT_IN)


def _covers(basis: DetectionBasis, *, place: Place) -> bool:
    return (
        basis.visibility is place.visibility
        and place.service in (basis.services or (place.service,))
        and place.surface in (basis.surfaces or (place.surface,))
        and any(_lies_in(place.country, where=each) for each in basis.countries)
    )


def _lies_in(country: str | None, *, where: str) -> bool:
    if where == ANYWHERE:
        return True
    return country is not None and (country == where or (where == UNION and country in EU))


def _is_place(code: str) -> bool:
    return code in (ANYWHERE, UNION) or is_country(code)


def _unreadable(why: str, *, file: str, basis: DetectionBasis) -> LawUnreadable:
    return LawUnreadable(f"{file}: basis {basis.code}: {why}", evidence={"file": file})
