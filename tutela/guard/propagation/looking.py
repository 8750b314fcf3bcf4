"""One look at one surface: which version it serves, and what it shows of what it was asked."""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from tutela.guard.propagation.asking import Seen, SurfaceProbe, SurfaceUnavailable
from tutela.guard.propagation.configured import Asking
from tutela.guard.publishing.canaries import CANARIES_KEPT, NEVER

#: A surface that gave no answer so often, one after the other, is asked nothing more in this look.
FAILURES_MAX: Final = 3
#: What was not answered by then stays unanswered.
LOOK_SECONDS_MAX: Final = 20.0


class Spelling(StrEnum):
    """How something is asked."""

    #: As it is listed.
    OWN = "own"
    #: As those write it who mean to be found all the same.
    DISGUISED = "disguised"
    #: Not listed: it must be shown.
    CONTROL = "control"
    #: It was not asked for: its id stands among what was shown for something else.
    RESULT = "result"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What a surface is asked."""

    value: str
    spelling: Spelling
    #: The id of the entry, or the place of the control in the file.
    what: str

    def __repr__(self) -> str:
        return f"<Question {self.spelling} {self.what}>"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a question; without `seen` there is no answer, and `why` says why."""

    question: Question
    seen: Seen | None
    why: str | None = None


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at a surface found."""

    replies: tuple[Reply, ...]
    #: The newest version whose canary is blocked; 0: none of those that are asked for. None: it
    #: can't be told, as the surface does not say what it blocks, or did not answer.
    version: int | None = None
    #: Whether it blocks what nobody ever listed.
    blocks_all: bool = False
    asked: int = 0
    unanswered: int = 0
    why: str | None = None


class Looking:
    """Asks one surface, one question after the other."""

    def __init__(self, probe: SurfaceProbe, *, surface: Asking) -> None:
        self._probe = probe
        self._surface = surface
        self._asked = self._unanswered = self._in_a_row = 0
        self._why: str | None = None

    async def look(
        self, questions: Sequence[Question], *, newest: int, canary: Callable[[int], str]
    ) -> Look:
        """What the surface shows; `newest` is the version that was published last, 0 for none."""
        replies: list[Reply] = []
        version, blocks_all = None, False
        try:
            async with asyncio.timeout(LOOK_SECONDS_MAX):
                if self._surface.tells_versions:
                    never = await self._ask(canary(NEVER))
                    blocks_all = never is not None and never.blocked
                    version = await self._version(newest, canary=canary)
                for each in questions:
                    replies.append(await self._reply(each))  # noqa: PERF401 - kept when time is up
        except TimeoutError:
            self._why = f"not all was answered in {LOOK_SECONDS_MAX:g} s"
            self._unanswered += 1
        left = questions[len(replies) :]
        self._unanswered += len(left)
        replies += [Reply(question=each, seen=None, why=self._why) for each in left]
        return Look(
            replies=tuple(replies),
            version=version,
            blocks_all=blocks_all,
            asked=self._asked + len(left),
            unanswered=self._unanswered,
            why=self._why,
        )

    async def _version(self, newest: int, *, canary: Callable[[int], str]) -> int | None:
        """By halves: whoever has a version blocks its canary and those of the ones before it."""
        blocked, shown = max(NEVER, newest - CANARIES_KEPT), newest + 1
        is_first = True
        while shown - blocked > 1:
            asked = newest if is_first else (blocked + shown) // 2
            is_first = False
            seen = await self._ask(canary(asked))
            if seen is None:
                return None
            blocked, shown = (asked, shown) if seen.blocked else (blocked, asked)
        return NEVER if blocked == newest - CANARIES_KEPT else blocked

    async def _reply(self, question: Question) -> Reply:
        seen = await self._ask(question.value)
        return Reply(question=question, seen=seen, why=None if seen else self._why)

    async def _ask(self, value: str) -> Seen | None:
        self._asked += 1
        if self._in_a_row < FAILURES_MAX:
            try:
                seen = await self._probe.ask(self._surface, value=value)
            except SurfaceUnavailable as unavailable:
                self._why = unavailable.detail
            else:
                self._in_a_row = 0
                return seen
        self._in_a_row += 1
        self._unanswered += 1
        return None
