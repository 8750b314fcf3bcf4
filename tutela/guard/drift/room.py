"""What the drift watch stands on, and whose uses it is about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from tutela.access.keys import KeySet
from tutela.database.pool import Pool
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


def kept_since(now: datetime) -> datetime:
    """Before that instant nothing of what was used is kept."""
    return now - timedelta(days=whole_number("guard_use_kept", unit=Unit.DAYS, on=now.date()))
