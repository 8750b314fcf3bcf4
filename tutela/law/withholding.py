"""On which legal basis a person may be told later, in which country, and for how long at most."""

from datetime import date
from typing import Annotated

import msgspec

from tutela.law.registers import UNION, DatedBasis, Register


class Basis(DatedBasis, frozen=True, kw_only=True):
    """A law by which an authority may ask that somebody is not told yet."""

    #: ISO 3166-1 alpha-2, or `EU` where the authority of any Member State may ask.
    country: str
    longest_days: Annotated[int, msgspec.Meta(ge=1)]

    @property
    def places(self) -> tuple[str, ...]:
        """Its country."""
        return (self.country,)


Bases = tuple[Basis, ...]

REGISTER = Register(Basis, file="withholding.toml", places=frozenset({UNION}))


def basis_on(bases: Bases, *, code: str, on: date) -> Basis | None:
    """The basis of that code that holds on that day; None where none does."""
    return next((each for each in bases if each.code == code and each.holds(on)), None)
