"""`make guard-switch`: the emergency switch on every surface of a simulated platform, and back.

The surfaces ask a real `tutela up`, two by the library and two over HTTP, and what holds is told by
what they show when asked, never by what they say of themselves. Then one is kept by an old version,
as an app would be that loads nothing any more, and must be named. Exit 1 where a way takes longer
than a minute, or who is late is not the one that is named.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.guard_world_house import in_force, running
from tutela.access import users
from tutela.access.founding import MAIN
from tutela.access.persons import at_terminal
from tutela.access.users import Person, generated_password
from tutela.app import House
from tutela.app.guarding import governance_room
from tutela.app.probing import Prober, prober
from tutela.cli.attachment import attached, house_of
from tutela.cli.demo_surfaces import demo_world, engage, write_probes
from tutela.cli.options import Where
from tutela.domain.vocabulary import Role
from tutela.drills.surfaces.adapters import Surfaces
from tutela.drills.surfaces.callers import Decided
from tutela.drills.surfaces.connecting import guards
from tutela.drills.surfaces.listing import entries_of
from tutela.drills.surfaces.serving import SurfacesSite
from tutela.drills.wire import serving
from tutela.guard.asking import Surface
from tutela.guard.governance.switching import SwitchAsked, throw
from tutela.guard.propagation.judging import LAG_SECONDS_MAX, SurfaceSeen, SurfaceState
from tutela.guard.publishing.listing import Place
from tutela.guard.snapshot import Mode

ROUND_SECONDS = 0.5
#: Once it is over, whoever is late is named at the next round.
PATIENCE_SECONDS = LAG_SECONDS_MAX + 20.0
KEPT_BACK, NAMED = Surface.HASHTAG, "tags"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A house, a platform's surfaces, and who asks them."""

    house: House
    surfaces: Surfaces
    probing: Prober
    lead: str

    async def thrown(self, mode: Mode) -> tuple[float, list[SurfaceSeen]]:
        """Seconds until every surface does so, or someone is late; and how they were found."""
        caller = await at_terminal(self.house.pool, tenant=MAIN, service=MAIN, name=self.lead)
        asked = SwitchAsked(surface="all", mode=mode, reason="a drill")
        await throw(governance_room(self.house), caller=caller, asked=asked)
        return await self.until_it_holds(newer_than=self._newest())

    async def until_it_holds(self, *, newer_than: int) -> tuple[float, list[SurfaceSeen]]:
        """As `thrown`, for whatever is published next."""
        begun = time.monotonic()
        while True:
            seen = await self.probing.turn()
            seconds = time.monotonic() - begun
            is_out = all(each.newest > newer_than for each in seen)
            holds = all(each.state is SurfaceState.CURRENT and each.is_well for each in seen)
            late = any(each.state is SurfaceState.LAGGING for each in seen)
            if (is_out and (holds or late)) or seconds > PATIENCE_SECONDS:
                return seconds, seen
            await asyncio.sleep(ROUND_SECONDS)

    def keep_back(self) -> None:
        """One surface loads nothing any more from now on."""
        kept = self.house.guard.keeper.of(Place(MAIN, MAIN))
        if kept is not None:
            self.surfaces.guards[KEPT_BACK] = Decided(kept.decider)

    def _newest(self) -> int:
        kept = self.house.guard.keeper.of(Place(MAIN, MAIN))
        return 0 if kept is None else kept.decider.version


@asynccontextmanager
async def staged(folder: Path, *, tell: Callable[[str], None]) -> AsyncIterator[Stage]:
    """A running service whose platform asks it, with all that is planted listed and in force."""
    world = demo_world()
    where = Where(data=folder / "data", keys=folder / "keys")
    with running(folder) as url, attached(where) as attachment:
        async with house_of(attachment) as house:
            known = await engage(house, url=url, entries=entries_of(world))
            async with guards(known, folder=folder / "last") as found:
                await in_force(found, world=world)
                surfaces = Surfaces(world.platform, guards=found)
                async with serving(SurfacesSite(surfaces).take) as platform:
                    file = write_probes(folder, url=platform)
                    async with prober(house, file=file) as probing:
                        tell("in force on every surface")
                        yield Stage(
                            house=house,
                            surfaces=surfaces,
                            probing=probing,
                            lead=await _lead(house),
                        )


async def _lead(house: House) -> str:
    person = Person(tenant=MAIN, name=f"lead-{house.chance(3).hex()}", role=Role.LEAD)
    await users.add(house.pool, person=person, password=generated_password(house.chance))
    return person.name


async def drill(folder: Path) -> bool:
    """Whether both ways hold within a minute, and who is late is named."""
    async with staged(folder, tell=_tell) as stage:
        await stage.until_it_holds(newer_than=0)
        shut_seconds, shut = await stage.thrown(Mode.SHUT)
        print(f"shut on {len(shut)} surfaces after {shut_seconds:.1f} s", flush=True)
        back_seconds, back = await stage.thrown(Mode.NORMAL)
        print(f"back on {len(back)} surfaces after {back_seconds:.1f} s", flush=True)
        held = all(each.state is SurfaceState.CURRENT for each in (*shut, *back))
        _tell("one surface loads nothing any more")
        stage.keep_back()
        late_seconds, late = await stage.thrown(Mode.SHUT)
        named = {each.name: each for each in late if each.state is SurfaceState.LAGGING}
        for each in named.values():
            print(f"late after {late_seconds:.1f} s: {each.name}, {each.lag_seconds:.0f} s behind")
    in_time = max(shut_seconds, back_seconds) <= LAG_SECONDS_MAX
    return held and in_time and set(named) == {NAMED}


def main() -> int:
    """0 where the bar holds, with the figures on stdout."""
    with tempfile.TemporaryDirectory(prefix="tutela-switch-") as name:
        folder = Path(name)
        print("; ".join(f"{key} {value}" for key, value in machine.described(folder).items()))
        is_fit = asyncio.run(drill(folder))
    print("holds" if is_fit else "DOES NOT HOLD")
    return 0 if is_fit else 1


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
