"""The platform's surfaces, asked by the house: by which file, by whom, and how often."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from tutela.access.services import NoSuchService, find
from tutela.app import House, Loop
from tutela.guard.propagation.asking import HttpProbe
from tutela.guard.propagation.configured import Probes, read_headers, read_probes
from tutela.guard.propagation.holdings import HoldingsHere
from tutela.guard.propagation.judging import SurfaceSeen
from tutela.guard.propagation.keeping import Book, forget_others
from tutela.guard.propagation.rounds import Moved, Rounds


class Prober:
    """Asks the surfaces of a file, which is read again for each round."""

    def __init__(self, house: House, *, file: Path, client: httpx.AsyncClient) -> None:
        self._house = house
        self._file = file
        self._client = client
        self._holdings = HoldingsHere(
            pool=house.pool,
            keys=house.keys,
            keeper=house.guard.keeper,
            clock=house.clock,
            chance=house.chance,
        )

    async def turn(self, moved: Moved | None = None) -> list[SurfaceSeen]:
        """How each surface was found; raises ProbesUnfit, and asks nothing then.

        Raises NoSuchService once those of the other services are asked.
        """
        house, probes = self._house, read_probes(self._file)
        unknown = {each: why for each in probes.services if (why := await self._unknown(each))}
        known = tuple(each for each in probes.surface if each.service not in unknown)
        await forget_others(
            house.pool, services=[each.service for each in known], now=house.clock()
        )
        found = await self._rounds(msgspec.structs.replace(probes, surface=known)).turn(moved)
        for why in unknown.values():
            raise why
        return found

    async def _unknown(self, service: str) -> NoSuchService | None:
        tenant, _, name = service.partition("/")
        try:
            await find(self._house.pool, tenant=tenant, service=name)
        except NoSuchService as unknown:
            return unknown
        return None

    def _rounds(self, probes: Probes) -> Rounds:
        house = self._house
        headers = {
            (each.service, each.name): read_headers(each, folder=self._file.parent)
            for each in probes.surface
        }
        return Rounds(
            probes=probes,
            probe=HttpProbe(self._client, headers=headers, chance=house.chance),
            holdings=self._holdings,
            book=Book(
                pool=house.pool,
                keys=house.keys,
                clock=house.clock,
                chance=house.chance,
                period_seconds=house.settings.guard_probe_seconds,
            ),
            clock=house.clock,
            chance=house.chance,
        )


@asynccontextmanager
async def prober(house: House, *, file: Path) -> AsyncIterator[Prober]:
    """Who asks the surfaces of a file, for as long as the context lasts."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield Prober(house, file=file, client=client)


@asynccontextmanager
async def probe_loops(house: House) -> AsyncIterator[tuple[Loop, ...]]:
    """What one worker does for all, where the operator named a file of surfaces."""
    file = house.settings.guard_probes
    if file is None:
        await forget_others(house.pool, services=(), now=house.clock())
        yield ()
        return
    async with prober(house, file=file) as probing:
        period_seconds = house.settings.guard_probe_seconds
        yield (Loop(name="guard probes", every_seconds=period_seconds, run=probing.turn),)
