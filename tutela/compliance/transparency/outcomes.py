"""What became of a statement that was to be filed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filed:
    """The database holds it; `uuid` is None where that was learnt by asking for the PUID."""

    puid: str
    uuid: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The database takes it never as it stands: field -> what it says."""

    puid: str
    errors: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Not known to be filed when patience ended, and `why`; submitting it again is safe."""

    puid: str
    why: str


Outcome = Filed | Refused | Unclear
