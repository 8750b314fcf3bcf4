"""The composition root: the only place that knows which adapter stands behind a port."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from tutela.access import keys as access_keys
from tutela.access.tokens import TokenDesk
from tutela.database.pool import open_pool
from tutela.intake.door import Intake
from tutela.intake.refusals import RefusalLog
from tutela.web.site import Rooms, site


def now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def web(url: str, *, key_folder: Path) -> AsyncIterator[Starlette]:
    """The site on one database, with its pool open for as long as the context lasts."""
    keys = access_keys.load_or_create(key_folder)
    pool = await open_pool(url, min_size=2, max_size=8, name="tutela web")
    try:
        yield site(
            Rooms(
                pool=pool,
                keys=keys,
                desk=TokenDesk(pool, monotonic=time.monotonic),
                intake=Intake(pool, keys, clock=now, chance=os.urandom),
                refusals=RefusalLog(pool, keys, clock=now, chance=os.urandom),
                clock=now,
            )
        )
    finally:
        await pool.close()
