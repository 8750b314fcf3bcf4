"""On which legal basis a detector may look: by service, surface, country, visibility and day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

import msgspec

from tutela.domain.countries import EU
from tutela.domain.events import Visibility
from tutela.law.parameters import Text
from tutela.law.registers import ANYWHERE, UNION, DatedBasis, Register

ServiceName = Annotated[str, msgspec.Meta(pattern="^[^/]+/[^/]+$")]


class DetectionBasis(DatedBasis, frozen=True, kw_only=True):
    """A law on which detectors may look, and where."""

    visibility: Visibility
    #: Codes of ISO 3166-1 alpha-2, `EU`, or `*` for anywhere.
    countries: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    #: `tenant/service`; any where none is named.
    services: tuple[ServiceName, ...] = ()
    #: Any where none is named.
    surfaces: tuple[Text, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """Its countries."""
        return self.countries


DetectionBases = tuple[DetectionBasis, ...]

REGISTER = Register(DetectionBasis, file="detection.toml", places=frozenset({UNION, ANYWHERE}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something was said that a detector would look at."""

    #: `tenant/service`.
    service: str
    surface: str
    visibility: Visibility
    #: ISO 3166-1 alpha-2; None where it is not known.
    country: str | None = None


def basis_for(bases: DetectionBases, *, place: Place, on: date) -> DetectionBasis | None:
    """A basis on which detectors may look there on that day; None: they may not."""
    return next((each for each in bases if each.holds(on) and _covers(each, place=place)), None)


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
