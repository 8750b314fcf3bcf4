"""What a look at a surface means: which state it is in, what leaked, what was blocked wrongly."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from tutela.guard.asking import Surface
from tutela.guard.propagation.configured import Asking
from tutela.guard.propagation.held import Held
from tutela.guard.propagation.looking import Look, Reply, Spelling

#: A change must hold on every surface after so long: the emergency switch's promise.
LAG_SECONDS_MAX: Final = 60.0


class SurfaceState(StrEnum):
    """How a surface of the platform stands."""

    #: It serves the newest version, or is shut as it must be.
    CURRENT = "current"
    #: It does not yet, for no longer than it may.
    BEHIND = "behind"
    #: It does not, for longer than 60 seconds.
    LAGGING = "lagging"
    #: It answers, and by its answers the version it serves can't be told.
    UNVERSIONED = "unversioned"
    #: It left something unanswered: what it shows is not known.
    UNAVAILABLE = "unavailable"


class FindingKind(StrEnum):
    """What a surface does that it must not do."""

    #: It shows something of what is blocked, or anything while it is shut.
    LEAK = "leak"
    #: It shows nothing for a control.
    OVER_BLOCKED = "over_blocked"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a surface does wrongly."""

    kind: FindingKind
    #: The id of an entry, or `control` and its place in the file, from 1.
    what: str
    spelling: Spelling
    #: Results that it showed.
    shown: int

    @property
    def key(self) -> tuple[str, str, str]:
        """By which it is found again."""
        return self.kind, self.what, self.spelling


class SurfaceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """How one surface was found in a round."""

    #: `TENANT/SERVICE`.
    service: str
    name: str
    surface: Surface
    state: SurfaceState
    why: str | None
    #: The version it serves; 0: none of the newest ones. None: it can't be told.
    version: int | None
    newest: int
    #: Since there is something newer than what it serves, in seconds.
    lag_seconds: float
    behind_since: datetime | None
    asked: int
    unanswered: int
    findings: tuple[Finding, ...]
    #: What was asked and not answered: nothing that was found of it before has ended.
    unknown: frozenset[tuple[str, str]]
    #: What was asked and answered, however often.
    known: frozenset[tuple[str, str]]

    def has_ended(self, finding: tuple[str, str, str]) -> bool:
        """Whether something that was found before is shown to be so no more."""
        _, what, spelling = finding
        if any(each.key == finding for each in self.findings):
            return False
        if spelling == Spelling.RESULT:
            return not self.unanswered
        return (what, spelling) in self.known - self.unknown

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong with it, as far as it was asked."""
        states = (SurfaceState.LAGGING, SurfaceState.UNAVAILABLE)
        return not self.findings and self.state not in states


def judge(
    look: Look, *, asking: Asking, held: Held, now: datetime, behind_since: datetime | None
) -> SurfaceSeen:
    """How the surface stands; `behind_since` is what was found in the round before."""
    findings = dict.fromkeys(_findings(look, asking=asking, held=held))
    since, why = _behind(look, asking=asking, held=held, findings=tuple(findings))
    if since is not None and not look.version and behind_since is not None:
        since = min(since, behind_since)
    lag = 0.0 if since is None else max(0.0, (now - since).total_seconds())
    state = _state(look, asking=asking, held=held, lag_seconds=None if since is None else lag)
    if state is SurfaceState.BEHIND:
        # until its time is over a surface may be as shut or as open as it was
        findings = {each: None for each in findings if each.spelling is not Spelling.CONTROL}
    return SurfaceSeen(
        service=held.service,
        name=asking.name,
        surface=asking.surface,
        state=state,
        why=look.why if look.unanswered else why,
        version=None if look.blocks_all else look.version,
        newest=held.newest,
        lag_seconds=lag,
        behind_since=since,
        asked=look.asked,
        unanswered=look.unanswered,
        findings=tuple(findings),
        unknown=_asked(look, answered=False),
        known=_asked(look, answered=True),
    )


def _state(look: Look, *, asking: Asking, held: Held, lag_seconds: float | None) -> SurfaceState:
    if look.unanswered:
        return SurfaceState.UNAVAILABLE
    if lag_seconds is not None:
        return SurfaceState.LAGGING if lag_seconds > LAG_SECONDS_MAX else SurfaceState.BEHIND
    if held.is_shut(asking.surface) or (asking.tells_versions and held.newest):
        return SurfaceState.CURRENT
    return SurfaceState.UNVERSIONED


def _behind(
    look: Look, *, asking: Asking, held: Held, findings: tuple[Finding, ...]
) -> tuple[datetime | None, str | None]:
    """Since when there is something newer than what it does, and what that is."""
    if not held.versions:
        return None, "nothing was ever published"
    is_shut = held.is_shut(asking.surface)
    if look.blocks_all and not is_shut:
        return held.versions[0].at, "it blocks everything, and is not shut"
    if look.version is not None and not look.blocks_all and look.version < held.newest:
        older = "it serves an older version" if look.version else "it serves no version known here"
        return held.since(look.version), older
    if is_shut and any(each.spelling is Spelling.CONTROL for each in findings):
        return held.versions[0].at, "it shows something although it is shut"
    return None, None


def _asked(look: Look, *, answered: bool) -> frozenset[tuple[str, str]]:
    return frozenset(
        (each.question.what, str(each.question.spelling))
        for each in look.replies
        if (each.seen is not None) is answered
    )


def _findings(look: Look, *, asking: Asking, held: Held) -> Iterator[Finding]:
    for reply in look.replies:
        found = _finding(reply, asking=asking, held=held)
        if found is not None:
            yield found
        if reply.seen is not None:
            for each in held.hidden_ids(reply.seen.ids, asking=asking, value=reply.question.value):
                yield Finding(
                    kind=FindingKind.LEAK,
                    what=held.name_of(each),
                    spelling=Spelling.RESULT,
                    shown=1,
                )


def _finding(reply: Reply, *, asking: Asking, held: Held) -> Finding | None:
    question, seen = reply.question, reply.seen
    if seen is None:
        return None
    must_hide = held.is_shut(asking.surface)
    if question.spelling is not Spelling.CONTROL:
        must_hide = held.hides(question.value, asking=asking)
    elif not must_hide and (seen.blocked or not seen.shown):
        kind = FindingKind.OVER_BLOCKED
        return Finding(kind=kind, what=question.what, spelling=question.spelling, shown=0)
    if must_hide and seen.shown:
        return Finding(
            kind=FindingKind.LEAK,
            what=question.what,
            spelling=question.spelling,
            shown=seen.shown,
        )
    return None
