"""One batch, called for until each statement of it has its outcome or patience ends."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

import msgspec

from tutela.compliance.transparency.errors import (
    AnswerUnfit,
    CallLimited,
    NotAllowed,
    PuidsTaken,
    StatementsRefused,
    TokenRefused,
    Unanswered,
)
from tutela.compliance.transparency.outcomes import Filed, Outcome, Refused, Unclear
from tutela.compliance.transparency.rules import said
from tutela.compliance.transparency.terms import Means, Terms

if TYPE_CHECKING:
    from tutela.compliance.transparency.answers import Stored
    from tutela.compliance.transparency.submitting import Calls

_QUESTIONS_AT_ONCE: Final = 8
_JITTER_BYTES: Final = 4
_EXPONENT_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class Item:
    """A statement that can be sent, and where it stands in its batch."""

    position: int
    puid: str
    raw: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcomes of a batch in its order, and what ended the submission, if anything did."""

    outcomes: tuple[Outcome, ...]
    ended_by: Exception | None = None


class _OutOfPatience(Exception):
    """The next repetition would come too late; the text says why there has to be one."""


class Settling:
    """Settles one batch; made anew for each."""

    def __init__(self, calls: "Calls", *, terms: Terms, means: Means) -> None:
        self._calls = calls
        self._terms = terms
        self._means = means
        self._ends = means.monotonic() + terms.patience_seconds
        self._outcomes: dict[int, Outcome] = {}
        self._in_doubt: set[int] = set()
        self._failures = 0

    async def settle(self, items: Sequence[Item], *, outcomes: Mapping[int, Outcome]) -> Settled:
        """The outcome of each; `outcomes` are those known without a call."""
        self._outcomes.update(outcomes)
        groups = [list(items)] if items else []
        try:
            while groups:
                groups += await self._sent(groups.pop())
        except _OutOfPatience as why:
            self._give_up((item for item in items if not self._is_settled(item)), why=str(why))
        except (TokenRefused, NotAllowed, AnswerUnfit) as error:
            self._give_up((item for item in items if self._is_in_doubt(item)), why=error.title)
            return Settled(tuple(self._in_order()), error)
        return Settled(tuple(self._in_order()))

    async def _sent(self, group: list[Item]) -> list[list[Item]]:
        """The groups that still have to be sent, after one call for `group`."""
        try:
            stored = await self._calls.create_batch([item.raw for item in group])
        except StatementsRefused as refused:
            return self._without_refused(group, refused=refused)
        except PuidsTaken as taken:
            return await self._without_taken(group, puids=taken.puids)
        except CallLimited as limited:
            await self._pause(limited, attempt=self._failed())
            return [group]
        except Unanswered as unanswered:
            return await self._without_stored(group, unanswered=unanswered)
        except AnswerUnfit:
            self._in_doubt.update(item.position for item in group)
            raise
        return await self._with_stored(group, stored=stored)

    async def _with_stored(
        self, group: list[Item], *, stored: "Sequence[Stored]"
    ) -> list[list[Item]]:
        """None, as all are stored; an answer that doesn't name all is as good as none."""
        uuids = {said(each.puid): each.uuid for each in stored}
        for item in group:
            if item.puid in uuids:
                self._outcomes[item.position] = Filed(item.puid, uuids[item.puid])
        left = [item for item in group if not self._is_settled(item)]
        if not left:
            self._failures = 0
            return []
        odd = Unanswered("The answer does not name all that was sent.", may_be_stored=True)
        return await self._without_stored(left, unanswered=odd)

    def _without_refused(
        self, group: list[Item], *, refused: StatementsRefused
    ) -> list[list[Item]]:
        """All but those the database named; halves, where it named none."""
        self._failures = 0
        named = {index: errors for index, errors in refused.by_index.items() if index < len(group)}
        if not named and len(group) > 1:
            middle = len(group) // 2
            return [group[middle:], group[:middle]]
        for index, errors in (named or {0: refused.errors_of_call or _whole(refused)}).items():
            item = group[index]
            self._outcomes[item.position] = Refused(item.puid, errors)
        return self._unsettled(group)

    async def _without_taken(self, group: list[Item], *, puids: Sequence[str]) -> list[list[Item]]:
        """All but those that are filed; a PUID may be taken for a while by a call under way."""
        named = [item for item in group if item.puid in puids] or group
        missing = await self._missing(named)
        if len(missing) == len(named):
            taken = Unanswered("PUIDs are taken, and not yet known.", may_be_stored=False)
            await self._pause(taken, attempt=self._failed())
        return self._unsettled(group)

    async def _without_stored(
        self, group: list[Item], *, unanswered: Unanswered
    ) -> list[list[Item]]:
        """All but those that were stored, though nobody said so."""
        if unanswered.may_be_stored:
            self._in_doubt.update(item.position for item in group)
        await self._pause(unanswered, attempt=self._failed())
        if unanswered.may_be_stored:
            await self._missing(group)
        return self._unsettled(group)

    async def _missing(self, items: Iterable[Item]) -> list[Item]:
        """Those whose PUID the database doesn't know; the others are filed."""
        places = asyncio.Semaphore(_QUESTIONS_AT_ONCE)

        async def look(item: Item) -> bool:
            async with places:
                return await self._is_known(item)

        asked = list(items)
        answers = await asyncio.gather(*map(look, asked), return_exceptions=True)
        for item, answer in zip(asked, answers, strict=True):
            if answer is True:
                self._outcomes[item.position] = Filed(item.puid, None)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [item for item, answer in zip(asked, answers, strict=True) if not answer]

    async def _is_known(self, item: Item) -> bool:
        for attempt in count(1):
            try:
                return await self._calls.existing_puid(item.puid)
            except (CallLimited, Unanswered) as failed:
                await self._pause(failed, attempt=attempt)
        raise AssertionError

    def _failed(self) -> int:
        self._failures += 1
        return self._failures

    async def _pause(self, failed: CallLimited | Unanswered, *, attempt: int) -> None:
        """Waits as long as the database says, else a part of a while that doubles."""
        terms = self._terms
        ceiling = terms.pause_seconds * 2 ** min(attempt - 1, _EXPONENT_MAX)
        share = int.from_bytes(self._means.chance(_JITTER_BYTES), "big") / 256**_JITTER_BYTES
        told = failed.retry_after_seconds if isinstance(failed, CallLimited) else None
        seconds = min(ceiling, terms.pause_max_seconds) * (1 + share) / 2 + (told or 0.0)
        if self._means.monotonic() + seconds > self._ends:
            raise _OutOfPatience(failed.detail or failed.title)
        await self._means.sleep(seconds)

    def _is_settled(self, item: Item) -> bool:
        return item.position in self._outcomes

    def _is_in_doubt(self, item: Item) -> bool:
        return item.position in self._in_doubt and not self._is_settled(item)

    def _unsettled(self, group: Iterable[Item]) -> list[list[Item]]:
        left = [item for item in group if not self._is_settled(item)]
        return [left] if left else []

    def _give_up(self, items: Iterable[Item], *, why: str) -> None:
        for item in list(items):
            self._outcomes[item.position] = Unclear(item.puid, why)

    def _in_order(self) -> Iterator[Outcome]:
        return (self._outcomes[position] for position in sorted(self._outcomes))


def _whole(refused: StatementsRefused) -> Mapping[str, Sequence[str]]:
    return {"": (refused.detail or refused.title,)}
