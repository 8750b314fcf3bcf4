"""The snapshot that a program answers by, and how old what it knows is."""

from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from tutela.guard.deciding import Decider
from tutela.guard.sealing import Manifest
from tutela.guard.snapshot import Switches


class Origin(StrEnum):
    """Whence a snapshot came."""

    #: The server gave it to this program.
    SERVER = "server"
    #: It lay in the program's folder, and the server has not spoken since.
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A snapshot that is ready; it never changes, and another one takes its place as a whole."""

    manifest: Manifest
    decider: Decider
    switches: Switches
    #: As it was downloaded: for the file.
    document: bytes = field(repr=False)
    #: When the server last called it the newest, by the steady clock of this process.
    confirmed_at_seconds: float
    origin: Origin

    def age_seconds(self, now_seconds: float) -> float:
        """How long ago it was known to be the newest, at an instant of the steady clock."""
        return max(0.0, now_seconds - self.confirmed_at_seconds)

    def is_old(self, age_seconds: float) -> bool:
        """Whether an answer of this age is `degraded`."""
        return age_seconds >= self.switches.age_seconds_max


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How fresh a program's answers are, and why they are not fresher."""

    #: 0 where nothing was ever loaded.
    version: int
    #: RFC 3339; None where nothing was ever loaded.
    published_at: str | None
    #: Since the version was last known to be the newest; since the start where there is none.
    age_seconds: float
    #: Whether that is longer than it may be, or there is no version.
    degraded: bool
    origin: Origin | None
    #: Why the last look at the server brought nothing, as a code; None where it was answered.
    fault: str | None
    #: The same in words, which hold nothing of what is listed.
    fault_detail: str | None
    #: Why the file of the last good snapshot can't be used; None where it can, or there is none.
    file_fault: str | None
