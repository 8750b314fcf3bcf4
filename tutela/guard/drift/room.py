"""What the drift watch stands on, and whose uses it is about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database.pool import Pool
from tutela.domain.vocabulary import Mark
from tutela.law.detection import REGISTER, DetectionBases
from tutela.law.parameters import Unit, whole_number

#: So many accounts must have used a tag or query before anybody can read it.
ACCOUNTS_MIN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRoom:
    """What the drift watch stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    bases: DetectionBases = field(default_factory=REGISTER.built_in)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Whose uses: one service's, real or marked; the three never merge."""

    tenant: str
    service: str
    mark: Mark = Mark.REAL

    @classmethod
    def of(cls, caller: Caller) -> "Whose":
        """The caller's."""
        return cls(tenant=caller.tenant, service=caller.service, mark=caller.mark)

    @property
    def columns(self) -> dict[str, object]:
        """The named values that the queries of the room take."""
        return {"tenant": self.tenant, "service": self.service, "mark": str(self.mark)}


def kept_since(now: datetime) -> datetime:
    """Before that instant nothing of what was used is kept."""
    return now - timedelta(days=whole_number("guard_use_kept", unit=Unit.DAYS, on=now.date()))
