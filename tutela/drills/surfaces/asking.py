"""The port by which a surface asks the guard, and two who stand there for comparison."""

from typing import Protocol

from tutela.drills.surfaces.holding import plain_tag
from tutela.guard.asking import (
    ALLOWED,
    GuardAnswer,
    GuardAsked,
    Item,
    Reason,
    Result,
    Surface,
    Verdict,
)
from tutela.guard.snapshot import Snapshot


class GuardUnreached(Exception):
    """Nobody could be asked what may be shown."""


class Asking(Protocol):
    """Whoever is asked what a surface may show."""

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """One result an item, in their order; raises GuardUnreached."""
        ...


class NobodyAsked:
    """Allows everything: the platform as it is without a guard."""

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """`allow` for each."""
        del surface
        return answer([ALLOWED] * len(asked.items), version=0)


class ExactList:
    """Compares with what is listed letter by letter, as block lists without a fold do."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._version = snapshot.version
        self._texts = {plain_tag(each.value): each.verdict for each in snapshot.texts}
        self._texts |= {plain_tag(each): Verdict.BLOCK for each in snapshot.canaries}
        self._named = {(each.kind, each.id): each.verdict for each in snapshot.named}

    async def ask(self, surface: Surface, *, asked: GuardAsked) -> GuardAnswer:
        """The verdict of the entry that has the very words or the very id, and `allow` else."""
        del surface
        return answer([self._result(item) for item in asked.items], version=self._version)

    def _result(self, item: Item) -> Result:
        listed = self._texts.get(plain_tag(item.value))
        if listed is not None:
            return Result(verdict=listed, reason=Reason.LISTED)
        confirmed = self._named.get((item.kind, item.value))
        if confirmed is not None:
            return Result(verdict=confirmed, reason=Reason.CONFIRMED)
        return ALLOWED


def answer(results: list[Result], *, version: int) -> GuardAnswer:
    """An answer from a snapshot of this version that is as fresh as can be."""
    return GuardAnswer(
        list_version=version, snapshot_age_seconds=0.0, degraded=version == 0, results=results
    )
