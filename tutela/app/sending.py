"""What leaves the house: messages to platforms, statements to the Transparency Database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from tutela.app import House, Loop, registry
from tutela.compliance.filing import rounds as filing
from tutela.compliance.filing.configured import database_client
from tutela.compliance.filing.sending import sender
from tutela.decisions.sending import open_client
from tutela.decisions.webhooks import Courier, deliver_all

DELIVERY_SECONDS = 1.0
FILING_SECONDS = 2.0


@asynccontextmanager
async def _filing_loops(house: House) -> AsyncIterator[tuple[Loop, ...]]:
    """Files what is due, where a database is configured; without one nothing leaves."""
    if house.settings.transparency_url is None:
        yield ()
        return
    async with database_client(house.settings) as client:
        rounds = filing.Rounds(registry(house), send=sender(client))
        yield (Loop(name="filing", every_seconds=FILING_SECONDS, run=rounds.turn),)


def _courier(house: House, *, client: aiohttp.ClientSession) -> Courier:
    return Courier(
        pool=house.pool,
        keys=house.keys,
        client=client,
        clock=house.clock,
        chance=house.chance,
        confirm_seconds=house.settings.confirm_seconds,
    )


@asynccontextmanager
async def courier_loops(house: House) -> AsyncIterator[tuple[Loop, ...]]:
    """What every courier does: messages go to platforms, statements to the database."""
    async with open_client() as client, _filing_loops(house) as filing_loops:
        courier = _courier(house, client=client)
        delivery = Loop(
            name="delivery", every_seconds=DELIVERY_SECONDS, run=lambda: deliver_all(courier)
        )
        yield (delivery, *filing_loops)
