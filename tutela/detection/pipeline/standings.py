"""How something that detection stands on is doing: a detector, a list, an exchange, a rule."""

from dataclasses import dataclass
from typing import Final

#: Whose detectors look for every service.
EVERYBODY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it is doing, for a service or for everybody."""

    name: str
    ok: bool
    why: str | None = None
    #: `tenant/service`, or `EVERYBODY`.
    service: str = EVERYBODY
