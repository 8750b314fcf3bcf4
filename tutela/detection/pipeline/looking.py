"""One detector looks at many items: in a thread, within its time, and at its own canary beside.

A detector that has died without a word says `no match` to everything. So each look takes the
items that the detector says it must find; where one is missed, nothing of that look is clean.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from tutela.detection.detectors import Detector, Item
from tutela.detection.pipeline.reasons import Why
from tutela.detection.pipeline.threads import Broke, in_thread
from tutela.domain.signals import Result, Signal

#: How long one look may take.
BUDGET_SECONDS = 2.0
#: Looks of one detector at a time; those that hang count until they end.
AT_ONCE = 4
#: Text that one look takes, unless a single item has more.
PORTION_CODE_POINTS = 2_000_000
#: After these no further look of the same items is tried.
_LATE: Final = (Why.TIMED_OUT, Why.BUSY)

HASH_KINDS: Final = ("pdq", "md5", "sha1", "sha256")
EVERY_PART: Final = frozenset({"text", "tags", *HASH_KINDS})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """A detector, what proves that it looks, and how many looks of it may be under way."""

    detector: Detector
    #: What it must find, and what it must not.
    canaries: tuple[Item, ...]
    clean: tuple[Item, ...]
    #: Parts of items that it looks at, by their names.
    parts: frozenset[str]
    seats: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def name(self) -> str:
        """The name of the detector."""
        return self.detector.name


def watched(detector: Detector) -> Watched:
    """The detector with its canaries; what those are made of is what it looks at."""
    try:
        examples = detector.examples()
    except Exception as error:  # noqa: BLE001 - it proves nothing, and says so at each look
        _log.warning("detector_unproven", detector=detector.name, error=type(error).__name__)
        return Watched(detector, canaries=(), clean=(), parts=EVERY_PART)
    parts = frozenset(part for each in examples.matching for part in parts_of(each))
    return Watched(
        detector, canaries=examples.matching, clean=examples.clean, parts=parts or EVERY_PART
    )


def parts_of(item: Item) -> frozenset[str]:
    """What an item has: `text`, `tags`, and each kind of hash by its name."""
    hashes = item.hashes
    has = {
        "text": item.text is not None,
        "tags": bool(item.tags),
        **{kind: getattr(hashes, kind, None) is not None for kind in HASH_KINDS},
    }
    return frozenset(part for part, there in has.items() if there)


async def look(
    who: Watched, *, items: Sequence[Item], budget_seconds: float = BUDGET_SECONDS
) -> list[Signal]:
    """A signal for each item, in order: never a `no match` from a look that proved nothing."""
    signals: list[Signal] = []
    late: Why | None = None
    for portion in _portions(items):
        if late is not None:
            signals += _unknown(who, count=len(portion), why=late)
            continue
        signals += await _look(who, items=portion, budget_seconds=budget_seconds)
        late = next((why for why in _LATE if signals[-1].why == why), None)
    return signals


def _portions(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in their order, as many together as a look can take in its time."""
    start = size = 0
    for place, item in enumerate(items):
        length = len(item.text or "") + sum(map(len, item.tags))
        if place > start and size + length > PORTION_CODE_POINTS:
            yield items[start:place]
            start, size = place, 0
        size += length
    if start < len(items):
        yield items[start:]


async def _look(who: Watched, *, items: Sequence[Item], budget_seconds: float) -> list[Signal]:
    if not who.canaries:
        return _unknown(who, count=len(items), why=Why.UNPROVEN)
    waiting = True
    try:
        async with asyncio.timeout(budget_seconds):
            await who.seats.acquire()
            waiting = False
            answers = await _ask(who, items=[*items, *who.canaries])
    except TimeoutError:
        why = Why.BUSY if waiting else Why.TIMED_OUT
        _log.warning("detector_late", detector=who.name, why=str(why))
        return _unknown(who, count=len(items), why=why)
    except Broke as broken:
        _log.warning("detector_failed", detector=who.name, error=str(broken))
        return _unknown(who, count=len(items), why=Why.FAILED)
    return _judged(who, answers=answers, count=len(items))


async def _ask(who: Watched, *, items: Sequence[Item]) -> list[Signal]:
    return await in_thread(
        lambda: who.detector.look(items), done=who.seats.release, name=f"look-{who.name}"
    )


def _judged(who: Watched, *, answers: Sequence[Signal], count: int) -> list[Signal]:
    whole = len(answers) == count + len(who.canaries) and all(map(_can_be, answers))
    if not whole:
        _log.warning("detector_answers_badly", detector=who.name, answers=len(answers))
        return _unknown(who, count=count, why=Why.BROKEN_ANSWER)
    signals = [_named(each, who=who) for each in answers[:count]]
    missed = [each for each in answers[count:] if each.result is not Result.MATCH]
    if not missed:
        return signals
    why = next((each.why for each in missed if each.why), None) or Why.CANARY_MISSED
    return [each if each.result is Result.MATCH else _cannot_tell(who, why=why) for each in signals]


def _can_be(signal: object) -> bool:
    return isinstance(signal, Signal) and (signal.result is Result.MATCH) == bool(signal.matches)


def _named(signal: Signal, *, who: Watched) -> Signal:
    if signal.result is Result.UNAVAILABLE:
        return _cannot_tell(who, why=signal.why or Why.UNSAID)
    return Signal(detector=who.name, result=signal.result, matches=signal.matches)


def _unknown(who: Watched, *, count: int, why: str) -> list[Signal]:
    return [_cannot_tell(who, why=why)] * count


def _cannot_tell(who: Watched, *, why: str) -> Signal:
    return Signal(detector=who.name, result=Result.UNAVAILABLE, why=str(why))
