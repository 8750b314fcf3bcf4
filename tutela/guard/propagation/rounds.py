"""A round: every surface is asked, each beside the others, and what was found is written down."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from tutela.guard.propagation.asking import SurfaceProbe
from tutela.guard.propagation.configured import Asking, Asks, Probes
from tutela.guard.propagation.disguises import DISGUISES, disguised
from tutela.guard.propagation.held import Held, LiveEntry, fits
from tutela.guard.propagation.judging import SurfaceSeen, judge
from tutela.guard.propagation.keeping import Before, Book
from tutela.guard.propagation.looking import Looking, Question, Spelling

#: Called with how many surfaces are done, and how many there are.
Moved = Callable[[int, int], None]
_CHANCE_BYTES: Final = 8


class Holdings(Protocol):
    """What tells what a guard holds now."""

    async def held(self, service: str, *, sample: int, again: frozenset[str]) -> Held:
        """What the guard of `TENANT/SERVICE` holds, with so many entries by chance and those."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What a round stands on."""

    probes: Probes
    probe: SurfaceProbe
    holdings: Holdings
    book: Book
    clock: Callable[[], datetime]
    chance: Callable[[int], bytes]

    async def turn(self, moved: Moved | None = None) -> list[SurfaceSeen]:
        """How each surface was found, in the order of the file, once that is written down."""
        found: list[SurfaceSeen] = []
        total = len(self.probes.surface)
        for service, surfaces in self.probes.services.items():
            before = await self.book.before(service)
            again = frozenset(each for one in before.values() for each in one.open)
            held = await self.holdings.held(service, sample=self.probes.sample, again=again)
            looks = [self._look(each, held=held, before=before) for each in surfaces]
            for done in asyncio.as_completed(looks):
                found.append(await done)
                if moved is not None:
                    moved(len(found), total)
            await self.book.write(
                service, seen=[each for each in found if each.service == service], before=before
            )
        places = {(each.service, each.name): n for n, each in enumerate(self.probes.surface)}
        return sorted(found, key=lambda each: places[each.service, each.name])

    async def _look(
        self, asking: Asking, *, held: Held, before: Mapping[str, Before]
    ) -> SurfaceSeen:
        earlier = before.get(asking.name, Before())
        questions = [
            *self._listed(asking, held=held, again=earlier.open),
            *self._controls(asking, again=earlier.open),
        ]
        looking = Looking(self.probe, surface=asking)
        look = await looking.look(questions, newest=held.newest, canary=held.canary)
        return judge(
            look,
            asking=asking,
            held=held,
            now=self.clock(),
            behind_since=earlier.behind_since,
        )

    def _listed(self, asking: Asking, *, held: Held, again: frozenset[str]) -> Iterator[Question]:
        for entry in held.entries:
            if not fits(entry, asking=asking):
                continue
            yield Question(value=entry.value, spelling=Spelling.OWN, what=entry.id)
            if asking.kind in (Asks.TEXT, Asks.TAG):
                for other in self._disguised(entry, lot=held.lot, again=again):
                    yield Question(value=other, spelling=Spelling.DISGUISED, what=entry.id)

    def _disguised(self, entry: LiveEntry, *, lot: str, again: frozenset[str]) -> list[str]:
        """One other spelling by lot; every one of what was found before."""
        if entry.id not in again:
            return [disguised(entry.value, lot=lot)]
        return [disguise(entry.value) for disguise in DISGUISES]

    def _controls(self, asking: Asking, *, again: frozenset[str]) -> list[Question]:
        """Some of the surface's controls by chance, and those that were blocked before."""
        named = {f"control {n}": each for n, each in enumerate(asking.controls, start=1)}
        drawn = sorted(named, key=lambda _: self.chance(_CHANCE_BYTES))[: self.probes.sample]
        chosen = [*drawn, *(each for each in named if each in again and each not in drawn)]
        return [
            Question(value=named[each], spelling=Spelling.CONTROL, what=each) for each in chosen
        ]
