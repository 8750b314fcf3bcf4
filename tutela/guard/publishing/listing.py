"""What is listed for a service at an instant, and where that is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from tutela.database.pool import Connection
from tutela.guard.asking import Surface
from tutela.guard.snapshot import Mode, Named, Text


class Place(NamedTuple):
    """Whose guard it is."""

    tenant: str
    service: str

    def __str__(self) -> str:
        return f"{self.tenant}/{self.service}"

    @property
    def columns(self) -> dict[str, object]:
        """The named values that queries take."""
        return {"tenant": self.tenant, "service": self.service}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What people listed for a service and approved, as far as it is in force; never logged."""

    texts: tuple[Text, ...] = ()
    named: tuple[Named, ...] = ()
    modes: Mapping[Surface, Mode] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Listing of {len(self.texts)} texts>"


class Source(Protocol):
    """Where listings are read."""

    async def stamp(self, connection: Connection, *, place: Place, now: datetime) -> object:
        """Something that is cheap to read, and another one where `live` may find something else."""
        ...

    async def live(self, connection: Connection, *, place: Place, now: datetime) -> Listing:
        """What is in force at an instant."""
        ...


class NothingListed:
    """A source where nobody lists anything."""

    async def stamp(self, connection: Connection, *, place: Place, now: datetime) -> object:
        """Always the same."""
        del connection, place, now
        return None

    async def live(self, connection: Connection, *, place: Place, now: datetime) -> Listing:
        """Nothing."""
        del connection, place, now
        return Listing()
