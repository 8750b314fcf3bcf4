"""The site of one house, and its calls served on a port."""

import asyncio
import time
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette

from tutela import app
from tutela.access.tokens import TokenDesk
from tutela.app import House
from tutela.app.caring import care_rules, vault
from tutela.app.detecting import detection_room
from tutela.app.guarding import guard_room
from tutela.app.logins import login_rules, provider
from tutela.app.overseeing import look_limits
from tutela.decisions.withholding import register
from tutela.review.guidelines import read_guidelines
from tutela.web.calls import Rooms
from tutela.web.public.offer import offer_of
from tutela.web.site import site

BACKLOG = 1_024


def site_of(house: House, *, closing: asyncio.Event | None = None) -> Starlette:
    """All calls of the house as one ASGI application; answers that go on end at `closing`."""
    return site(
        Rooms(
            pool=house.pool,
            keys=house.keys,
            desk=TokenDesk(house.pool, monotonic=time.monotonic),
            intake=app.intake(house),
            refusals=app.refusals(house),
            clock=house.clock,
            confirm_seconds=house.settings.confirm_seconds,
            service_did=house.settings.service_did,
            public_service=house.settings.public_service,
            offer=offer_of(house.settings),
            outside=app.outside(house),
            public_url=house.settings.public_url,
            plc_directory=house.settings.plc_directory,
            osprey_reports=house.settings.osprey_reports,
            language=house.settings.language,
            withholding_bases=register(house.settings.withholding_bases),
            guidelines=read_guidelines(house.settings.guidelines),
            data_folder=_local(house.settings.data_folder),
            bulk_alone_max=house.settings.bulk_alone_max,
            looking=detection_room(house),
            match_items_per_second=house.settings.match_items_per_second,
            guard=guard_room(house),
            guard_items_per_second=house.settings.guard_items_per_second,
            login_rules=login_rules(house.settings),
            provider=provider(house),
            proxies=house.settings.proxy_networks,
            care=care_rules(house.settings),
            look_limits=look_limits(house.settings),
            vault=vault(house.settings),
            canary_seconds_max=app.canary_seconds_max(house.settings),
            closing=closing or asyncio.Event(),
        )
    )


def _local(data_folder: Path) -> Path | None:
    return data_folder if data_folder.is_dir() else None


async def serve(application: Starlette, *, host: str, port: int, stopping: asyncio.Event) -> None:
    """Serves until `stopping`, then answers the calls in flight and returns."""
    server = Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        log_enabled=False,
        backlog=BACKLOG,
    )

    async def stop_in_time() -> None:
        await stopping.wait()
        server.stop()  # type: ignore[no-untyped-call]

    waiting = asyncio.create_task(stop_in_time())
    try:
        await server.serve()
    finally:
        waiting.cancel()
