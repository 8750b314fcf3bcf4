"""`make guard-probing`: what somebody learns of a list by asking for it, and who is told of it.

Probers ask for 100,000 words, all 5,000 listed ones among them, in the guises that they have, and
people search beside them. Time is counted, not waited for. Exit 1 where one that must learn little
learns more than a hundredth, somebody is not told of, or more than 0.1 % of people are shut out.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from benchmarks import machine
from tutela.detection.terms.term import TermKind
from tutela.guard.asking import Item, ItemKind, Reason, Result, Surface, Verdict
from tutela.guard.deciding import Decider, decider
from tutela.guard.probing import Trait, Watch, refuse_all, words_asked
from tutela.guard.snapshot import Snapshot, Text

ENTRIES, QUERIES, SEED = 5_000, 100_000, 20_261_122
#: People who search for a day, how often, and which share of it is refused.
PEOPLE, SEARCHES, REFUSED_SHARE = 2_000, 20, 0.01
LEARNT_MAX, HARMED_MAX = 0.01, 0.001
#: Items of one call of who holds a token.
BATCH = 1_000
_SIGNS = "bcdfghjklmnpqrstvwxz"
#: Reasons that tell a prober what is listed.
_TELLING = frozenset({Reason.LISTED, Reason.LEADS_TO_LISTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is listed, and what is not."""

    listed: tuple[str, ...]
    others: tuple[str, ...]
    decider: Decider

    def dictionary(self, chance: random.Random) -> list[str]:
        """Every listed word among the others, in no order."""
        words = [*self.listed, *self.others]
        chance.shuffle(words)
        return words


@dataclass(slots=True, kw_only=True)
class Learnt:
    """What a prober learnt, and who was told of it."""

    listed: set[str] = field(default_factory=set)
    asked: int = 0
    answered: int = 0
    alarms: int = 0
    first_alarm_after: int | None = None


@dataclass(slots=True, kw_only=True)
class Door:
    """The guard as a call or a program has it: verdicts, and a watch beside them."""

    world: World
    shuts_tokens: bool = False
    watch: Watch = field(default_factory=Watch)
    learnt: Learnt = field(default_factory=Learnt)

    def ask(self, words: Sequence[str], *, viewer: str | None, seconds: float) -> list[Result]:
        """One call of a search, at an instant."""
        items = [Item(kind=ItemKind.TEXT, value=word) for word in words]
        results = self._results(items, viewer=viewer, seconds=seconds)
        learnt = self.learnt
        learnt.asked += len(words)
        for word, result in zip(words, results, strict=True):
            learnt.answered += result.reason is not Reason.TOO_MANY
            if result.reason in _TELLING:
                learnt.listed.add(word)
        return results

    def _results(
        self, items: Sequence[Item], *, viewer: str | None, seconds: float
    ) -> list[Result]:
        if self.watch.is_shut(viewer or "token", seconds=seconds):
            return refuse_all(len(items))
        results = self.world.decider.results(Surface.SEARCH, items)
        words = words_asked(Surface.SEARCH, items=items, results=results)
        trait = self.watch.token_asked("token", words=words, seconds=seconds)
        self._note(trait)
        if trait is not None and self.shuts_tokens:
            self.watch.shut("token", seconds=seconds)
            return refuse_all(len(items))
        if viewer is None:
            return results
        trait = self.watch.viewer_asked(viewer, words=words, seconds=seconds)
        self._note(trait)
        if trait is None:
            return results
        self.watch.shut(viewer, seconds=seconds)
        return refuse_all(len(items))

    def _note(self, trait: Trait | None) -> None:
        if trait is not None:
            self.learnt.alarms += 1
            if self.learnt.first_alarm_after is None:
                self.learnt.first_alarm_after = self.learnt.asked


class Probe(Protocol):
    """Asks for words at a door, in some way."""

    def __call__(self, door: Door, *, words: list[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Guise:
    """How somebody probes: what it is called, whether that must teach little, and how they ask."""

    name: str
    is_bounded: bool
    probe: Probe
    shuts_tokens: bool = False

    def __str__(self) -> str:
        return self.name


def world(entries: int, *, queries: int, seed: int = SEED) -> World:
    """Random tokens: so many listed, the others not."""
    chance = random.Random(seed)
    words: set[str] = set()
    while len(words) < queries:
        words.add("".join(chance.choices(_SIGNS, k=10)))
    listed, others = sorted(words)[:entries], sorted(words)[entries:]
    snapshot = Snapshot(
        tenant="main",
        service="main",
        version=1,
        published_at=datetime(2026, 11, 22, tzinfo=UTC),
        texts=tuple(Text(word, TermKind.WORD, Verdict.BLOCK) for word in listed),
    )
    return World(listed=tuple(listed), others=tuple(others), decider=decider(snapshot))


def _each(every_seconds: float, *, viewers: int) -> Probe:
    def probe(door: Door, *, words: list[str]) -> None:
        for number, word in enumerate(words):
            door.ask([word], viewer=f"v{number % viewers}", seconds=number * every_seconds)

    return probe


def _variants(door: Door, *, words: list[str]) -> None:
    """Asks for a listed word, then for it with one sign changed at each place, and so on."""
    seconds, listed = 0.0, set(door.world.listed)
    for word in [each for each in words if each in listed]:
        for asked in (word, *_changed(word)):
            seconds += 2.0
            door.ask([asked], viewer="v", seconds=seconds)


def _changed(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + "y" + word[at + 1 :]


def _batches(viewer: str | None) -> Probe:
    def probe(door: Door, *, words: list[str]) -> None:
        for number, start in enumerate(range(0, len(words), BATCH)):
            door.ask(words[start : start + BATCH], viewer=viewer, seconds=float(number))

    return probe


GUISES = (
    Guise("one viewer, 100 a second", is_bounded=True, probe=_each(0.01, viewers=1)),
    Guise("one viewer, one a minute", is_bounded=True, probe=_each(60.0, viewers=1)),
    Guise("one viewer, calls of 1,000", is_bounded=True, probe=_batches("v")),
    Guise("one viewer, for spellings", is_bounded=True, probe=_variants),
    Guise("100 viewers in turn", is_bounded=False, probe=_each(0.01, viewers=100)),
    Guise("a new viewer each time", is_bounded=False, probe=_each(0.01, viewers=10**9)),
    Guise("the token alone", is_bounded=False, probe=_batches(None)),
    Guise("the token alone, shut", is_bounded=True, probe=_batches(None), shuts_tokens=True),
)


def probed(found: World, *, guise: Guise, seed: int = SEED) -> Learnt:
    """What somebody in that guise learns."""
    door = Door(world=found, shuts_tokens=guise.shuts_tokens)
    guise.probe(door, words=found.dictionary(random.Random(seed)))
    return door.learnt


def shut_out(found: World, *, people: int, seed: int = SEED) -> int:
    """How many people are shut out at the end of a day on which they just searched."""
    chance, watch = random.Random(seed), Watch()
    door, harmed = Door(world=found, watch=watch), 0
    for person in range(people):
        begun = chance.uniform(0, 43_200.0)
        for number in range(SEARCHES):
            listed = chance.random() < REFUSED_SHARE
            word = chance.choice(found.listed if listed else found.others)
            door.ask([word], viewer=f"p{person}", seconds=begun + 30.0 * number)
        harmed += watch.is_shut(f"p{person}", seconds=begun + 30.0 * SEARCHES)
    return harmed


def main() -> int:
    """The figures of every guise; 1 where somebody learns too much or people are harmed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--queries", type=int, default=QUERIES)
    given = parser.parse_args()
    for name, value in machine.described(Path()).items():
        print(f"{name:<18} {value}")
    found, is_fit = world(given.entries, queries=given.queries), True
    print(f"{given.entries:,} listed words among {given.queries:,} asked")
    for guise in GUISES:
        begun = time.process_time()
        learnt = probed(found, guise=guise)
        took = time.process_time() - begun
        share = len(learnt.listed) / len(found.listed)
        is_fit &= learnt.alarms > 0 and not (guise.is_bounded and share > LEARNT_MAX)
        print(
            f"{guise.name:<28} learnt {len(learnt.listed):5,} ({share:6.2%})  answered"
            f" {learnt.answered:7,} of {learnt.asked:7,}  alarms {learnt.alarms:6,}, the first"
            f" after {learnt.first_alarm_after}  ({took / learnt.asked * 1e6:.0f} us each)"
        )
    harmed = shut_out(found, people=PEOPLE)
    is_fit &= harmed <= HARMED_MAX * PEOPLE
    print(f"people shut out: {harmed} of {PEOPLE:,}")
    return 0 if is_fit else 1


if __name__ == "__main__":
    sys.exit(main())
