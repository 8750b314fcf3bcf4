"""What detection stands on in a process: its panel, the law it keeps to, and where it writes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from tutela.access.keys import KeySet
from tutela.access.tokens import Caller
from tutela.database.pool import Pool
from tutela.detection.pipeline.panel import Panel
from tutela.detection.pipeline.policy import Policies
from tutela.detection.rules.governing.room import RuleRoom
from tutela.detection.sample.keeping import Pace
from tutela.domain.events import Visibility
from tutela.law.detection import REGISTER, DetectionBases, Place
from tutela.law.parameters import LawUnreadable

#: Surfaces whose content anybody can see, unless the operator names others.
PUBLIC_SURFACES: Final = frozenset(
    {"app", "web", "upload", "post", "comment", "profile", "avatar", "feed", "story", "live"}
    | {"image", "video", "text", "search", "typeahead", "hashtag", "recommendation", "listing"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionRoom:
    """What detection stands on."""

    pool: Pool
    keys: KeySet
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]
    panel: Panel = field(default_factory=Panel)
    bases: DetectionBases = field(default_factory=REGISTER.built_in)
    public_surfaces: frozenset[str] = PUBLIC_SURFACES
    policies: Policies = field(default_factory=Policies)
    #: How much public content is kept for trying rules on it.
    pace: Pace = field(default_factory=Pace)

    @property
    def ruling(self) -> RuleRoom:
        """Where people keep policies together."""
        return RuleRoom(
            pool=self.pool,
            keys=self.keys,
            clock=self.clock,
            chance=self.chance,
            bases=self.bases,
            book=None if self.panel.bench is None else self.panel.bench.book,
        )

    def place(
        self,
        surface: str,
        *,
        caller: Caller,
        visibility: Visibility | None,
        country: str | None,
    ) -> Place:
        """Where something was said; interpersonal, unless it or its surface is said to be public.

        Deny by default: a surface that nobody named public is one of private messages.
        """
        public = Visibility.PUBLIC if surface in self.public_surfaces else Visibility.INTERPERSONAL
        return Place(
            service=f"{caller.tenant}/{caller.service}",
            surface=surface,
            visibility=visibility or public,
            country=country,
        )


def register(file: Path | None) -> DetectionBases:
    """The bases that come with the house and those of the operator's file.

    Raises LawUnreadable, naming the file and what is wrong in it.
    """
    if file is None:
        return REGISTER.built_in()
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LawUnreadable(f"{file}: {error}", evidence={"file": str(file)}) from error
    return REGISTER.with_own(text, file=str(file))


def surfaces(named: str | None) -> frozenset[str]:
    """The surfaces of a setting; the usual ones where it is None."""
    if named is None:
        return PUBLIC_SURFACES
    return frozenset(each.strip() for each in named.split(",") if each.strip())
